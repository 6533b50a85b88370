"""Strata: the parts of a set of which a certificate speaks one by one, and the kinds inside which chance is counted.

A margin that holds on average holds in no part: what is too easy in one split makes up for what is too hard in another.
So adversaries are bounded, and judged, on every source, split and answer type that a set has several of. Chance is
counted inside their crossings, the *kinds*: who knows the split or the type of a question knows which answers are
frequent there, and that is no cue of the image or the words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from twokeys.core.ceilings import STRATA
from twokeys.core.intervals.excess import Bools, Ints

FEWEST = 20
"""Items that a stratum must hold to be bounded and judged by itself: fewer say nothing about a cue."""


def strata(items: pd.DataFrame, together: Sequence[str] = ()) -> dict[str, Bools]:
    """Name the parts: `column=value`, for each column with several values; fewer than `FEWEST` items are no part.

    Args:
        items: Item table.
        together: Columns whose values are judged together.
    """
    found = {}
    for column in STRATA:
        if column in together or items[column].nunique() < 2:
            continue
        for value in sorted(items[column].unique()):
            if (mask := (items[column] == value).to_numpy()).sum() >= FEWEST:
                found[f"{column}={value}"] = mask
    return found


def kinds(items: pd.DataFrame, together: Sequence[str] = ()) -> Ints:
    """(n,) code of the crossing of all columns that are not judged together; items with options are kinds of their own.

    Args:
        items: Item table.
        together: Columns whose values are judged together.
    """
    columns = [items[column].astype(str) for column in STRATA if column not in together]
    options = (items["choices"].map(len) > 0).astype(str)
    code: Ints = pd.MultiIndex.from_arrays([*columns, options]).factorize(sort=True)[0].astype(np.int64)
    return code


def inside(parts: Mapping[str, Bools], rows: Bools) -> dict[str, Bools]:
    """The parts of some items, (n,), that are large enough."""
    return {name: mask & rows for name, mask in parts.items() if (mask & rows).sum() >= FEWEST}
