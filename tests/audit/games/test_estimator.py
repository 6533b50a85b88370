"""The ground truth and the estimator against brute force, and what they must separate."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.audit.gates import drawn, planted
from twokeys.audit.games.estimator import estimate
from twokeys.audit.games.exact import Split, exact_interaction, split
from twokeys.audit.games.game import Game
from twokeys.audit.games.synergy import GRID, Scores, area, synergy, tops


def _top(seed, patches, tokens):
    rng = np.random.default_rng(seed)
    return tops(Scores(rng.random(patches), rng.random(tokens)))


def _smooth(seed, patches=8, tokens=6):
    """A random game whose dividends reach far beyond pairs: a product of sums through a bend."""
    rng = np.random.default_rng(seed)
    weights = rng.normal(size=(patches + tokens, 4))
    return Game(lambda kept: 1 / (1 + np.exp(-(np.sin(kept @ weights) @ np.array([3, -2, 2, 1])))), patches, tokens)


@given(st.integers(1, 12), st.integers(1, 12), st.integers(1, 8), st.booleans(), st.integers(0, 10**6))
def test_a_split_is_a_partition_without_empty_parts(patches, tokens, chunks, apart, seed):
    rng = np.random.default_rng(seed)
    rest = rng.random(patches + tokens) < 0.7
    found = Split(rng.permutation(patches + tokens), max(chunks, 2), apart, patches)(rest)
    assert (found.sum(axis=0) == rest).all()
    assert found.any(axis=1).all()
    assert len(found) <= max(chunks, 2)
    if apart:
        assert not (found[:, :patches].any(axis=1) & found[:, patches:].any(axis=1)).any()


def test_a_split_is_a_function_of_its_seed():
    game = planted("and")
    assert (split(game, 5).order == split(game, 5).order).all()
    assert (split(game, 5).order != split(game, 6).order).any()


@pytest.mark.parametrize(("gate", "expected"), [("and", 1), ("or", -1), ("xor", -2), ("additive", 0)])
def test_exact_interaction_of_gates(gate, expected):
    # From k = .1 on the pair is in V_k and T_k, and no background changes what it does.
    best = Scores(-np.abs(np.arange(10.0) - 3), -np.abs(np.arange(10.0) - 2))
    game = planted(gate)
    found = exact_interaction(game, tops(best), split(game))
    assert found == pytest.approx([0] + [expected] * 10)


@settings(max_examples=15)
@given(st.integers(0, 10**6))
def test_exact_interaction_by_the_definition(seed):
    game = _smooth(seed, 5, 4)
    top, background = _top(seed, 5, 4), split(game, seed, chunks=3)
    found = exact_interaction(game, top, background)
    for k in (3, 5):
        image, text = top.image[k], top.text[k]
        chunks = background(~image & ~text)
        means = []
        for size in range(len(chunks) + 1):
            values = []
            for mask in range(2 ** len(chunks)):
                if mask.bit_count() == size:
                    chosen = [chunk for bit, chunk in enumerate(chunks) if mask >> bit & 1]
                    rest = np.any(chosen, axis=0) if chosen else np.zeros_like(image)
                    one, two = rest | image, rest | text
                    values.append(game(np.stack([one | two, one, two, rest])) @ [1, -1, -1, 1])
            means.append(np.mean(values))
        assert found[k] == pytest.approx(np.mean(means))


@pytest.mark.parametrize("budget", [12, 20, 70, 138])
@pytest.mark.parametrize("apart", [False, True])
def test_the_estimate_is_unbiased(budget, apart):
    for game_seed in range(3):
        game = _smooth(game_seed)
        top, background = _top(game_seed, 8, 6), split(game, 1, apart=apart)
        exact = area(exact_interaction(game, top, background), GRID)
        found = np.array([estimate(game, top, background, budget, seed).value for seed in range(600)])
        assert found.mean() == pytest.approx(exact, abs=4.5 * found.std() / np.sqrt(600))


def test_the_published_form_is_biased_where_the_estimate_is_not():
    published, improved = [], []
    for game_seed in range(60):
        game = _smooth(game_seed)
        top, background = _top(game_seed, 8, 6), split(game, 1)
        exact = area(exact_interaction(game, top, background), GRID)
        published.append(synergy(game, top).unclipped - exact)
        improved.append(np.mean([estimate(game, top, background, 138, seed).value for seed in range(10)]) - exact)
    assert np.mean(np.abs(improved)) < np.mean(np.abs(published)) / 2


def test_the_standard_error_covers():
    inside = []
    for game_seed in range(40):
        game = _smooth(game_seed)
        top, background = _top(game_seed, 8, 6), split(game, 1)
        exact = area(exact_interaction(game, top, background), GRID)
        for seed in range(10):
            found = estimate(game, top, background, 138, seed)
            inside.append(abs(found.value - exact) < 1.96 * found.standard_error)
    assert 0.90 < np.mean(inside) <= 1


def test_the_budget_is_kept():
    game = _smooth(0, 20, 20)
    for budget in (12, 19, 100, 138):
        game.forget()
        found = estimate(game, _top(0, 20, 20), split(game), budget)
        assert found.passes <= budget
        assert found.pairs == (budget - 4) // 8
    with pytest.raises(ValueError, match="11 forward passes, and must be at least 12"):
        estimate(game, _top(0, 20, 20), split(game), 11)


def test_exact_where_dividends_stop_at_one_more_player():
    # Then D is a straight line in the background, and the two ends know all of it.
    rng = np.random.default_rng(0)
    weights = rng.normal(size=(10, 5, 10))

    def value(kept):
        image, text = kept[:, :10].astype(float), kept[:, 10:15].astype(float)
        return np.einsum("ni,nj,nk,ijk->n", image, text, image, weights)

    # A second difference of V_k and T_k holds at most one more player: it is linear in the background.
    game = Game(value, 10, 5)
    top = _top(0, 10, 5)
    exact = exact_interaction(game, top, split(game, 3))
    assert synergy(game, top).interaction == pytest.approx(exact)


def test_oracle_beats_random_beats_its_opposite_on_a_gate_that_needs_both():
    game = planted("and")
    oracle = Scores((np.arange(10) == 3).astype(float), (np.arange(10) == 2).astype(float))
    opposite = Scores(-oracle.image, -oracle.text)
    background = split(game)
    scores = {"oracle": [], "random": [], "opposite": []}
    for seed in range(40):
        rng = np.random.default_rng(seed)
        for name, given_scores in (
            ("oracle", oracle), ("random", Scores(rng.random(10), rng.random(10))), ("opposite", opposite)
        ):  # fmt: skip
            scores[name].append(estimate(game, tops(given_scores, seed), background, 138, seed).value)
    assert min(scores["oracle"]) > 0.9
    assert max(scores["opposite"]) < 0.1
    assert 0.15 < np.mean(scores["random"]) < 0.55


def test_random_games_have_interaction_at_all():
    game = drawn(np.random.default_rng(0), 8, 4)
    assert np.abs(exact_interaction(game, _top(0, 4, 4), split(game))).max() > 0.01
