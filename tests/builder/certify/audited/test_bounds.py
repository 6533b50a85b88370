"""Bounds of balance: half of a cell and one more, on exact keys and on clusters; nothing where nothing is shared."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builder.certify.audited.test_selection import answers
from twokeys.builder.certify.audited.bounds import Bools, adversary_bounds, balance_bounds
from twokeys.builder.certify.audited.selection import KEPT, choose, largest


def balanced(cell: list[int], answer: list[int]) -> Bools:
    n = len(cell)
    bounds = balance_bounds(np.array(cell), np.array(answer), "question")
    return largest(bounds, np.ones(n))[0]


def test_a_question_asked_once_stays() -> None:
    assert balanced([0, 1, 2], [0, 0, 0]).all()
    assert balance_bounds(np.array([0, 1, 2]), np.array([0, 0, 0]), "question") == []


def test_of_a_question_that_is_always_answered_alike_one_item_stays() -> None:
    assert balanced([0] * 9, [1] * 9).sum() == 1


@pytest.mark.parametrize(
    ("yes", "no", "kept"),
    [
        (5, 5, 10),  # even: nothing to do
        (6, 5, 11),  # one more is let through
        (9, 4, 9),  # five yes beside four no
        (7, 0, 1),
    ],
)
def test_half_and_one_more(yes: int, no: int, kept: int) -> None:
    assert balanced([0] * (yes + no), [1] * yes + [0] * no).sum() == kept


def test_what_is_shared_by_nobody_is_bounded_by_nothing() -> None:
    assert balance_bounds(np.full(4, -1), np.zeros(4, dtype=np.int64), "paraphrase cluster") == []


def test_a_cluster_may_lean_as_far_as_fair_coins_do() -> None:
    # 25 items of one cluster: one more than half, and five for chance. 15 to 10 stays, 20 to 5 loses nine.
    for yes, kept in ((15, 25), (20, 16)):
        answer = (np.arange(25) < yes).astype(np.int64)
        bounds = balance_bounds(np.zeros(25, dtype=np.int64), answer, "cluster", loose=True)
        assert largest(bounds, np.ones(25))[0].sum() == kept


def test_a_partner_repairs_what_would_be_pruned() -> None:
    # Seven times yes leaves one; a partner with another answer in the pool lets one more yes stay beside it.
    assert balanced([0] * 7, [1] * 7).sum() == 1
    assert balanced([0] * 8, [1] * 7 + [0]).sum() == 3


def test_the_reason_names_what_speaks_against_an_item() -> None:
    cell, answer = np.array([0] * 9), np.array([1] * 9)
    bounds = balance_bounds(cell, answer, "question")
    keep, blame = largest(bounds, np.ones(9))
    assert (blame[keep] == KEPT).all()
    assert {bounds[row].reason for row in blame[~keep]} == {"items of the same question have its answer too often"}


def test_heavier_items_are_preferred() -> None:
    bounds = balance_bounds(np.zeros(3, dtype=np.int64), np.ones(3, dtype=np.int64), "question")
    keep, _ = largest(bounds, np.array([1.0, 5.0, 1.0]))
    assert keep.tolist() == [False, True, False]


def test_balance_comes_before_adversaries_and_holds_to_the_end() -> None:
    n = 200
    right = np.arange(n) % 10 < 7
    cell = np.where(np.arange(n) < 40, 0, np.arange(n))  # forty items of one question, always answered alike
    bounds = balance_bounds(cell, np.ones(n, dtype=np.int64), "question")
    chosen = choose(lambda keep: [answers(right)], 0.05, 5, np.ones(n), bounds)
    assert chosen.rounds[0].kept == n - 39
    assert chosen.keep[:40].sum() <= 1
    assert all((reason == "") == kept for reason, kept in zip(chosen.reasons, chosen.keep, strict=True) if kept)


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=40),
    st.integers(0, 2**16),
)
def test_no_answer_holds_more_than_half_and_one_more(items: list[tuple[int, int]], seed: int) -> None:
    cell, answer = (np.array(column) for column in zip(*items, strict=True))
    keep = balanced(cell.tolist(), answer.tolist())
    for one in np.unique(cell):
        counts = np.bincount(answer[keep & (cell == one)], minlength=3)
        assert counts.max() <= counts.sum() - counts.max() + 1


def test_an_adversary_that_was_fitted_on_removed_items_is_named_as_such() -> None:
    one = answers(np.arange(100) < 80)
    marked = type(one)(one.name, one.right, one.confidence, one.applies, one.chance, one.guess, on_removed=True)
    assert "fitted on removed items" in adversary_bounds(marked, 0.0)[0].reason
