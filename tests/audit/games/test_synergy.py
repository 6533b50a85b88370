"""Known answers of gates, derived by hand, and the identity with the three-player Shapley interaction."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.audit.gates import drawn, planted
from twokeys.audit.games.game import Bools, Floats, Game
from twokeys.audit.games.synergy import GRID, Scores, synergy, tops
from twokeys.audit.games.values import interaction, table

BEST = Scores(-np.abs(np.arange(10.0) - 3), -np.abs(np.arange(10.0) - 2))
WORST = Scores(-BEST.image, -BEST.text)
MIXED = Scores(BEST.image, WORST.text)


def _evaluated(gate, scores):
    # WORST ranks player 3 (or 2) last: no other player ties with it.
    return synergy(planted(gate), tops(scores))


@pytest.mark.parametrize(
    ("gate", "scores", "unclipped", "published"),
    [
        ("and", BEST, 0.95, 0.95),
        ("and", WORST, 0.05, 0.05),
        ("and", MIXED, 0.05, 0.05),
        ("or", BEST, -0.95, 0.0),
        ("or", WORST, -0.05, 0.0),
        ("or", MIXED, -0.05, 0.0),
        ("xor", BEST, -1.90, 0.0),
        ("xor", WORST, -0.10, 0.0),
        ("xor", MIXED, -0.10, 0.0),
        ("additive", BEST, 0.0, 0.0),
        ("additive", WORST, 0.0, 0.0),
        ("additive", MIXED, 0.0, 0.0),
    ],
)
def test_known_answers(gate, scores, unclipped, published):
    found = _evaluated(gate, scores)
    assert found.unclipped == pytest.approx(unclipped, abs=1e-12)
    assert found.published == pytest.approx(published, abs=1e-12)


@pytest.mark.parametrize(("gate", "unclipped"), [("and", 0.335), ("or", -0.335), ("xor", -0.67), ("additive", 0)])
def test_random_rankings_of_ten_by_ten(gate, unclipped):
    # A random rank is below 10 k with probability k: for AND insertion and deletion are k^2, whose area is .335.
    game, nothing = planted(gate), Scores(np.zeros(10), np.zeros(10))
    found = [synergy(game, tops(nothing, seed)).unclipped for seed in range(1500)]
    assert np.mean(found) == pytest.approx(unclipped, abs=4 * np.std(found) / np.sqrt(1500) + 1e-12)


def grouped(game: Game, groups: Bools) -> Game:
    """The game whose players are groups of another game's players, (groups, players)."""

    def value(coalitions: Bools) -> Floats:
        return game(np.asarray(coalitions @ groups, dtype=np.bool_))

    return Game(value, len(groups), 0)


@given(st.integers(0, 10**6), st.integers(2, 4), st.integers(2, 4))
def test_unclipped_is_the_shapley_interaction_of_three_players(seed, patches, tokens):
    rng = np.random.default_rng(seed)
    game = drawn(rng, patches + tokens, patches)
    top = tops(Scores(rng.random(patches), rng.random(tokens)))
    found = synergy(game, top).interaction
    for k in range(len(GRID)):
        rest = ~(top.image[k] | top.text[k])
        three = interaction(table(grouped(game, np.stack([top.image[k], top.text[k], rest]))), 2)
        assert found[k] == pytest.approx(three[0], abs=1e-12)


def test_ends_do_not_depend_on_the_ranking():
    rng = np.random.default_rng(0)
    game = drawn(rng, 8, 4)
    for seed in range(5):
        found = synergy(game, tops(Scores(rng.random(4), rng.random(4)), seed))
        assert (found.insertion[0], found.deletion[0]) == (0, 0)
        values = game(np.array([[1] * 8, [1] * 4 + [0] * 4, [0] * 4 + [1] * 4, [0] * 8], dtype=bool))
        assert found.insertion[-1] == pytest.approx(found.deletion[-1])
        assert found.insertion[-1] == pytest.approx(values[0] - values[1] - values[2] + values[3])


def test_cost_is_58_passes():
    # Ten by ten players, so that all fractions differ: 6 for each of nine inner fractions, 4 that the ends share.
    game = planted("and")
    synergy(game, tops(Scores(np.arange(10.0), np.arange(10.0))))
    assert game.passes == 58


def test_normalisation_divides_by_at_least_a_twentieth():
    game = planted("additive")
    found = synergy(game, tops(BEST))
    assert found.scale == 1
    flat = planted("and")
    flat._value = lambda coalitions: 0.01 * (coalitions[:, 3] & coalitions[:, 12])
    assert synergy(flat, tops(BEST)).scale == 0.05
    assert synergy(flat, tops(BEST)).published == pytest.approx(0.95 * 0.01 / 0.05)


def test_equal_scores_are_ordered_at_random_and_not_by_position():
    flat = Scores(np.zeros(10), np.zeros(4))
    first = [tops(flat, seed).image[1].argmax() for seed in range(400)]
    assert np.bincount(first, minlength=10).min() > 15  # 40 expected each; a tenth of a per mille is below 16
    assert (tops(flat, 3).image == tops(flat, 3).image).all()


def test_scores_that_are_not_finite_are_refused():
    with pytest.raises(ValueError, match="1 scores are not finite"):
        tops(Scores(np.array([0.0, np.nan]), np.zeros(2)))
