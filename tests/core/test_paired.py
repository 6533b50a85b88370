"""McNemar by hand, whole groups by trying every sign, Holm by statsmodels; and a null that is seldom rejected."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twokeys.core.intervals.paired import flipped, holm, mcnemar


@pytest.mark.parametrize(
    ("first", "second", "p"),
    [
        (0, 0, 1.0),
        (1, 1, 1.0),
        (0, 5, 2 / 32),  # all five tosses alike: two of 32 outcomes
        (1, 5, 2 * 7 / 64),  # none or one of six: 1 + 6 outcomes on each side
        (2, 8, 2 * (1 + 10 + 45) / 1024),
    ],
)
def test_mcnemar_by_hand(first: int, second: int, p: float) -> None:
    assert mcnemar(first, second) == pytest.approx(p)
    assert mcnemar(second, first) == pytest.approx(p)
    signs = [1] * first + [-1] * second + [0] * 7
    assert flipped(signs, range(len(signs))) == pytest.approx(p)


def test_it_is_the_test_of_statsmodels() -> None:
    tables = pytest.importorskip("statsmodels.stats.contingency_tables")
    for first, second in [(3, 17), (40, 60), (12, 0)]:
        theirs = tables.mcnemar([[5, first], [second, 9]], exact=True).pvalue
        assert mcnemar(first, second) == pytest.approx(theirs)


@given(st.lists(st.integers(-4, 4), min_size=1, max_size=9))
def test_groups_are_exchanged_as_a_whole(totals: list[int]) -> None:
    """By hand: every sign of every group's total; how many sums are as far from 0 as the one that was seen."""
    sums = [sum(sign * total for sign, total in zip(signs, totals, strict=True)) for signs in
            product((1, -1), repeat=len(totals))]  # fmt: skip
    expected = np.mean([abs(one) >= abs(sum(totals)) for one in sums])
    values = [np.sign(total) for total in totals for _ in range(abs(total))]
    groups = [group for group, total in enumerate(totals) for _ in range(abs(total))]
    if values:
        assert flipped(values, groups) == pytest.approx(expected)


def test_many_items_take_no_time_and_give_no_nothing() -> None:
    """20,000 items in groups of one to nine, all won by one run: the p value is tiny, and a number."""
    groups = np.repeat(np.arange(4000), np.arange(4000) % 9 + 1)
    p = flipped(np.ones(len(groups)), groups)
    assert 0 < p < 1e-12
    half = np.where(groups % 2 == 0, 1, -1)
    assert flipped(half, groups) > 0.05


def test_holm_is_that_of_statsmodels() -> None:
    multitest = pytest.importorskip("statsmodels.stats.multitest")
    rng = np.random.default_rng(0)
    for count in range(1, 9):
        p = rng.random(count) ** 3
        p[: count // 2] = p[0]  # equal ones
        assert holm(p) == pytest.approx(multitest.multipletests(p, method="holm")[1])
    assert len(holm([])) == 0


def test_items_of_a_group_that_stand_or_fall_together_reject_too_often_where_they_count_one_by_one() -> None:
    """Forty groups of ten items that one run or the other gets wholly right by the toss of a coin, 1,000 times."""
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(40), 10)
    one_by_one, whole = [], []
    for _ in range(1000):
        signs = np.repeat(rng.choice([-1, 1], 40), 10)
        one_by_one.append(mcnemar(int((signs > 0).sum()), int((signs < 0).sum())))
        whole.append(flipped(signs, groups))
    assert np.mean(np.array(whole) <= 0.05) <= 0.05
    assert np.mean(np.array(one_by_one) <= 0.05) > 0.3
