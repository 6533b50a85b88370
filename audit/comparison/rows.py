"""The rows of a comparison's tables: rates of runs, paired differences, and differences by category."""

from __future__ import annotations

from typing import NamedTuple

from twokeys.audit.comparison.measures import ACCURACY
from twokeys.core.intervals.means import Interval

SHORT = {
    ACCURACY: "accuracy", "question": "question pairs", "image": "image pairs", "group": "quads",
    "vqa_accuracy": "VQA accuracy", "anls": "ANLS",
}  # fmt: skip
"""Measure -> heading of its column."""


class RunRate(NamedTuple):
    """The rate of a run by a measure.

    Attributes:
        measure: `accuracy`, a kind of pairs, or a score.
        title: The measure in words.
        run: The run.
        own: The share, with its interval over groups.
        chance: Of uniform guesses; None for a score.
    """

    measure: str
    title: str
    run: str
    own: Interval
    chance: float | None


class PairedDifference(NamedTuple):
    """The difference of two runs by a measure, on the same units.

    Attributes:
        measure: `accuracy`, a kind of pairs, or a score.
        title: The measure in words.
        first: The run that is subtracted from.
        second: The run that is subtracted.
        own: The mean difference, with its interval over groups.
        first_alone: Units that the first run alone gets right; None for a score.
        second_alone: Units that the second run alone gets right.
        p_mcnemar: McNemar's exact test, which takes units as independent; None for a score.
        p: The same test with groups exchanged as a whole.
        p_holm: `p`, corrected for the number of pairs of runs.
    """

    measure: str
    title: str
    first: str
    second: str
    own: Interval
    first_alone: int | None = None
    second_alone: int | None = None
    p_mcnemar: float | None = None
    p: float | None = None
    p_holm: float | None = None


class CategoryDifference(NamedTuple):
    """The difference of two runs in a category.

    Attributes:
        column: The column.
        value: Its value.
        first: The run that is subtracted from.
        second: The run that is subtracted.
        items: Items of the category.
        first_alone: Items that the first run alone gets right.
        second_alone: Items that the second run alone gets right.
        low: Lower end of an interval that holds for all categories and pairs of runs at once.
        high: Upper end.
    """

    column: str
    value: str
    first: str
    second: str
    items: int
    first_alone: int
    second_alone: int
    low: float
    high: float

    @property
    def difference(self) -> float:
        """Share of items that the first run is ahead by."""
        return (self.first_alone - self.second_alone) / self.items

    @property
    def apart(self) -> bool:
        """Whether the interval excludes 0."""
        return self.low > 0 or self.high < 0
