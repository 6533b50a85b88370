"""Exact interaction values against shapiq's exact computer, on the same game in the same run."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np

from benchmarks.report import Facts, Table, fresh, section, timed
from twokeys.audit.games.values import interaction

PLAYERS = (8, 12, 16)


def against(players: int) -> Facts:
    """Pairwise values of one random game in both ways, its values being in a table already."""
    from shapiq import ExactComputer

    values = np.random.default_rng(players).random(2**players)
    values[0] = 0

    def ask(coalitions: Any) -> Any:
        return values[np.asarray(coalitions) @ (1 << np.arange(players))]

    seconds, found = timed(lambda: interaction(values, 2), 5)
    theirs, expected = timed(lambda: ExactComputer(ask, n_players=players)("SII", order=2))
    worst = max(abs(expected[pair] - value) for pair, value in zip(combinations(range(players), 2), found, strict=True))
    return {"ours": seconds, "theirs": theirs, "difference": float(worst)}


def main() -> None:
    """Print the section."""
    rows: list[tuple[str | int | float, ...]] = []
    for players in PLAYERS:
        found = fresh(against, players=players)
        assert found["difference"] < 1e-9
        ratio = found["theirs"] / found["ours"]
        rows.append((players, found["ours"], found["theirs"], ratio, f"{found['difference']:.0e}"))
    header = ("players", "seconds, ours", "seconds, shapiq", "shapiq / ours", "largest difference")
    print(section("Interaction values", "Shapley interaction of all pairs of one random game.", Table(header, rows)))


if __name__ == "__main__":
    main()
