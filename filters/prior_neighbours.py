"""Drop items that the answers of similar questions solve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twokeys.filters.cells import is_missing
from twokeys.filters.parameters import Share
from twokeys.filters.rule import Drops, Rule

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class PriorNeighbours(Rule):
    """Drop an item whose answer follows from its nearest questions, in the space of a sentence encoder.

    The measurement is cross-fitted: no neighbour is from the item's group.

    Attributes:
        threshold: Lowest probability of the answer, among the neighbours, at which an item is dropped.

    Example:
        >>> import pandas as pd
        >>> PriorNeighbours().decide(pd.DataFrame({"id": ["a"], "question.neighbours.p_gold": [0.9],
        ...     "question.neighbours.evidence": ["x, y"]}))
        {'a': 'similar questions give its answer a probability of 0.90 (limit 0.75); nearest: x, y'}
    """

    id = "prior-neighbours"
    summary = "the answers of similar questions give the answer"
    bias = "language prior: questions of one kind share an answer, whatever the image shows"
    uses_gold = True

    threshold: Share = 0.75

    def reads(self) -> tuple[str, ...]:  # noqa: D102
        return ("question.neighbours.p_gold", "question.neighbours.evidence")

    def decide(self, table: pd.DataFrame) -> Drops:  # noqa: D102
        p_gold, evidence = (table[name] for name in self.reads())
        drops: Drops = {}
        # Rounded, because 0.9 in single precision is less than 0.9.
        for item, p, near in zip(table["id"], p_gold.astype(float).round(6), evidence, strict=True):
            if p >= self.threshold:
                reason = f"similar questions give its answer a probability of {p:.2f} (limit {self.threshold:g})"
                drops[item] = reason if is_missing(near) or not near else f"{reason}; nearest: {near}"
        return drops
