"""Strata: the parts of a set of which a certificate speaks one by one, and the kinds inside which chance is counted.

A margin that holds on average holds in no part: what is too easy in one split makes up for what is too hard in another.
So adversaries are bounded, and judged, on every source, split and answer type that a set has several of, and on every
value of a category inside which the recipe balances. Chance is counted inside their crossings, the *kinds*: who knows
the split or the type of a question knows which answers are frequent there, and that is no cue of the image or the
words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from twokeys.core.intervals.excess import Bools, Ints
from twokeys.core.strata import STRATA, value_of

FEWEST = 20
"""Items that a stratum must hold to be bounded and judged by itself: fewer say nothing about a cue."""


def strata(items: pd.DataFrame, apart: Sequence[str] = STRATA) -> dict[str, Bools]:
    """Name the parts: `column=value`, for each column with several values; fewer than `FEWEST` items are no part.

    Args:
        items: Item table.
        apart: Columns whose values are judged by themselves.
    """
    found = {}
    for column in apart:
        values = value_of(items, column)
        if values.nunique() < 2:
            continue
        for value in sorted(values.unique()):
            if (mask := (values == value).to_numpy()).sum() >= FEWEST:
                found[f"{column}={value}"] = mask
    return found


def kinds(items: pd.DataFrame, apart: Sequence[str] = STRATA) -> Ints:
    """(n,) code of the crossing of all columns that are judged apart; items with options are kinds of their own.

    Args:
        items: Item table.
        apart: Columns whose values are judged by themselves.
    """
    columns = [value_of(items, column).astype(str) for column in apart]
    options = (items["choices"].map(len) > 0).astype(str)
    code: Ints = pd.MultiIndex.from_arrays([*columns, options]).factorize(sort=True)[0].astype(np.int64)
    return code


def inside(parts: Mapping[str, Bools], rows: Bools) -> dict[str, Bools]:
    """The parts of some items, (n,), that are large enough."""
    return {name: mask & rows for name, mask in parts.items() if (mask & rows).sum() >= FEWEST}
