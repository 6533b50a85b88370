"""Exact intervals: by hand, by counting all outcomes, and with items that depend on each other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from twokeys.core.intervals.exact import clopper_pearson, exact


def test_the_ends_at_none_and_all_are_those_of_the_formula_by_hand() -> None:
    low, high = clopper_pearson(12, 12, 0.95)
    assert (low, high) == (pytest.approx(0.025 ** (1 / 12)), 1.0)
    assert clopper_pearson(0, 12, 0.95) == (0.0, pytest.approx(1 - 0.025 ** (1 / 12)))


@given(st.integers(1, 40), st.data())
def test_each_end_is_the_share_at_which_the_count_is_a_tail(items: int, data: st.DataObject) -> None:
    right = data.draw(st.integers(1, items))
    low, _ = clopper_pearson(right, items, 0.9)
    assert binom.sf(right - 1, items, low) == pytest.approx(0.05, abs=1e-6)


@pytest.mark.parametrize("share", [0.05, 0.25, 0.5, 0.9])
@pytest.mark.parametrize("items", [3, 12, 30])
def test_the_interval_holds_the_truth_at_least_as_often_as_it_says(items: int, share: float) -> None:
    missed = 0.0
    for right in range(items + 1):
        low, high = clopper_pearson(right, items, 0.9)
        missed += binom.pmf(right, items, share) * (not low <= share <= high)
    assert missed <= 0.1


def test_items_of_one_image_count_as_one() -> None:
    right = np.ones(40, dtype=bool)
    alone, together = np.arange(40), np.arange(40) // 4
    assert exact(right, alone, 0.95).low == pytest.approx(0.025 ** (1 / 40))
    assert exact(right, together, 0.95).low == pytest.approx(0.025 ** (1 / 10))
    assert exact(right, np.zeros(40, dtype=np.int64), 0.95).low == pytest.approx(0.025)


def test_clusters_of_which_all_items_are_right_or_wrong_together_widen_the_interval() -> None:
    group = np.arange(400) // 4
    alike = group % 2 == 0
    mixed = np.arange(400) % 2 == 0
    plain = exact(mixed, np.arange(400), 0.95)
    assert exact(alike, group, 0.95).low < plain.low < 0.5
    assert exact(alike, group, 0.95).low < clopper_pearson(50, 100, 0.95)[0] + 0.005
    assert exact(mixed, group, 0.95).low == plain.low  # groups that cancel count as their items do


def test_of_nothing_nothing_is_said() -> None:
    none = exact(np.zeros(0, dtype=bool), np.zeros(0, dtype=np.int64), 0.95)
    assert (none.items, none.right) == (0, 0)
    assert np.isnan(none.low)
