"""The exact Shapley interaction between the patches and the tokens that an explainer ranks highest.

For each fraction k, V_k and T_k are two players and everything else is split into a few more; with six of them that is
a game of eight players and 256 coalitions. The interaction depends on how the rest is split, so the split is stated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twokeys.audit.games.game import Bools, Floats, Game
from twokeys.audit.games.synergy import Tops
from twokeys.audit.games.values import interaction, subsets


@dataclass(frozen=True)
class Split:
    """How the players outside V_k and T_k are grouped to players of the background.

    Attributes:
        order: (players,) a permutation of all patches and tokens, the same for all explainers of an item.
        chunks: Number of background players: runs of like size along the order.
        apart: Whether each holds patches alone or tokens alone; the published ground truth mixes them.
        patches: Number of patches, where they are kept apart.
    """

    order: NDArray[np.int64]
    chunks: int = 6
    apart: bool = False
    patches: int = 0

    def __call__(self, rest: Bools) -> Bools:
        """Split a set of players, (players,) -> (at most `chunks`, players). No part is empty."""
        members = self.order[rest[self.order]]
        if self.apart:
            image, text = members[members < self.patches], members[members >= self.patches]
            share = round(self.chunks * len(image) / max(len(members), 1))
            share = min(max(share, min(len(image), 1)), self.chunks - min(len(text), 1))
            runs = _runs(image, share) + _runs(text, self.chunks - share)
        else:
            runs = _runs(members, self.chunks)
        found = np.zeros((len(runs), len(rest)), dtype=np.bool_)
        for row, run in enumerate(runs):
            found[row, run] = True
        return found


def split(game: Game, seed: int = 0, chunks: int = 6, apart: bool = False) -> Split:
    """Draw a split of a game's players at random."""
    order = np.random.default_rng(seed).permutation(game.players)
    return Split(order, chunks, apart, game.patches)


def exact_interaction(game: Game, top: Tops, background: Split) -> Floats:
    """Shapley interaction of V_k and T_k at each fraction, (K,), from 2^(chunks + 2) coalitions each."""
    found = np.zeros(len(top.grid))
    tables = {
        at: np.asarray(subsets(len(players)) @ players, dtype=np.bool_)
        for at, (image, text) in enumerate(zip(top.image, top.text, strict=True))
        if image.any() and text.any()
        for players in [np.concatenate([[image, text], background(~image & ~text)])]
    }
    if tables:  # in one request, so that a model gets large batches
        values = np.split(
            game(np.concatenate(list(tables.values()))), np.cumsum([len(coalitions) for coalitions in tables.values()])
        )
        for at, column in zip(tables, values, strict=False):
            found[at] = interaction(column, 2)[0]  # the pair (0, 1) is the first of all pairs
    return found


def _runs(members: NDArray[np.int64], count: int) -> list[NDArray[np.int64]]:
    return [run for run in np.array_split(members, max(count, 1)) if len(run)]
