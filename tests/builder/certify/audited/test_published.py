"""Published selection procedures: cells by hand, symmetry, sizes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.published_ways import (
    aflite,
    iterative_bias_pruning,
    random_removal,
    symmetric_grid,
)


def test_random_removal_keeps_the_stated_number_and_each_item_as_often() -> None:
    kept = np.stack([random_removal(10, 4, seed) for seed in range(2000)])
    assert (kept.sum(axis=1) == 4).all()
    assert kept.mean(axis=0) == pytest.approx([0.4] * 10, abs=0.05)
    assert (random_removal(10, 4, 3) == random_removal(10, 4, 3)).all()


# ------------------------------------------------------------------------------------------------------- SugarCrepe


def grid(*gaps: tuple[float, float], **settings: int) -> np.ndarray:
    first, second = (np.array(column) for column in zip(*gaps, strict=True))
    return symmetric_grid(first, second, **settings)


def test_a_cell_and_its_opposite_keep_as_many() -> None:
    # 0.50 and 0.51 are both in cell 25 of 50, 0.30 and 0.31 in cell 15. Two above, one below: one of each stays.
    for seed in range(5):
        keep = grid((0.50, 0.30), (0.51, 0.31), (-0.505, -0.305), seed=seed)
        assert keep[2]
        assert keep[:2].sum() == 1
    assert {tuple(grid((0.50, 0.30), (0.51, 0.31), (-0.5, -0.3), seed=s)) for s in range(20)} == {
        (True, False, True),
        (False, True, True),
    }


def test_the_two_diagonals_are_paired_apart() -> None:
    assert grid((0.5, 0.3), (-0.5, 0.3)).sum() == 0
    assert grid((0.5, 0.3), (-0.5, -0.3), (0.5, -0.3), (-0.5, 0.3)).all()
    assert grid((0.5, -0.3), (-0.5, 0.3), (0.5, 0.3)).tolist() == [True, True, False]


def test_neighbouring_cells_are_not_paired() -> None:
    assert grid((0.50, 0.30), (-0.53, -0.30)).sum() == 0
    assert grid((0.50, 0.30), (-0.53, -0.30), cells=5).all()


def test_one_gap_of_zero_is_paired_in_ten_bins_on_the_other() -> None:
    assert grid((0.0, 0.12), (0.0, -0.18)).all()
    assert grid((0.0, 0.12), (0.0, -0.21)).sum() == 0
    assert grid((0.12, 0.0), (0.0, -0.12)).sum() == 0  # zero in different scorers
    assert grid((0.12, 0.0), (-0.18, 0.0), (-0.15, 0.0)).tolist()[0]


def test_two_gaps_of_zero_are_kept_and_a_gap_of_one_has_a_cell() -> None:
    assert grid((0.0, 0.0), (0.0, 0.0)).all()
    assert grid((1.0, 1.0), (-0.99, -0.99)).all()
    assert len(symmetric_grid(np.zeros(0), np.zeros(0))) == 0


GAPS = st.sampled_from([-1.0, -0.5, -0.05, 0.0, 0.05, 0.5, 1.0])


@given(st.lists(st.tuples(GAPS, GAPS), min_size=1, max_size=60), st.integers(0, 3))
def test_each_scorer_ends_at_one_half(gaps: list[tuple[float, float]], seed: int) -> None:
    keep = grid(*gaps, seed=seed)
    kept = np.sign(np.array(gaps))[keep]
    assert kept.sum(axis=0).tolist() == [0, 0]
    # And as much as that allows stays: whoever was dropped has no partner left among the dropped.
    dropped = {tuple(gap) for gap in np.array(gaps)[~keep].tolist()}
    assert not any((-a, -b) in dropped for a, b in dropped)


# ---------------------------------------------------------------------------------------------------------- pruning


def cued(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Two answers; one feature gives the answer away on the first half of the items."""
    rng = np.random.default_rng(seed)
    labels, vectors = rng.integers(0, 2, n), rng.normal(size=(n, 4))
    vectors[: n // 2, 0] = 8.0 * (2 * labels[: n // 2] - 1)
    return vectors, labels


def test_iterative_bias_pruning_drops_what_forests_give_away_down_to_the_size() -> None:
    vectors, labels = cued(200)
    ids, types = np.arange(200), np.zeros(200, dtype=int)
    keep = iterative_bias_pruning(vectors, labels, ids, types, 120, batch=40, trees=20)
    assert keep.sum() == 120
    assert keep[:100].sum() < 40
    held = iterative_bias_pruning(vectors, labels, ids, types, 120, batch=40, trees=5, floor=150)
    assert held.sum() == 150


def test_aflite_drops_what_linear_models_give_away_down_to_the_size() -> None:
    vectors, labels = cued(200)
    keep = aflite(vectors, labels, 120, partitions=16, slice_size=0.1)
    assert keep.sum() == 120
    assert keep[:100].sum() < 50
    assert (keep == aflite(vectors, labels, 120, partitions=16, slice_size=0.1)).all()
    # As published it ends where no more is predictable enough, whatever the size.
    assert aflite(vectors, labels, 20, partitions=16, slice_size=0.1, threshold=0.95).sum() > 60
