"""Coalitions are asked for once, and groups mean what they say."""

from __future__ import annotations

import numpy as np
import pytest

from twokeys.audit.games.game import Game


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
