"""Which items are asked, and whose image stands in for theirs."""

from __future__ import annotations

from collections.abc import Sequence

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


def donors(images: Sequence[Sequence[str]], rows: Places) -> dict[int, int]:
    """For each place the last one before it whose first image is not among its own; for the first ones, the next.

    Args:
        images: For each place the keys of its images.
        rows: Places, in order.
    """
    stand_in: dict[int, int] = {}
    for direction in (rows[::-1], rows):  # what is found going forward is kept
        seen: dict[str, int] = {}  # first image -> the last place that has it, the latest at the end
        for row in direction.tolist():
            shown = set(images[row])
            if (other := next((key for key in reversed(seen) if key not in shown), None)) is not None:
                stand_in[row] = seen[other]
            seen.pop(images[row][0], None)
            seen[images[row][0]] = row
    return stand_in
