"""Strata: the parts of a set that get separate verdicts, and the kinds inside which chance is counted.

A margin that holds on average may hold in no part: an easy split can compensate for a hard one. So adversaries are
bounded and tested in every source, split and answer type, if the set has several of them, and in every value of a
category inside which the recipe balances. Chance is counted inside the combinations of these, the *kinds*: the split or
the type of a question reveals which answers are frequent, and that is no cue in the image or the words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from twokeys.core.intervals.excess import Bools, Ints
from twokeys.core.strata import STRATA, value_of

FEWEST = 20
"""Fewest items of a stratum that is bounded and tested separately: fewer items cannot reveal a cue."""


def strata(items: pd.DataFrame, apart: Sequence[str] = STRATA) -> dict[str, Bools]:
    """Return the parts `column=value` of each column with several values; fewer than `FEWEST` items are no part.

    Args:
        items: Item table.
        apart: Columns whose values are strata.
    """
    parts = {}
    for column in apart:
        values = value_of(items, column)
        if values.nunique() < 2:
            continue
        for value in sorted(values.unique()):
            if (mask := (values == value).to_numpy()).sum() >= FEWEST:
                parts[f"{column}={value}"] = mask
    return parts


def kinds(items: pd.DataFrame, apart: Sequence[str] = STRATA) -> Ints:
    """(n,) code of the combination of all columns of strata; items with options are of separate kinds.

    Args:
        items: Item table.
        apart: Columns whose values are strata.
    """
    columns = [value_of(items, column).astype(str) for column in apart]
    options = (items["choices"].map(len) > 0).astype(str)
    code: Ints = pd.MultiIndex.from_arrays([*columns, options]).factorize(sort=True)[0].astype(np.int64)
    return code


def inside(parts: Mapping[str, Bools], rows: Bools) -> dict[str, Bools]:
    """Return the parts of some items, (n,), that are large enough."""
    return {name: mask & rows for name, mask in parts.items() if (mask & rows).sum() >= FEWEST}
