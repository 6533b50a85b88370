"""Categories of a set: values of columns that the recipe names, and of source, split and answer type.

The rare values of a column form one category. A category with exactly the items of another is left out. A subset has
the categories of its set.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twokeys.core.strata import STRATA, value_of

Bools = NDArray[np.bool_]
FEWEST = 5
"""Fewest items of a value that is a separate category."""
MOST = 500
"""Most categories of a column; its rarer values form one category."""
OTHERS = "(others)"
"""The category of a column's rarer values."""


@dataclass(frozen=True)
class Places:
    """The categories of a set; a subset has the same categories.

    Attributes:
        values: Column -> its frequent values, sorted.
        left_out: Ignored pairs of column and value, which hold all items, or exactly the items of another category.
    """

    values: dict[str, tuple[str, ...]]
    left_out: frozenset[tuple[str, str]]

    def parts(self, items: pd.DataFrame) -> Iterator[tuple[str, str, Bools]]:
        """Yield the column, the value and the (n,) members of every category that holds items."""
        for column, values in self.values.items():
            every = value_of(items, column)
            category = every.where(every.isin(values), OTHERS).to_numpy(dtype=object)
            for value in (*values, OTHERS):
                inside: Bools = category == value
                if (column, value) not in self.left_out and inside.any():
                    yield column, value, inside


def places(items: pd.DataFrame, names: Sequence[str]) -> Places:
    """Determine the categories of a set.

    Args:
        items: All items that were read.
        names: Columns that the recipe names; source, split and answer type follow.
    """
    values: dict[str, tuple[str, ...]] = {}
    for column in dict.fromkeys((*names, *STRATA)):
        counts = value_of(items, column).value_counts()
        frequent = sorted(counts[counts >= FEWEST].index, key=lambda value: (-int(counts[value]), value))[:MOST]
        values[column] = tuple(sorted(frequent))
    every = Places(values, frozenset())
    seen: set[bytes] = set()
    left_out = set()
    for column, value, inside in every.parts(items):
        mark = np.packbits(inside).tobytes()
        if inside.all() or mark in seen:
            left_out.add((column, value))
        seen.add(mark)
    return Places(values, frozenset(left_out))
