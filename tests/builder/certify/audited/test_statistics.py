"""Excess over chance: by hand, on groups, and how often its intervals hold the truth."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t, ttest_1samp
from sklearn.linear_model import LogisticRegression

from twokeys.builder.certify.audited.chance import unrelated_chance
from twokeys.core.intervals.accuracy import accuracy
from twokeys.core.intervals.equivalence import p_equivalence
from twokeys.core.intervals.excess import Excess, excess


def bools(*values: int) -> np.ndarray:
    return np.array(values, dtype=bool)


def test_three_of_four_coins_by_hand() -> None:
    # d = 1/2, -1/2, 1/2, 1/2: mean 1/4, squares of residuals 1/16, 9/16, 1/16, 1/16; variance 3/4 / (4 * 3).
    found = excess(bools(1, 0, 1, 1), 0.5, np.arange(4))
    assert (found.items, found.groups, found.accuracy, found.chance, found.mean) == (4, 4, 0.75, 0.5, 0.25)
    assert (found.variance, found.independent, found.freedom) == pytest.approx((1 / 16, 1 / 16, 3))
    assert found.interval(0.5) == pytest.approx((0.25 - 0.7649 / 4, 0.25 + 0.7649 / 4), abs=1e-4)
    assert found.interval(0.95) == (-0.5, 0.5)  # 1/4 +- 3.18 / 4, cut where no accuracy can be


def test_chance_may_differ_by_item() -> None:
    found = excess(bools(1, 0, 0), np.array([1 / 2, 1 / 4, 1 / 5]), np.arange(3))
    assert found.mean == pytest.approx(1 / 3 - 0.95 / 3)
    assert found.chance == pytest.approx(0.95 / 3)


def test_independent_items_give_the_t_test() -> None:
    rng = np.random.default_rng(0)
    right, level = rng.random(500) < 0.4, rng.choice([0.25, 0.5], 500)
    found, theirs = excess(right, level, np.arange(500)), ttest_1samp(right - level, 0.0)
    assert found.p_beyond() == pytest.approx(theirs.pvalue)
    assert found.interval(0.9) == pytest.approx(tuple(theirs.confidence_interval(0.9)))


def test_groups_of_copies_are_worth_one_item_each() -> None:
    right = np.arange(50) < 25
    one, copies = excess(right, 0.5, np.arange(50)), excess(np.repeat(right, 4), 0.5, np.repeat(np.arange(50), 4))
    assert copies.variance == pytest.approx(one.variance)
    assert copies.freedom == one.freedom == 49
    assert copies.design_effect == pytest.approx(4 * 199 / (4 * 49), rel=0.05)


def test_groups_that_cancel_are_worth_no_more_than_their_items() -> None:
    found = excess(np.tile(bools(1, 0), 100), 0.5, np.repeat(np.arange(100), 2))
    assert found.design_effect == 1
    assert found.error == pytest.approx(0.5 / math.sqrt(199))


@pytest.mark.parametrize("right", [0, 1])
def test_ten_of_ten_prove_no_accuracy_of_exactly_all_or_nothing(right: int) -> None:
    found = excess(np.full(10, right, dtype=bool), 0.5, np.arange(10))
    assert found.error == pytest.approx(0.5 / math.sqrt(10))


def test_the_variance_is_that_of_the_house() -> None:
    # Where nothing is floored, Wilson's n_eff = n p q / (n - 1) / variance: both modules measure the same dependence.
    rng = np.random.default_rng(1)
    groups = np.repeat(np.arange(80), 5)
    right = rng.random(400) < rng.beta(0.5, 0.5, 80)[groups]
    found, house = excess(right, 0.5, groups), accuracy(right, groups)
    effective = 400 / (found.variance / (found.accuracy * (1 - found.accuracy) / 399))
    z = float(t.ppf(0.975, 79))  # eighty groups
    half = (
        z
        / (1 + z**2 / effective)
        * math.sqrt(found.accuracy * (1 - found.accuracy) / effective + z**2 / effective**2 / 4)
    )
    assert (house.high - house.low) / 2 == pytest.approx(half)


def test_one_group_says_nothing() -> None:
    found = excess(bools(1, 0, 1, 1), 0.25, np.zeros(4, dtype=int))
    assert found.interval() == (-0.25, 0.75)
    assert found.p_beyond() == 1


def test_one_large_group_leaves_few_degrees_of_freedom() -> None:
    # 60 items in one group, all alike, and 60 alone: w = (3600, 1, ..., 1), so little more than one number is known.
    rng = np.random.default_rng(0)
    groups = np.concatenate([np.zeros(60, dtype=int), np.arange(1, 61)])
    found = excess(np.concatenate([np.ones(60, dtype=bool), rng.random(60) < 0.5]), 0.5, groups)
    assert found.freedom == 1
    assert excess(rng.random(120) < 0.5, 0.5, np.arange(120)).freedom == 119


def test_no_items_are_an_error() -> None:
    with pytest.raises(ValueError, match="at least one item"):
        excess(bools(), 0.5, np.zeros(0, dtype=int))


def test_beyond_a_margin_by_hand() -> None:
    found = replace(excess(bools(1, 0), 0.5, np.arange(2)), mean=0.10, variance=0.02**2, freedom=1e9)
    assert found.p_beyond(0.06) == pytest.approx(0.02275, abs=1e-5)  # P(Z > 2) + P(Z > 8)
    assert found.p_beyond(0.10) == pytest.approx(0.5, abs=1e-5)
    assert found.p_beyond(0.0) == pytest.approx(2 * 2.867e-7, rel=1e-3)
    assert replace(found, mean=-0.10).p_beyond(0.06) == found.p_beyond(0.06)


ITEMS = st.tuples(st.booleans(), st.sampled_from([0.0, 0.2, 0.25, 0.5, 1.0]), st.integers(0, 5))


@given(st.lists(ITEMS, min_size=1, max_size=40), st.sampled_from([0.8, 0.95]))
def test_the_interval_holds_the_excess_and_stays_inside(items: list[tuple[bool, float, int]], level: float) -> None:
    right, chance, groups = (np.array(column) for column in zip(*items, strict=True))
    found = excess(right, chance, groups)
    low, high = found.interval(level)
    assert -found.chance - 1e-12 <= low <= found.mean + 1e-12
    assert found.mean - 1e-12 <= high <= 1 - found.chance + 1e-12
    assert 0 < found.p_beyond() <= 1 or found.error == 0
    assert found.design_effect >= 1 - 1e-12
    order = np.random.default_rng(0).permutation(len(right))
    other = excess(right[order], chance[order], 100 - 7 * groups[order])
    assert (other.mean, other.variance, other.freedom) == pytest.approx((found.mean, found.variance, found.freedom))


def sizes(shape: str, groups: int) -> np.ndarray:
    """Sizes of groups: all 5, or 60, 30, 20, 15, ... down to 1."""
    return np.full(groups, 5) if shape == "equal" else np.maximum(1, 60 // np.arange(1, groups + 1))


@pytest.mark.parametrize(
    ("shape", "groups", "low", "high"),
    # Few groups of one size hold; of many sizes the degrees of freedom err on the wide side.
    [
        ("equal", 6, 0.91, 0.98),
        ("equal", 20, 0.92, 0.98),
        ("equal", 80, 0.92, 0.98),
        ("zipf", 20, 0.95, 1),
        ("zipf", 80, 0.95, 1),
    ],
)
def test_intervals_hold_the_truth_on_few_and_unequal_groups(shape: str, groups: int, low: float, high: float) -> None:
    rng = np.random.default_rng(0)
    code = np.repeat(np.arange(groups), sizes(shape, groups))
    held = []
    for _ in range(600):
        right = rng.random(len(code)) < rng.beta(0.5, 0.5, groups)[code]
        ends = excess(right, 0.5, code).interval()
        held.append(ends[0] <= 0 <= ends[1])
    assert low <= np.mean(held) <= high


# --------------------------------------------------------------------------------------------------- cross-fitting


def cross_fit(x: np.ndarray, y: np.ndarray, fold: np.ndarray) -> np.ndarray:
    predicted = np.zeros_like(y)
    for number in np.unique(fold):
        test = fold == number
        predicted[test] = LogisticRegression().fit(x[~test], y[~test]).predict(x[test])
    return predicted


def on_noise(seed: int, n: int = 300, features: int = 10) -> Excess:
    rng = np.random.default_rng(seed)
    x, y, fold = rng.normal(size=(n, features)), rng.permutation(np.arange(n) % 2), rng.permutation(n) % 5
    predicted = cross_fit(x, y, fold)
    return excess(predicted == y, unrelated_chance(predicted, y, fold), np.arange(n))


@pytest.mark.slow
def test_cross_fitted_answers_to_independent_items_depend_on_each_other() -> None:
    found = [on_noise(seed) for seed in range(300)]
    means = np.array([one.mean for one in found])
    binomial = np.mean([one.variance for one in found])
    assert means.mean() == pytest.approx(0, abs=4 * means.std() / math.sqrt(300))
    # Not the variance of independent answers, and not more than twice of it: 1 + 2 / pi for signs of Gaussian sums.
    assert 1.25 < means.var() / binomial < 2.1
    plain, allowed = (
        np.mean([one.p_beyond() <= 0.05 for one in each]) for each in (found, [f.cross_fitted() for f in found])
    )
    assert plain > 0.08
    assert allowed <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / 300)


def test_what_permutations_say_replaces_the_doubling_and_never_narrows() -> None:
    found = excess(np.arange(400) < 200, 0.5, np.arange(400))
    assert found.cross_fitted().variance == 2 * found.variance
    assert found.cross_fitted(spread=0.01, runs=30) == found
    wider = found.cross_fitted(spread=0.04, runs=30)
    assert (wider.error, wider.freedom) == (pytest.approx(0.04), 29)
    assert wider.interval() == pytest.approx((-0.04 * t.ppf(0.975, 29), 0.04 * t.ppf(0.975, 29)))


@pytest.mark.parametrize(("chance", "n"), [(0.0, 20), (0.0, 60), (0.01, 30), (0.01, 100), (0.05, 60), (0.05, 100)])
def test_few_right_answers_where_chance_is_low_prove_little(chance: float, n: int) -> None:
    # The truth is chance and the whole margin: equivalence may be found in one of twenty sets, give or take the draw.
    rng = np.random.default_rng(0)
    found = [
        p_equivalence(excess(rng.random(n) < chance + 0.05, chance, np.arange(n), 0.05), 0.05) <= 0.05
        for _ in range(2000)
    ]
    assert np.mean(found) < 0.09
