"""Fine-tuning learns what a probe of the pooled vector cannot see."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests import planted
from twokeys.builder.measure.baselines import baselines
from twokeys.builder.measure.baselines.problem import count


@pytest.fixture(autouse=True)
def _needs_weights(efficientnet: object) -> None:
    """The packaged network."""


def test_labels_of_one_kind_need_no_learning() -> None:
    problem = planted.same_place(12)
    train = count(problem.content[:8], np.zeros(8, dtype=np.int64), 1)
    found = baselines()["image.finetuned"].predict(problem, train, np.arange(8, 12), 0)
    assert found == pytest.approx(np.ones((4, 1)))


@pytest.mark.slow
def test_features_in_one_place_are_told_from_features_in_two(tmp_path: Path) -> None:
    problem = planted.same_place()
    assert planted.score(problem, "image.finetuned", tmp_path).low > 0.9
    assert planted.score(problem, "image.probe", tmp_path).low < 0.53
