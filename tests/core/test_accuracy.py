"""Accuracy with an honest interval, and the level that needs no look."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t

from twokeys.core.intervals.accuracy import accuracy, chance


def student(clusters: int, confidence: float = 0.95) -> float:
    """The quantile for a variance that so many clusters estimate."""
    return float(t.ppf(0.5 + confidence / 2, clusters - 1))


def wilson(hits: float, n: float, z: float = 1.959963984540054) -> tuple[float, float]:
    """Wilson (1927): the shares q with |p - q| <= z sqrt(q (1 - q) / n), the roots of a quadratic."""
    p = hits / n
    a, b, c = 1 + z * z / n, -(2 * p + z * z / n), p * p
    root = math.sqrt(max(b * b - 4 * a * c, 0.0))
    return max(0.0, (-b - root) / (2 * a)), min(1.0, (-b + root) / (2 * a))


def answers(hits: int, n: int) -> np.ndarray:
    return np.arange(n) < hits


@pytest.mark.parametrize(("hits", "n"), [(0, 10), (1, 10), (5, 10), (10, 10), (311, 1000), (1, 1)])
def test_independent_items_give_the_plain_wilson_interval(hits: int, n: int) -> None:
    found = accuracy(answers(hits, n), np.arange(n))
    assert (found.items, found.right) == (n, hits)
    assert (found.low, found.high) == pytest.approx(wilson(hits, n), abs=1e-12)


def test_eighty_of_a_hundred_by_the_textbook() -> None:
    # z = 1.96: centre (0.8 + 0.019208) / 1.038416 = 0.78890, half 1.96 / 1.038416 * sqrt(0.0016 + 0.00009604) = 0.07773
    found = accuracy(answers(80, 100), np.arange(100))
    assert (found.low, found.high) == pytest.approx((0.7112, 0.8666), abs=1e-4)


def test_groups_of_copies_are_worth_one_item_each() -> None:
    # 50 groups of 4 equal answers: the variance of the mean is that of 50 independent items, n_eff =
    # n / deff = 200 / ((p q / 49) / (p q / 199)) = 200 * 49 / 199 = 49.2, and never the 200 that were asked.
    right = np.repeat(answers(30, 50), 4)
    found = accuracy(right, np.repeat(np.arange(50), 4))
    assert found.items == 200
    low, high = wilson(30, 50, student(50))
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.002)
    assert found.high - found.low > 1.8 * np.diff(wilson(120, 200))[0]


def test_the_worth_of_three_groups_by_hand() -> None:
    # Right in groups of two: 2, 1, 0. p = 1/2; residuals 1, 0, -1; variance 3/2 * 2 / 6^2 = 1/12. Independent items
    # would have 1/4 / 5 = 1/20: n_eff = 6 * 12 / 20 = 3.6.
    found = accuracy(np.array([1, 1, 1, 0, 0, 0], dtype=bool), np.array([0, 0, 1, 1, 2, 2]))
    assert (found.low, found.high) == pytest.approx(wilson(1.8, 3.6, student(3)), abs=1e-12)
    # Student's quantile with 2 degrees of freedom is 0.95 / sqrt(2 * 0.975 * 0.025) = 4.3027.
    assert student(3) == pytest.approx(4.3027, abs=1e-4)


def test_groups_that_nearly_cancel_are_worth_no_more_than_their_items() -> None:
    # 98 pairs with one right, one with two and one with none: variance 100/99 * 2 / 200^2, or 0.04 of 1/4 / 199.
    pairs = np.tile([True, False], 100)
    pairs[:4] = [True, True, False, False]
    found = accuracy(pairs, np.repeat(np.arange(100), 2))
    assert (found.low, found.high) == pytest.approx(wilson(100, 200), abs=1e-12)


def test_groups_that_cancel_are_worth_no_more_than_their_items() -> None:
    # In every pair one is right: the mean of pairs never varies, yet two hundred items are two hundred items.
    found = accuracy(np.tile([True, False], 100), np.repeat(np.arange(100), 2))
    assert (found.low, found.high) == pytest.approx(wilson(100, 200), abs=1e-12)


@pytest.mark.parametrize("right", [True, False])
def test_all_right_or_all_wrong_stays_inside_and_counts_groups(right: bool) -> None:
    found = accuracy(np.full(40, right), np.repeat(np.arange(10), 4))
    assert 0 <= found.low <= found.high <= 1
    assert (found.low, found.high) == pytest.approx(wilson(10 * right, 10), abs=1e-12)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=1, max_size=40), st.sampled_from([0.8, 0.95]))
def test_the_interval_holds_the_share_and_stays_inside(items: list[tuple[bool, int]], confidence: float) -> None:
    right, groups = (np.array(column) for column in zip(*items, strict=True))
    found = accuracy(right, groups, confidence)
    assert 0 <= found.low <= found.right / found.items + 1e-12
    assert found.right / found.items - 1e-12 <= found.high <= 1


def test_the_interval_does_not_depend_on_order_or_on_the_names_of_groups() -> None:
    rng = np.random.default_rng(0)
    right, groups = rng.random(60) < 0.4, rng.integers(0, 15, 60)
    order = rng.permutation(60)
    one, other = accuracy(right, groups), accuracy(right[order], 1000 - 7 * groups[order])
    assert (one.low, one.high) == pytest.approx((other.low, other.high), abs=1e-12)


def test_more_confidence_is_a_wider_interval() -> None:
    wide, narrow = (accuracy(answers(30, 50), np.arange(50), level) for level in (0.99, 0.9))
    assert wide.low < narrow.low < narrow.high < wide.high


def test_nothing_has_no_interval() -> None:
    found = accuracy(np.zeros(0, dtype=bool), np.zeros(0, dtype=int))
    assert (found.items, found.right) == (0, 0)
    assert math.isnan(found.low)
    assert math.isnan(found.high)


def test_ninety_five_percent_of_intervals_hold_the_truth_on_clustered_items() -> None:
    # 60 groups of 5 items; each group has its own share, drawn from Beta(1/2, 1/2) with mean 1/2. Items of a group
    # correlate by 1 / (1/2 + 1/2 + 1) = 1/2, so the variance is 1 + 4 / 2 = 3 times that of independent items.
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(60), 5)
    draws = [rng.random(300) < rng.beta(0.5, 0.5, 60)[groups] for _ in range(300)]
    clustered, plain = (
        np.mean([found.low <= 0.5 <= found.high for found in (accuracy(right, by) for right in draws)])
        for by in (groups, np.arange(300))
    )
    # 300 draws of 95 % vary by 4 * sqrt(0.95 * 0.05 / 300) = 0.05 at most.
    assert 0.90 <= clustered <= 0.99
    # An interval that takes items for independent holds as if z were 1.96 / sqrt(3) = 1.13: 74 %.
    assert plain == pytest.approx(0.74, abs=0.1)


# ------------------------------------------------------------------------------------------------- crossed clusters


def test_four_items_in_two_ways_by_hand() -> None:
    # Pictures a a b b c c, questions 1 2 1 2 1 2, right 1 0 1 0 1 1: p = 2/3, residuals 1/3 -2/3 1/3 -2/3 1/3 1/3.
    # By pictures: sums -1/3 -1/3 2/3, variance 3/2 * 6/9 / 36 = 1/36. By questions: sums 1 and -1, 2 * 2 / 36 = 4/36.
    # By both, items alone: 6/5 * (4/9 + 8/9) / 36 = 1.6/36. Two ways: 3.4/36, less than 4/36 by questions alone.
    # Independent items: 2/9 / 5 = 1.6/36. Worth 6 * 1.6 / 4 = 2.4 items; the fewer clusters are 2.
    right = np.array([1, 0, 1, 0, 1, 1], dtype=bool)
    pictures, questions = np.repeat([0, 1, 2], 2), np.tile([1, 2], 3)
    for one, other in ((pictures, questions), (questions, pictures)):
        found = accuracy(right, one, crossed=other)
        assert (found.low, found.high) == pytest.approx(wilson(1.6, 2.4, student(2)), abs=1e-12)


def test_the_two_ways_add_up_where_both_matter() -> None:
    # A grid of 40 pictures by 30 questions, right where both are good: residuals have parts of either and of both.
    rng = np.random.default_rng(1)
    pictures, questions = np.repeat(np.arange(40), 30), np.tile(np.arange(30), 40)
    right = (rng.random(40) < 0.7)[pictures] & (rng.random(30) < 0.7)[questions]
    residual = (right - right.mean()).reshape(40, 30)
    variance = (
        40 / 39 * (residual.sum(axis=1) ** 2).sum()
        + 30 / 29 * (residual.sum(axis=0) ** 2).sum()
        - 1200 / 1199 * (residual**2).sum()
    ) / 1200**2
    p = right.mean()
    worth = 1200 * p * (1 - p) / 1199 / variance
    found = accuracy(right, pictures, crossed=questions)
    assert (found.low, found.high) == pytest.approx(wilson(p * worth, worth, student(30)), abs=1e-12)


def test_it_is_the_variance_of_statsmodels() -> None:
    linear = pytest.importorskip("statsmodels.api")
    rng = np.random.default_rng(2)
    pictures, questions = rng.integers(0, 60, 900), rng.integers(0, 25, 900)
    right = rng.random(900) < (rng.random(60)[pictures] + rng.random(25)[questions]) / 2
    cov = {"groups": np.column_stack([pictures, questions]), "use_correction": True, "df_correction": True}
    fit = linear.OLS(right.astype(float), np.ones(900)).fit(cov_type="cluster", cov_kwds=cov)
    p = right.mean()
    worth = 900 * p * (1 - p) / 899 / float(np.asarray(fit.cov_params())[0, 0])
    found = accuracy(right, pictures, crossed=questions)
    assert (found.low, found.high) == pytest.approx(wilson(p * worth, worth, student(25)), abs=2e-3)


def test_one_question_says_nothing_of_others_and_is_left_out() -> None:
    right, pictures = answers(30, 50), np.repeat(np.arange(25), 2)
    assert accuracy(right, pictures, crossed=np.zeros(50, dtype=int)) == accuracy(right, pictures)


def test_clusters_that_hold_the_groups_decide() -> None:
    right, groups = np.repeat(answers(30, 50), 4), np.repeat(np.arange(50), 4)
    assert accuracy(right, np.arange(200), crossed=groups) == accuracy(right, groups)


@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=40),
    st.sampled_from([0.8, 0.95]),
)
def test_drawing_questions_too_is_never_narrower(items: list[tuple[bool, int, int]], confidence: float) -> None:
    right, groups, questions = (np.array(column) for column in zip(*items, strict=True))
    crossed, alone = accuracy(right, groups, confidence, questions), accuracy(right, groups, confidence)
    assert crossed.low <= alone.low + 1e-12
    assert crossed.high >= alone.high - 1e-12
    assert 0 <= crossed.low <= crossed.right / crossed.items + 1e-12


@pytest.mark.parametrize(("questions", "pictures", "each"), [(8, 200, 5), (20, 300, 4), (100, 300, 4)])
def test_ninety_five_percent_hold_the_truth_where_questions_are_right_or_wrong_together(
    questions: int, pictures: int, each: int
) -> None:
    # Every question and every picture has a share of its own, with mean 1/2; an item's is their mean.
    rng = np.random.default_rng(questions)
    of = np.repeat(np.arange(pictures), each)
    held = np.zeros(2)
    for _ in range(300):
        asked = rng.integers(0, questions, len(of))
        right = rng.random(len(of)) < (rng.random(questions)[asked] + rng.random(pictures)[of]) / 2
        for way, other in enumerate((asked, None)):
            found = accuracy(right, of, crossed=other)
            held[way] += found.low <= 0.5 <= found.high
    assert 0.90 <= held[0] / 300 <= 0.99
    assert held[1] / 300 < 0.90, "by pictures alone an interval does not speak of other questions"


# --------------------------------------------------------------------------------------------------------- chance

ITEMS = pd.DataFrame(
    {
        "compared": ["cat", "dog", "yes", "yes", "no", "2", "red"],
        "answer_type": ["choice", "choice", "yes/no", "yes/no", "yes/no", "number", "open"],
        "choices": [["cat", "dog"], ["dog", "cat", "cow", "pig"], [], [], [], [], []],
    }
)


def test_chance_of_a_view_that_shows_the_question_by_hand() -> None:
    # Options: 1/2 + 1/4. Named: 2 of 3 yes/no, 1 of 1 number, 1 of 1 open. Sum 4.75 of 7.
    for view in ("question", "choices"):
        assert chance(ITEMS, view) == pytest.approx(4.75 / 7)


def test_chance_of_the_picture_alone_is_the_commonest_answer_of_all() -> None:
    assert chance(ITEMS, "image") == pytest.approx(2 / 7)


def test_chance_where_all_is_multiple_choice_or_nothing_is() -> None:
    assert chance(ITEMS[:2], "question") == pytest.approx(0.375)
    assert chance(ITEMS[2:], "question") == pytest.approx(4 / 5)
    assert math.isnan(chance(ITEMS[:0], "question"))
    assert math.isnan(chance(ITEMS[:0], "image"))


def test_the_same_answer_of_two_types_is_counted_in_each() -> None:
    # 2 2 2 are numbers, 2 red red are open: 3 of 3 and 2 of 3.
    items = pd.DataFrame(
        {
            "compared": ["2", "2", "2", "2", "red", "red"],
            "answer_type": ["number"] * 3 + ["open"] * 3,
            "choices": [[]] * 6,
        }
    )
    assert chance(items, "question") == pytest.approx(5 / 6)
