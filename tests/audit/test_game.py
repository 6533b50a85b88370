"""Coalitions are asked for once, and groups mean what they say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.audit.gates import planted
from twokeys.audit.games.game import Game, both, cells, grouped, words


def test_each_coalition_is_asked_for_once_and_in_batches():
    asked = []

    def value(coalitions):
        asked.append(len(coalitions))
        return coalitions.sum(axis=1) / 3

    game = Game(value, 2, 1, batch=3)
    every = np.array([[a, b, c] for a in (0, 1) for b in (0, 1) for c in (0, 1)], dtype=bool)
    assert game(np.concatenate([every, every])) == pytest.approx(np.tile(every.sum(1) / 3, 2))
    assert asked == [3, 3, 2]
    game(every)
    assert game.passes == 8
    game.forget()
    game(every[:1])
    assert game.passes == 1


@pytest.mark.parametrize("bad", [np.ones((2, 4), bool), np.ones(3, bool), np.ones((1, 3))])
def test_coalitions_that_do_not_fit_are_refused(bad):
    with pytest.raises(ValueError, match=r"must be bool \(n, 3\)"):
        Game(lambda c: c.sum(1), 2, 1)(bad)


@pytest.mark.parametrize("value", [lambda c: np.full(len(c), np.nan), lambda c: np.zeros((len(c), 1))])
def test_values_that_are_no_numbers_are_refused(value):
    with pytest.raises(ValueError, match="all finite"):
        Game(value, 1, 1)(np.ones((2, 2), bool))


def test_groups_act_together_and_share_the_cache():
    game = planted("and", patches=4, tokens=2, patch=3, token=1)
    inner = grouped(game, both(np.array([[1, 1, 0, 0], [0, 0, 1, 1]], bool), np.array([[1, 1]], bool)))
    assert (inner.patches, inner.tokens) == (2, 1)
    kept = np.array([[0, 1, 1], [1, 0, 1], [0, 1, 0]], bool)
    assert inner(kept).tolist() == [1, 0, 0]
    assert (inner.passes, game.passes) == (3, 3)


def test_players_in_no_group_are_always_kept():
    game = planted("and", patches=2, tokens=2, patch=0, token=1)
    inner = grouped(game, np.array([[1, 1, 0, 0]], bool))
    assert inner(np.array([[0], [1]], bool)).tolist() == [0, 1]


def test_cells_of_a_grid():
    found = cells(4, 6, 2, 3)
    assert found.shape == (6, 24)
    assert np.flatnonzero(found[1]).tolist() == [2, 3, 8, 9]
    assert np.flatnonzero(found[5]).tolist() == [16, 17, 22, 23]


@given(st.integers(1, 9), st.integers(1, 9), st.data())
def test_cells_are_a_partition_into_like_sizes(rows, columns, data):
    down, across = data.draw(st.integers(1, rows)), data.draw(st.integers(1, columns))
    found = cells(rows, columns, down, across)
    assert (found.sum(axis=0) == 1).all()
    assert found.any(axis=1).all()


def test_more_cells_than_patches_are_refused():
    with pytest.raises(ValueError, match="3 x 1 cells, and must be 1 x 1 to 2 x 2"):
        cells(2, 2, 3, 1)


def test_words_hold_the_tokens_that_begin_in_them():
    # Tokens with a leading space, a split word, a lone mark.
    question = "is it  reddish?"
    spans = [(0, 2), (2, 5), (5, 10), (10, 14), (14, 15)]
    found = words(spans, question)
    assert [np.flatnonzero(word).tolist() for word in found] == [[0], [1], [2, 3, 4]]


def test_what_is_known_is_billed_but_not_asked_again():
    game = Game(lambda kept: kept @ np.array([1.0, 2.0, 4.0]), 2, 1)
    kept = np.array([[1, 0, 0], [0, 1, 1], [1, 0, 0]], bool)
    game(kept)
    assert (game.asked, game.passes) == (2, 2)
    game.bill()
    game(kept[1:])
    assert (game.asked, game.passes) == (2, 2)


def test_what_a_game_knows_can_be_handed_on():
    rng = np.random.default_rng(0)
    kept = rng.random((20, 11)) < 0.5
    game = Game(lambda kept: kept.sum(axis=1) / 7, 6, 5)
    values = game(kept)
    other = Game(lambda kept: np.full(len(kept), -1.0), 6, 5)
    other.learn(*game.known())
    assert other(kept).tolist() == values.tolist()
    assert (other.passes, other(~kept[:1]).tolist()) == (0, [-1.0])
    with pytest.raises(ValueError, match="must have \\(20, 1\\)"):
        Game(lambda kept: kept.sum(axis=1), 2, 1).learn(*game.known())


def test_what_will_be_asked_for_is_evaluated_in_one_request():
    requests = []

    def value(coalitions):
        requests.append(len(coalitions))
        return coalitions @ np.array([1.0, 2.0, 4.0])

    game = Game(value, 2, 1)
    kept = np.array([[1, 0, 0], [0, 1, 1], [0, 0, 0]], bool)
    game(kept[:1])

    def ask():
        return [float(game(row[None])[0]) for row in kept]

    game.bill()
    game.foresee(ask)
    assert (requests, game.passes, game.asked) == ([1, 2], 3, 0)
    assert ask() == [1, 6, 0]
    assert (requests, game.passes, game.asked) == ([1, 2], 3, 3)
