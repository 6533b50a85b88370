"""Adversarial filtering on planted bias and on noise."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from twokeys.filters import aflite
from twokeys.filters.aflite import AFLite

SIZE = 120


def make_table(planted: int) -> pd.DataFrame:
    """Items of which the first `planted` hold their answer in their vector; the others hold noise."""
    rng = np.random.default_rng(3)
    answers = rng.permutation(["yes", "no"] * (SIZE // 2))
    vectors = rng.normal(size=(SIZE, 12))
    vectors[:planted] += 3 * np.where(answers[:planted] == "yes", 1, -1)[:, None]
    return pd.DataFrame(
        {
            "id": [f"{place:03d}" for place in range(SIZE)],
            "answer": answers,
            "question.embedding": vectors.tolist(),
        }
    )


def test_planted_bias_is_filtered_down_to_the_target() -> None:
    drops = AFLite(target=0.5, partitions=16, slice_size=10).decide(make_table(planted=60))
    assert len(drops) == SIZE // 2
    assert sum(int(item) < 60 for item in drops) >= 54


def test_reason_gives_the_predictability() -> None:
    drops = AFLite(partitions=16, slice_size=10).decide(make_table(planted=60))
    reason = next(iter(drops.values()))
    assert reason.endswith("that were not fitted on it get it right (predictability 1.00, limit 0.75)")


def test_noise_loses_far_less_than_planted_bias() -> None:
    rule = AFLite(partitions=32, slice_size=12, threshold=0.9)
    assert len(rule.decide(make_table(planted=0))) <= 12
    assert len(rule.decide(make_table(planted=60))) >= 48


def test_a_round_that_finds_less_than_a_slice_is_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    rounds: list[int] = []
    asked = aflite.linear_hits

    def counted(vectors: np.ndarray, labels: np.ndarray, **settings: Any) -> tuple[np.ndarray, np.ndarray]:
        rounds.append(len(labels))
        return asked(vectors, labels, **settings)

    monkeypatch.setattr(aflite, "linear_hits", counted)
    drops = AFLite(partitions=16, slice_size=50, threshold=0.95).decide(make_table(planted=20))
    assert 0 < len(drops) < 50
    assert rounds == [SIZE]


def test_whole_numbers_and_fractions_name_the_same_slice() -> None:
    table = make_table(planted=60)
    one, other = (AFLite(partitions=8, slice_size=size).decide(table) for size in (12, 0.1))
    assert one == other


def test_other_seeds_draw_other_partitions() -> None:
    table = make_table(planted=30)
    one, other = (AFLite(partitions=8, slice_size=12, seed=seed).decide(table) for seed in (0, 1))
    assert one != other


def test_representation_is_a_parameter() -> None:
    rule = AFLite(representation="question.other", partitions=8, slice_size=12)
    assert rule.reads() == ("question.other", "answer")
    drops = rule.decide(make_table(planted=60).rename(columns={"question.embedding": "question.other"}))
    assert "linear models on question.other" in next(iter(drops.values()))
