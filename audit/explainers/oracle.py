"""The oracle and its opposite: controls that know where the item differs from its counterfactual partners."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from twokeys.audit.explainers.explainer import Cost, Promise, Task, as_scores
from twokeys.audit.games.synergy import Scores
from twokeys.core.errors import BadInput


@dataclass(frozen=True)
class Oracle:
    """The share of each patch and token that an edit would have to change."""

    name = "oracle"
    published = ""
    promises: ClassVar[frozenset[Promise]] = frozenset()
    several: ClassVar[bool] = True

    def cost(self, patches: int, tokens: int) -> Cost:
        """None."""
        return Cost(0)

    def __call__(self, task: Task) -> Scores:
        """Return the truth.

        Raises:
            BadInput: When the item has none.
        """
        if task.truth is None:
            remedy = "explain items with partners, or leave out the controls oracle and anti-oracle"
            raise BadInput("explainer", self.name, "the item has no difference mask", "", remedy)
        return as_scores(task.prepared, task.truth.image, task.truth.text)


@dataclass(frozen=True)
class AntiOracle:
    """The oracle upside down."""

    name = "anti-oracle"
    published = ""
    promises: ClassVar[frozenset[Promise]] = frozenset()
    several: ClassVar[bool] = True

    def cost(self, patches: int, tokens: int) -> Cost:
        """None."""
        return Cost(0)

    def __call__(self, task: Task) -> Scores:
        """Return the opposite of the truth."""
        truth = Oracle()(task)
        return Scores(-truth.image, -truth.text)
