"""Cross-modal Shapley interaction: how much a patch gains when the question is there, and a word when the image is.

The score of patch i is its Shapley interaction with the whole question as one player, estimated along random orders of
the patches:

    mean over orders of [ v(before + i, question) - v(before, question) ] - [ v(before + i, -) - v(before, -) ]

and that of a token likewise with the whole image. Along every order the sum telescopes, so the scores of the patches
add up to the item's dividend v(both) - v(image) - v(question) + v(neither), and so do those of the tokens.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from twokeys.audit.explainers.explainer import Cost, Promise, Task, as_scores, play
from twokeys.audit.games.game import Floats, Game
from twokeys.audit.games.synergy import Scores


@dataclass(frozen=True)
class CrossShapley:
    """Interaction with the other modality.

    Attributes:
        orders: Random orders of each modality; each is gone through forwards and backwards.
    """

    name = "cross-shapley"
    published = ""
    promises: ClassVar[frozenset[Promise]] = frozenset({"sensitivity", "completeness"})
    several: ClassVar[bool] = True
    orders: int = 4

    def cost(self, patches: int, tokens: int) -> Cost:
        """Two passes for every step along every order, at most: both modalities share the four ends."""
        return Cost(4 * self.orders * (patches + tokens - 2) + 4)

    def __call__(self, task: Task) -> Scores:
        """Walk along random orders."""
        game = play(task.model, task.prepared)
        rng = np.random.default_rng(task.seed)
        image, text = np.flatnonzero(game.image), np.flatnonzero(~game.image)
        return as_scores(task.prepared, self._walk(game, image, rng), self._walk(game, text, rng))

    def _walk(self, game: Game, members: NDArray[np.int64], rng: np.random.Generator) -> Floats:
        other = ~np.isin(np.arange(game.players), members)
        found = np.zeros(len(members))
        forwards = [rng.permutation(len(members)) for _ in range(self.orders)]
        orders = [order for one in forwards for order in (one, one[::-1])]
        kept = np.zeros((len(orders), len(members) + 1, game.players), dtype=np.bool_)
        for row, order in enumerate(orders):
            kept[row, 1:, members[order]] = np.tri(len(members), dtype=np.bool_).T
        flat = kept.reshape(-1, game.players)
        gains = (game(flat | other) - game(flat)).reshape(len(orders), -1)
        for order, gain in zip(orders, np.diff(gains, axis=1), strict=True):
            found[order] += gain / len(orders)
        return found
