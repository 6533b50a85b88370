"""Exact interaction values against shapiq's exact computer, on the same game in the same run."""

from __future__ import annotations

from itertools import combinations
from typing import Any, Literal

import numpy as np

from benchmarks.report import Facts, Table, fresh, section, timed
from twokeys.audit.games.values import interaction, k_sii, pairs

PLAYERS = (8, 12, 16)
INDICES = ("SII", "k-SII", "BII")


def against(players: int, index: Literal["SII", "k-SII", "BII"]) -> Facts:
    """Pairwise values of one random game in both ways, its values being in a table already."""
    from shapiq import ExactComputer

    values = np.random.default_rng(players).random(2**players)
    values[0] = 0

    def ask(coalitions: Any) -> Any:
        return values[np.asarray(coalitions) @ (1 << np.arange(players))]

    def ours() -> Any:
        if index == "k-SII":
            return k_sii(values, 2)[1]
        return interaction(values, 2, index)

    seconds, found = timed(ours, 5)
    theirs, expected = timed(lambda: ExactComputer(ask, n_players=players)(index, order=2))
    worst = max(abs(expected[pair] - value) for pair, value in zip(combinations(range(players), 2), found, strict=True))
    assert pairs(found, players).shape == (players, players)
    return {"ours": seconds, "theirs": theirs, "difference": float(worst)}


def main() -> None:
    """Print the section."""
    rows: list[tuple[str | int | float, ...]] = []
    for index in INDICES:
        for players in PLAYERS:
            found = fresh(against, players=players, index=index)
            assert found["difference"] < 1e-9
            ratio = found["theirs"] / found["ours"]
            rows.append((index, players, found["ours"], found["theirs"], ratio, f"{found['difference']:.0e}"))
    header = ("index", "players", "seconds, ours", "seconds, shapiq", "shapiq / ours", "largest difference")
    print(section("Interaction values", "Exact values of all pairs of one random game.", Table(header, rows)))


if __name__ == "__main__":
    main()
