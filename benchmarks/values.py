"""Exact interaction values against shapiq's exact computer, on the same game in the same run."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np

from benchmarks.report import Facts, Table, fresh, section, timed
from twokeys.audit.games.values import interaction

PLAYERS = (8, 12, 16)


def against(players: int) -> Facts:
    """Compute pairwise values of one random game in both ways; the values of the game are in a table already."""
    from shapiq import ExactComputer

    values = np.random.default_rng(players).random(2**players)
    values[0] = 0

    def ask(coalitions: Any) -> Any:
        return values[np.asarray(coalitions) @ (1 << np.arange(players))]

    seconds, ours = timed(lambda: interaction(values, 2), 5)
    shapiq, expected = timed(lambda: ExactComputer(ask, n_players=players)("SII", order=2))
    worst = max(abs(expected[pair] - value) for pair, value in zip(combinations(range(players), 2), ours, strict=True))
    return {"ours": seconds, "theirs": shapiq, "difference": float(worst)}


def main() -> None:
    """Print the section."""
    rows: list[tuple[str | int | float, ...]] = []
    for players in PLAYERS:
        facts = fresh(against, players=players)
        assert facts["difference"] < 1e-9
        ratio = facts["theirs"] / facts["ours"]
        rows.append((players, facts["ours"], facts["theirs"], ratio, f"{facts['difference']:.0e}"))
    header = ("players", "seconds, ours", "seconds, shapiq", "shapiq / ours", "largest difference")
    print(section("Interaction values", "Shapley interaction of all pairs of one random game.", Table(header, rows)))


if __name__ == "__main__":
    main()
