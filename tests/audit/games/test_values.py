"""Values of games known by hand, and equality with shapiq."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.audit.gates import GATES, drawn
from twokeys.audit.games.values import interaction, moebius, over_supersets, subsets, table

OR, AND, XOR = np.array([0.0, 1, 1, 1]), np.array([0.0, 0, 0, 1]), np.array([0.0, 1, 1, 0])


@pytest.mark.parametrize(("values", "expected"), [(OR, -1), (AND, 1), (XOR, -2)])
def test_two_player_gates(values, expected):
    assert interaction(values, 2) == [expected]
    assert moebius(values)[3] == expected


def test_majority_of_three():
    # v = 1 from two players on: m(pair) = 1, m(all) = -2; SII(pair) = 1 - 2/2 = 0, Shapley = 1/2 + 1/2 - 2/3 = 1/3.
    values = (subsets(3).sum(1) >= 2).astype(float)
    assert moebius(values).tolist() == [0, 0, 0, 1, 0, 1, 1, -2]
    assert interaction(values, 1) == pytest.approx([1 / 3] * 3)
    assert interaction(values, 2) == pytest.approx([0] * 3)
    assert interaction(values, 3) == pytest.approx([-2])


@given(st.integers(0, 10**6), st.integers(1, 7))
def test_moebius_coefficients_add_up_to_the_values(seed, players):
    values = np.random.default_rng(seed).normal(size=2**players)
    dividends = moebius(values)
    # A sum over subsets is a sum over supersets of the complements.
    assert over_supersets(dividends[::-1])[::-1] == pytest.approx(values)


@given(st.integers(0, 10**6), st.integers(3, 6))
def test_a_player_that_changes_nothing_gets_nothing(seed, players):
    inner = np.random.default_rng(seed).normal(size=2 ** (players - 1))
    values = np.concatenate([inner, inner])
    assert interaction(values, 1)[-1] == pytest.approx(0)
    pairs = zip(combinations(range(players), 2), interaction(values, 2), strict=True)
    assert [value for pair, value in pairs if players - 1 in pair] == pytest.approx([0] * (players - 1))
    assert interaction(values, 1)[:-1] == pytest.approx(interaction(inner, 1))


@given(st.integers(0, 10**6))
def test_by_the_definition(seed):
    players = 5
    game = drawn(np.random.default_rng(seed), players, 2)
    values = table(game)
    found = dict(zip(combinations(range(players), 2), interaction(values, 2), strict=True))
    for (one, other), value in found.items():
        sizes: list[list[float]] = [[] for _ in range(players - 1)]
        for mask in range(2**players):
            if not mask >> one & 1 and not mask >> other & 1:
                with_one, with_other = mask | 1 << one, mask | 1 << other
                second = values[with_one | with_other] - values[with_one] - values[with_other] + values[mask]
                sizes[mask.bit_count()].append(second)
        assert value == pytest.approx(np.mean([np.mean(size) for size in sizes]))


@pytest.mark.parametrize("index", ["SV", "SII", "Moebius"])
@pytest.mark.parametrize("players", [3, 8])
def test_equal_to_shapiq(index, players):
    shapiq = pytest.importorskip("shapiq")
    values = np.random.default_rng(players).normal(size=2**players)
    values[0] = 0

    def ask(coalitions):
        return values[np.asarray(coalitions) @ (1 << np.arange(players))]

    computer = shapiq.ExactComputer(ask, n_players=players)
    found = computer(index, order=1 if index == "SV" else players if index == "Moebius" else 2)
    if index == "Moebius":
        ours = {s: moebius(values)[sum(1 << i for i in s)] for n in (1, 2, 3) for s in combinations(range(players), n)}
    else:
        order = 1 if index == "SV" else 2
        ours = dict(zip(combinations(range(players), order), interaction(values, order), strict=True))
    assert ours
    assert max(abs(found[key] - value) for key, value in ours.items()) < 1e-9


@settings(max_examples=20)
@given(st.integers(0, 10**6))
def test_tables_in_a_batch_are_one_table_each(seed):
    batch = np.random.default_rng(seed).normal(size=(3, 2, 16))
    assert interaction(batch, 2)[1, 1] == pytest.approx(interaction(batch[1, 1], 2))


def test_too_many_players_are_refused():
    with pytest.raises(ValueError, match="at most 20 players, not 21"):
        subsets(21)


def test_gates_are_what_they_say():
    assert [bool(GATES["xor"](a, b)) for a in (False, True) for b in (False, True)] == [False, True, True, False]
