"""Random scores: the control that every explainer must beat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from twokeys.audit.explainers.explainer import Cost, Promise, Task, as_scores
from twokeys.audit.games.synergy import Scores


@dataclass(frozen=True)
class Chance:
    """Uniform scores from the task's seed."""

    name = "random"
    published = ""
    promises: ClassVar[frozenset[Promise]] = frozenset()
    several: ClassVar[bool] = True

    def cost(self, patches: int, tokens: int) -> Cost:
        """None."""
        return Cost(0)

    def __call__(self, task: Task) -> Scores:
        """Draw scores."""
        rng = np.random.default_rng(task.seed)
        return as_scores(task.prepared, rng.random(task.prepared.patches), rng.random(task.prepared.tokens))
