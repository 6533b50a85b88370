"""A network on thumbnails sees where a mark is; pooled vectors know only that there is one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import planted


def test_a_marked_corner_is_found(tmp_path: Path) -> None:
    assert planted.score(planted.marked_corner(450), "image.convnet", tmp_path).low > 0.9


@pytest.mark.parametrize("baseline", ["image.probe", "image.neighbours", "image.metadata"])
def test_a_marked_corner_is_not_found_by_who_pools_pixels(baseline: str, tmp_path: Path) -> None:
    assert planted.score(planted.marked_corner(), baseline, tmp_path).low < 0.53


@pytest.mark.usefixtures("threads")
def test_the_number_of_threads_changes_nothing(tmp_path: Path) -> None:
    import numpy as np
    import torch

    from twokeys.builder.measure.baselines import baselines
    from twokeys.builder.measure.baselines.problem import count

    problem, found = planted.marked_corner(90), []
    train = count(problem.content[:60], problem.label[:60], 2)
    for number in (1, 2):
        torch.set_num_threads(number)
        torch.manual_seed(number)
        found.append(baselines()["image.convnet"].predict(problem, train, np.arange(60, 90), 0))
        assert torch.get_num_threads() == number
    assert (found[0] == found[1]).all()
