"""Games whose values are known by hand: one patch and one token matter, all other players are inert."""

from __future__ import annotations

import numpy as np

from twokeys.audit.games.game import Bools, Floats, Game

GATES = {
    "and": lambda patch, token: patch & token,
    "or": lambda patch, token: patch | token,
    "xor": lambda patch, token: patch ^ token,
    "additive": lambda patch, token: 0.6 * patch + 0.4 * token,
}


def planted(gate: str, patches: int = 10, tokens: int = 10, patch: int = 3, token: int = 2) -> Game:
    """A gate of one patch and one token."""

    def value(coalitions: Bools) -> Floats:
        found = GATES[gate](coalitions[:, patch], coalitions[:, patches + token])
        return np.asarray(found, dtype=np.float64)

    return Game(value, patches, tokens)


def drawn(rng: np.random.Generator, players: int, patches: int) -> Game:
    """A dense random game: every coalition has a value of its own."""
    table = rng.random(2**players)
    return Game(lambda coalitions: table[coalitions @ (1 << np.arange(players))], patches, players - patches)
