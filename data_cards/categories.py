"""Categories of a set, each with the blind adversary that is furthest above chance on it: part of the manifest.

A category is a value of a column: a field that the recipe names, a source, a split, an answer type. Whoever looks at
three hundred of them finds a bad one among random answers, so an interval here holds for all categories and all
adversaries that were compared at once (Bonferroni). A category stands out when its whole interval lies above chance.
"""

from __future__ import annotations

from typing import Literal

from twokeys.core.intervals import TELLS_NOTHING
from twokeys.core.views import View
from twokeys.data_cards.audited import Part

WORST = 3
"""Categories that are told in words."""


class Category(Part):
    """One category, with the blind adversary that is furthest above chance on it."""

    column: str
    value: str
    items: int
    """Items of the category."""
    view: View | None
    """What the adversary sees; None if no adversary applies to half of the items."""
    baseline: str
    unseen: bool
    """Whether the adversary was fitted without the questions that it answers."""
    scored: int
    """Items that the adversary applies to."""
    right: int
    low: float
    """Lower end of an interval that holds for everything that was compared, at once."""
    high: float
    chance: float
    """On the items that the adversary applies to."""
    rule: str = ""
    """A rule in words that answers about as many, if there is one: `the option that is the longest`."""
    ruled: int = 0
    """Items that it answers."""

    @property
    def accuracy(self) -> float:
        """Share of items that the adversary answers."""
        return self.right / self.scored if self.scored else float("nan")

    @property
    def above(self) -> float:
        """How far it is above chance."""
        return self.accuracy - self.chance

    @property
    def outcome(self) -> Literal["above chance", "not told from chance", "too few to tell"]:
        """Whether it stands out, or so few items leave nearly anything possible."""
        if self.low > self.chance:
            return "above chance"
        return "too few to tell" if self.high - self.low > TELLS_NOTHING else "not told from chance"

    @property
    def name(self) -> str:
        """The category in words."""
        return f"{self.column.replace('_', ' ')} “{self.value}”"


class Categories(Part):
    """All categories of one set, those that stand out first, the furthest above chance before others."""

    columns: list[str]
    compared: int
    """Pairs of a category and an adversary."""
    confidence: float
    """Of all intervals together."""
    method: str
    rows: list[Category]

    @property
    def worst(self) -> list[Category]:
        """The first few of those that stand out."""
        return [row for row in self.rows if row.outcome == "above chance"][:WORST]
