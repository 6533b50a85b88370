"""Accuracy with an honest interval, and the level that needs no look."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.statistics import accuracy, chance


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
    low, high = wilson(30, 50)
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.002)
    assert found.high - found.low > 1.8 * np.diff(wilson(120, 200))[0]


def test_the_worth_of_three_groups_by_hand() -> None:
    # Right in groups of two: 2, 1, 0. p = 1/2; residuals 1, 0, -1; variance 3/2 * 2 / 6^2 = 1/12. Independent items
    # would have 1/4 / 5 = 1/20: n_eff = 6 * 12 / 20 = 3.6.
    found = accuracy(np.array([1, 1, 1, 0, 0, 0], dtype=bool), np.array([0, 0, 1, 1, 2, 2]))
    assert (found.low, found.high) == pytest.approx(wilson(1.8, 3.6), abs=1e-12)


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


# --------------------------------------------------------------------------------------------------------- chance

ITEMS = pd.DataFrame(
    {
        "answer": ["cat", "dog", "yes", "yes", "no", "2", "red"],
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
            "answer": ["2", "2", "2", "2", "red", "red"],
            "answer_type": ["number"] * 3 + ["open"] * 3,
            "choices": [[]] * 6,
        }
    )
    assert chance(items, "question") == pytest.approx(5 / 6)
