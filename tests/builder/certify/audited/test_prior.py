"""Constant answers: what they gain is counted by kind, and bounded by the programme."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builder.certify.audited.items import mixed, table
from twokeys.builder.certify.audited.labels import Labels
from twokeys.builder.certify.audited.prior import LOOSE, best_constant, prior_bounds
from twokeys.builder.certify.audited.selection import largest
from twokeys.core.strata import STRATA


def flattened(answers: list[str], slack: float = 0.0125) -> np.ndarray:
    """Answers that the bounds leave of items without options."""
    items = table(["is it?"] * len(answers), answers)
    labels = Labels.of(items)
    keep, _ = largest(prior_bounds(labels, labels.given, slack), np.ones(len(answers)))
    return np.array(answers)[keep]


def test_yes_and_no_are_brought_to_half() -> None:
    kept = flattened(["yes"] * 850 + ["no"] * 150)
    # 150 no, and y yes with y <= (y + 150) (1/2 + 1/80) + 1: at most 159.
    assert ((kept == "no").sum(), (kept == "yes").sum()) == (150, 159)


def test_a_flat_prior_is_left_alone() -> None:
    assert len(flattened(["yes", "no"] * 100)) == 200
    assert len(flattened([f"colour {number % 40}" for number in range(400)])) == 400


def test_a_frequent_open_answer_is_thinned_out() -> None:
    rare = [f"thing {number}" for number in range(300)]
    kept = flattened(["red"] * 100 + rare)
    red = int((kept == "red").sum())
    assert len(kept) - red >= 300 - 1
    assert red <= (1 / 301 + 0.0125) * len(kept) + LOOSE


def test_the_best_constant_is_taken_in_every_kind() -> None:
    items = table(["is it?"] * 8, ["yes", "yes", "yes", "no", "no", "no", "no", "yes"]).assign(
        split=["a"] * 4 + ["b"] * 4
    )
    every = np.ones(8, dtype=bool)
    for apart, right in ((STRATA, 6), (["source", "answer_type"], 4)):
        labels = Labels.of(items, apart)
        assert best_constant(labels, labels.given, every).sum() == pytest.approx(right)


@given(st.integers(0, 40), st.integers(30, 90))
def test_the_best_constant_is_no_worse_than_a_guess(seed: int, n: int) -> None:
    labels = Labels.of(mixed(n, seed))
    among = np.random.default_rng(seed).random(n) < 0.8
    found, guess = best_constant(labels, labels.given, among), labels.guess(labels.gold(labels.given), among)
    assert found.sum() >= guess[among].sum() - 1e-9
    assert (found[~among] == 0).all()
