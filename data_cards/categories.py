"""Categories of a set in the manifest, each with the blind adversary that is furthest above chance on it.

A category is a value of a column: a field that the recipe names, a source, a split, an answer type. Among three hundred
categories one looks bad even if all answers are random. So an interval holds for all compared categories and
adversaries at once (Bonferroni). A category stands out if its whole interval lies above chance.
"""

from __future__ import annotations

from typing import Literal

from twokeys.core.intervals import TELLS_NOTHING
from twokeys.core.views import View
from twokeys.data_cards.audited import Part

WORST = 3
"""Number of categories that are described in words."""


class Category(Part):
    """One category, with the blind adversary that is furthest above chance on it."""

    column: str
    value: str
    items: int
    """Items of the category."""
    view: View | None
    """The view of the adversary; None if no adversary applies to half of the items."""
    baseline: str
    unseen: bool
    """Whether the adversary was fitted without the questions that it answers."""
    scored: int
    """Items that the adversary applies to."""
    right: int
    low: float
    """Lower end of an interval that holds for all comparisons at once."""
    high: float
    chance: float
    """Chance on the items to which the adversary applies."""
    rule: str = ""
    """A rule in words that answers about as many items, if there is one: `the option that is the longest`."""
    ruled: int = 0
    """Items that the rule answers."""

    @property
    def accuracy(self) -> float:
        """Share of items that the adversary answers."""
        return self.right / self.scored if self.scored else float("nan")

    @property
    def above(self) -> float:
        """The distance of the accuracy above chance."""
        return self.accuracy - self.chance

    @property
    def outcome(self) -> Literal["above chance", "not told from chance", "too few to tell"]:
        """Whether the category stands out, does not, or has too few items to tell."""
        if self.low > self.chance:
            return "above chance"
        return "too few to tell" if self.high - self.low > TELLS_NOTHING else "not told from chance"

    @property
    def name(self) -> str:
        """The category in words."""
        return f"{self.column.replace('_', ' ')} “{self.value}”"


class Categories(Part):
    """All categories of one set: first those that stand out; the furthest above chance come first."""

    columns: list[str]
    compared: int
    """Pairs of a category and an adversary."""
    confidence: float
    """Confidence of all intervals together."""
    method: str
    rows: list[Category]

    @property
    def worst(self) -> list[Category]:
        """The first few categories that stand out."""
        return [row for row in self.rows if row.outcome == "above chance"][:WORST]
