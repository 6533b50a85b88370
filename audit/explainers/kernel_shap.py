"""KernelSHAP: Shapley values of patches and tokens by weighted regression (Lundberg and Lee 2017), through shapiq."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from twokeys.audit.explainers.explainer import Cost, Promise, Task, as_scores, play
from twokeys.audit.games.synergy import Scores
from twokeys.core.errors import MissingPackage

if TYPE_CHECKING:
    from types import ModuleType


@dataclass(frozen=True)
class KernelShap:
    """Shapley values of the one game in which patches and tokens play together; they add up to v(all) - v(none).

    Attributes:
        budget: Coalitions.
    """

    name = "kernel-shap"
    published = "Lundberg and Lee 2017, arXiv 1705.07874"
    promises: ClassVar[frozenset[Promise]] = frozenset({"completeness"})
    several: ClassVar[bool] = True
    budget: int = 256

    def cost(self, patches: int, tokens: int) -> Cost:
        """At most its budget."""
        return Cost(min(self.budget, 2 ** (patches + tokens)))

    def __call__(self, task: Task) -> Scores:
        """Sample coalitions and fit."""
        game = play(task.model, task.prepared)
        empty = float(game(np.zeros((1, game.players), dtype=np.bool_))[0])
        # Coalitions are drawn in pairs of opposites (Covert and Lee 2021), which halves the noise and costs nothing.
        sampler = _shapiq().KernelSHAP(n=game.players, pairing_trick=True, random_state=task.seed)
        found = sampler.approximate(
            budget=self.budget, game=lambda kept: game(np.asarray(kept, dtype=np.bool_)) - empty
        )
        values = np.array([found[(player,)] for player in range(game.players)])
        return as_scores(task.prepared, values[: game.patches], values[game.patches :])


def _shapiq() -> ModuleType:
    try:
        import shapiq
    except ImportError:
        raise MissingPackage("the explainer kernel-shap", "shapiq", 'pip install "twokeys[audit]"') from None
    return shapiq
