"""Occlusion: how much the answer loses when one patch or one token is masked (Zeiler and Fergus 2014)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from twokeys.audit.explainers.explainer import Cost, Promise, Task, as_scores, play
from twokeys.audit.games.synergy import Scores


@dataclass(frozen=True)
class Occlusion:
    """v(all) - v(all but one), each patch and token by itself."""

    name = "occlusion"
    published = "Zeiler and Fergus 2014, arXiv 1311.2901"
    promises: ClassVar[frozenset[Promise]] = frozenset({"sensitivity"})
    several: ClassVar[bool] = True

    def cost(self, patches: int, tokens: int) -> Cost:
        """One forward pass each, and one with everything."""
        return Cost(patches + tokens + 1)

    def __call__(self, task: Task) -> Scores:
        """Mask one player at a time."""
        game = play(task.model, task.prepared)
        values = game(
            np.concatenate([np.ones((1, game.players), dtype=np.bool_), ~np.eye(game.players, dtype=np.bool_)])
        )
        lost = values[0] - values[1:]
        return as_scores(task.prepared, lost[: game.patches], lost[game.patches :])
