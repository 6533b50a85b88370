"""Categories of a set: values of columns that the recipe names, and of source, split and answer type.

Rare values of a column are one category, and a category of the same items as another is left out. A subset is told by
the categories of the set that it is of.
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
"""Items of a value that is a category of its own."""
MOST = 500
"""Categories of one column; its rarer values are one."""
OTHERS = "(others)"
"""The rarer values of a column together."""


@dataclass(frozen=True)
class Places:
    """The categories of a set; a subset is told by the same ones.

    Attributes:
        values: Column -> its frequent values, in the order of their names.
        left_out: Pairs of column and value that hold all items, or just the items of another category.
    """

    values: dict[str, tuple[str, ...]]
    left_out: frozenset[tuple[str, str]]

    def parts(self, items: pd.DataFrame) -> Iterator[tuple[str, str, Bools]]:
        """Column, value and (n,) membership of every category that holds items."""
        for column, values in self.values.items():
            told = value_of(items, column)
            found = told.where(told.isin(values), OTHERS).to_numpy(dtype=object)
            for value in (*values, OTHERS):
                inside: Bools = found == value
                if (column, value) not in self.left_out and inside.any():
                    yield column, value, inside


def places(items: pd.DataFrame, names: Sequence[str]) -> Places:
    """Name the categories of a set.

    Args:
        items: All items that were read.
        names: Columns that the recipe names; source, split and answer type come after them.
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
