"""An explainer: the nearer a patch is to the middle of the row, the more it is said to matter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from twokeys.audit.explainers.explainer import Cost, Promise, Task, as_scores
from twokeys.audit.games.synergy import Scores


@dataclass(frozen=True)
class Middle:
    """Scores by place alone: what a method that never looks at the model can reach."""

    name: ClassVar[str] = "example-middle"
    published: ClassVar[str] = ""
    promises: ClassVar[frozenset[Promise]] = frozenset()

    def cost(self, patches: int, tokens: int) -> Cost:
        """None."""
        return Cost(0)

    def __call__(self, task: Task) -> Scores:
        """Score patches and tokens by their distance from the middle."""
        sides = (task.prepared.patches, task.prepared.tokens)
        return as_scores(task.prepared, *(-np.abs(np.arange(side) - (side - 1) / 2) for side in sides))
