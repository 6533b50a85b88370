"""Which items are asked, and whose image stands in for theirs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twokeys.core.errors import BadInput

Places = NDArray[np.int64]


def drawn(table: pd.DataFrame, limit: int | None, seed: int) -> Places:
    """Places of the items to ask: whole groups in random order, until there are enough; in the table's order.

    Raises:
        BadInput: When the limit is no number of items.
    """
    if limit is None:
        return np.arange(len(table))
    if limit < 1:
        raise BadInput("--limit", None, f"the limit is {limit}", "1 or more", "leave it out to take all items")
    groups = np.unique(table["group"].astype(str), return_inverse=True)[1]
    order = np.random.default_rng(seed).permutation(groups.max() + 1)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return np.sort(np.argsort(rank[groups], kind="stable")[:limit])


def donors(keys: NDArray[Any], rows: Places) -> dict[int, int]:
    """For each place the last one before it with another image; for the first ones, the next after them.

    Args:
        keys: (n,) image of each place.
        rows: Places, in order.
    """
    found: dict[int, int] = {}
    for direction in (rows[::-1], rows):  # what is found going forward is kept
        other, last = None, None
        for row in direction.tolist():
            if last is not None and keys[row] != keys[last]:
                other = last
            if other is not None:
                found[row] = other
            last = row
    return found
