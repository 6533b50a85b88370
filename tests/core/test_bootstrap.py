"""The bootstrap over groups and over rows: by library, by formula, and what it cannot say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import bootstrap as scipy_bootstrap
from scipy.stats import norm

from twokeys.core.intervals.bootstrap import by_group, over_groups, over_rows
from twokeys.core.intervals.excess import excess


def interval(values: np.ndarray, groups: np.ndarray, **settings: Any) -> tuple[float, float]:
    """The interval of a mean over groups."""
    return over_groups(*by_group(values, groups), **settings)


def test_sizes_and_totals_by_hand() -> None:
    size, total = by_group([1, 2, 4, 8], ["a", "b", "a", "a"], ["x", "x", "y", "y"])
    assert size.tolist() == [[1, 2], [1, 0]]
    assert total.tolist() == [[1, 12], [2, 0]]


def test_the_bootstrap_is_that_of_the_library() -> None:
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(40), rng.integers(1, 8, 40))
    right, level = rng.random(len(groups)) < 0.4, rng.choice([0.25, 0.5], len(groups))
    size, total = np.bincount(groups), np.bincount(groups, weights=right - level)

    def ratio(total: np.ndarray, size: np.ndarray, axis: int) -> np.ndarray:
        return total.sum(axis=axis) / size.sum(axis=axis)

    theirs = scipy_bootstrap(
        (total, size), ratio, paired=True, n_resamples=20_000, method="percentile", rng=np.random.default_rng(1)
    ).confidence_interval
    assert interval(right - level, groups, resamples=20_000) == pytest.approx(tuple(theirs), abs=0.004)


def test_the_bootstrap_is_seeded_and_does_not_see_the_names_or_the_order_of_groups() -> None:
    rng = np.random.default_rng(0)
    right, groups = rng.random(300) < 0.5, np.repeat(np.arange(60), 5)
    order = rng.permutation(300)
    assert interval(right - 0.5, groups, seed=1) == interval(right[order] - 0.5, 99 - groups[order], seed=1)
    assert interval(right, groups, resamples=30, seed=1) != interval(right, groups, resamples=30, seed=2)


def test_groups_that_are_alike_or_alone_leave_the_bootstrap_no_width() -> None:
    # Why it is an opinion only.
    for groups in (np.repeat(np.arange(100), 2), np.zeros(200, dtype=int)):
        assert interval(np.tile([0.6, -0.4], 100), groups) == pytest.approx((0.1, 0.1))


def test_bootstrap_and_formula_agree_on_many_groups() -> None:
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(400), 5)
    right = rng.random(2000) < rng.beta(1, 1, 400)[groups]
    assert interval(right - 0.5, groups) == pytest.approx(excess(right, 0.5, groups).interval(), abs=0.003)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=1, max_size=40))
def test_the_bootstrap_stays_where_means_can_be(items: list[tuple[bool, int]]) -> None:
    right, groups = (np.array(column) for column in zip(*items, strict=True))
    low, high = interval(right - 0.25, groups, resamples=50)
    assert -0.25 - 1e-9 <= low <= high <= 0.75 + 1e-9


def test_a_constant_has_no_spread_however_small() -> None:
    assert interval(np.full(7, 1e-11), np.arange(7)) == (1e-11, 1e-11)


def test_draws_that_lack_a_kind_say_nothing() -> None:
    # One group alone holds the second kind, whose mean is 1: it is in every draw that counts.
    size, total = by_group([0.0, 1.0, 1.0], ["a", "b", "c"], ["x", "x", "y"])
    low, high = over_groups(size, total, resamples=4000)
    assert (low, high) == (0.5, 1.0)


def test_rows_have_the_interval_of_their_mean() -> None:
    values = np.random.default_rng(0).normal(size=400)
    low, high = over_rows(lambda rows: float(values[rows].mean()), len(values))
    half = norm.ppf(0.975) * values.std() / 20
    assert (low, high) == pytest.approx((values.mean() - half, values.mean() + half), abs=0.02)
    assert (low, high) == pytest.approx(interval(values, np.arange(400)), abs=0.02)
