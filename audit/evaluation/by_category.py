"""How often runs are right in each category, with intervals that hold for all categories and runs at once.

Categories are those of a diagnosis (`twokeys.core.categories`), and so are the intervals: exact ones
(`twokeys.core.intervals.exact`) at a level that is divided by the number of looks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twokeys.audit.evaluation.pairs import guess_rate
from twokeys.core.categories import places
from twokeys.core.ceilings import codes
from twokeys.core.intervals.bootstrap import CONFIDENCE
from twokeys.core.intervals.exact import exact

Bools = NDArray[np.bool_]


class CategoryRate(NamedTuple):
    """One run in one category.

    Attributes:
        column: The column.
        value: Its value.
        run: The run.
        items: Items of the category.
        right: Those that the run answers right.
        low: Lower end of the interval.
        high: Upper end.
        chance: How often uniform guesses are right.
    """

    column: str
    value: str
    run: str
    items: int
    right: int
    low: float
    high: float
    chance: float

    @property
    def accuracy(self) -> float:
        """Share of the items that are right."""
        return self.right / self.items


def parts(items: pd.DataFrame, names: Sequence[str]) -> list[tuple[str, str, Bools]]:
    """Column, value and (n,) membership of every category of the items, those of the named columns first."""
    return list(places(items, names).parts(items))


def category_rates(
    items: pd.DataFrame, found: Sequence[tuple[str, str, Bools]], right: Mapping[str, Bools]
) -> list[CategoryRate]:
    """Count every run in every category.

    Args:
        items: Items as an evaluation has them.
        found: Their categories, as `parts` gives them.
        right: Run -> (n,) items that it answers right.
    """
    groups, chance = codes(items["group"]).astype(np.int64), guess_rate(items)
    level = bonferroni(len(found) * len(right))
    rows = []
    for column, value, inside in found:
        for run, hits in right.items():
            counted = exact(hits[inside], groups[inside], level)
            guessed = float(chance[inside].mean())
            rows.append(
                CategoryRate(column, value, run, counted.items, counted.right, counted.low, counted.high, guessed)
            )
    return rows


def named(column: str, value: str) -> str:
    """A category in words; what others wrote is one line."""
    return f"{column.replace('_', ' ')} “{' '.join(value.split())}”"


def bonferroni(looks: int, confidence: float = CONFIDENCE) -> float:
    """Level of each of so many intervals that holds for all of them at once.

    Example:
        >>> round(bonferroni(50), 6)
        0.999
    """
    return 1 - (1 - confidence) / max(looks, 1)
