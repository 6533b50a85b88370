"""Exact values of a game from the table of all its coalitions, by subset transforms.

A table holds the value of every coalition: entry c is the coalition of the players whose bits are set in c. Its Moebius
coefficients m (Harsanyi dividends) give the interaction of every set at once: for a set S of s players,

    Shapley interaction (Grabisch and Roubens 1999)    I(S) = sum over T containing S of m(T) / (|T| - s + 1)

and the sum over supersets is one more transform: n 2^n operations for all sets, and 4^n by the definition.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from twokeys.audit.games.game import Bools, Floats, Game

LIMIT = 20
"""Most players of a table: 2^20 values, 8 MiB."""


def subsets(players: int) -> Bools:
    """All coalitions in the order of a table, (2^players, players).

    Raises:
        ValueError: For more than `LIMIT` players.
    """
    if players > LIMIT:
        raise ValueError(f"exact values take at most {LIMIT} players, not {players}: group them")
    return (np.arange(2**players)[:, None] >> np.arange(players) & 1).astype(np.bool_)


def table(game: Game) -> Floats:
    """Values of all coalitions, (2^players,)."""
    return game(subsets(game.players))


def moebius(values: Floats) -> Floats:
    """Moebius coefficients of tables, (..., 2^n) -> (..., 2^n): m(S) = sum over T in S of (-1)^(|S| - |T|) v(T)."""
    table = np.array(values, dtype=np.float64)
    for player in range(_players(table)):
        half = table.reshape(*table.shape[:-1], -1, 2, 2**player)
        half[..., 1, :] -= half[..., 0, :]
    return table


def over_supersets(values: Floats) -> Floats:
    """Sum of each set's supersets, itself included, (..., 2^n) -> (..., 2^n)."""
    table = np.array(values, dtype=np.float64)
    for player in range(_players(table)):
        half = table.reshape(*table.shape[:-1], -1, 2, 2**player)
        half[..., 0, :] += half[..., 1, :]
    return table


def interaction(values: Floats, order: int) -> Floats:
    """Shapley interaction of all sets of `order` players.

    Args:
        values: (..., 2^n) tables.
        order: Size of the sets; 1 gives the Shapley values.

    Returns:
        (..., number of sets), in the order of `itertools.combinations(range(n), order)`.
    """
    players = _players(values)
    if not 1 <= order <= players:
        raise ValueError(f"the order is {order}, and must be 1 to {players}")
    more = sizes(players) - order
    # Sets smaller than S hold no S: what their weight is does not matter, but it must be finite.
    weight = 1 / np.maximum(more + 1, 1)
    sums = over_supersets(moebius(values) * weight)
    return np.asarray(sums[..., _masks(players, order)])


def sizes(players: int) -> NDArray[np.int64]:
    """Number of members of each coalition of a table, (2^players,)."""
    return np.bitwise_count(np.arange(2**players)).astype(np.int64)


def _players(values: Floats) -> int:
    players = int(values.shape[-1]).bit_length() - 1
    if 2**players != values.shape[-1]:
        raise ValueError(f"the table has {values.shape[-1]} coalitions, and must have a power of 2")
    return players


def _masks(players: int, order: int) -> NDArray[np.int64]:
    return np.array([sum(1 << player for player in chosen) for chosen in combinations(range(players), order)])
