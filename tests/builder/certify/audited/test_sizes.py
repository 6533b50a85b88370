"""A planted cue of size m is worth m to who reads it alone: by hand, and measured on drawn cues."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twokeys.builder.certify.audited.chance import unrelated_chance
from twokeys.builder.certify.audited.sizes import bits_of, marks_of


def worth(content: np.ndarray, gold: np.ndarray, cell: np.ndarray, bits: np.ndarray) -> float:
    """Excess over chance of who knows the bit of each item, and names the best answer of each cell and bit."""
    said = np.zeros_like(gold)
    for one in np.unique(cell):
        for bit in (0, 1):
            inside = (cell == one) & (bits[content] == bit)
            if inside.any():
                said[inside] = np.bincount(gold[inside]).argmax()
    return float((said == gold).mean() - unrelated_chance(said, gold, cell).mean())


def test_yes_and_no_by_hand() -> None:
    gold = np.arange(1_000) % 2
    found = bits_of(np.arange(1_000), gold, np.zeros(1_000, dtype=int))
    assert found.attainable == pytest.approx(0.5)
    assert set(np.stack([gold, found.target])[0] ^ found.target) in ({0}, {1})  # one side is 0, the other is 1


def test_a_content_with_as_many_answers_of_either_side_tells_nothing() -> None:
    content = np.repeat(np.arange(50), 2)
    assert bits_of(content, np.arange(100) % 2, np.zeros(100, dtype=int)).attainable == pytest.approx(0)


def test_one_answer_cannot_be_told() -> None:
    assert bits_of(np.arange(9), np.zeros(9, dtype=int), np.zeros(9, dtype=int)).attainable == 0


@pytest.mark.parametrize("rare", [False, True])
@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.3, 0.25, 0.2, 0.15, 0.1)])
@pytest.mark.parametrize("size", [0.05, 0.1])
def test_a_drawn_cue_is_worth_its_size(shares: tuple[float, ...], size: float, rare: bool) -> None:
    rng = np.random.default_rng(0)
    n = 40_000
    gold = rng.choice(len(shares), n, p=shares)
    cell, content = rng.integers(0, 2, n), np.arange(n)
    known = bits_of(content, gold, cell)
    measured = [worth(content, gold, cell, known.draw(size, rng, rare)) for _ in range(3)]
    assert np.mean(measured) == pytest.approx(size, abs=0.012)


def test_a_bit_that_is_tossed_is_worth_nothing() -> None:
    rng = np.random.default_rng(1)
    gold = rng.integers(0, 2, 20_000)
    known = bits_of(np.arange(20_000), gold, np.zeros(20_000, dtype=int))
    bits = known.draw(0.0, rng)
    assert abs((bits == gold).mean() - 0.5) < 0.02


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(0, 1)), min_size=1, max_size=40))
def test_no_cue_is_worth_less_than_nothing(rows: list[tuple[int, int, int]]) -> None:
    content, gold, cell = (np.array(column) for column in zip(*rows, strict=True))
    content = np.unique(content, return_inverse=True)[1]
    found = bits_of(content, gold, cell)
    assert -1e-9 <= found.attainable <= 1
    assert set(found.draw(0.5, np.random.default_rng(0)).tolist()) <= {0, 1}


@pytest.mark.parametrize("options", [2, 4])
def test_a_mark_is_worth_its_size(options: int) -> None:
    rng = np.random.default_rng(0)
    n = 30_000
    place = rng.integers(0, options, n)
    known = marks_of(np.arange(n), place, np.full(n, options))
    assert known.attainable == pytest.approx(1 - 1 / options)
    marked = known.draw(0.1, rng)
    assert ((marked >= 0) & (marked < options)).all()
    assert (marked == place).mean() - 1 / options == pytest.approx(0.1, abs=0.01)


def test_options_of_which_each_is_gold_as_often_cannot_be_marked() -> None:
    case, place = np.repeat(np.arange(20), 2), np.tile([0, 1], 20)
    assert marks_of(case, place, np.full(40, 2)).attainable == pytest.approx(0)
