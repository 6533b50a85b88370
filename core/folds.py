"""Grouped folds: no group is ever in two folds, so no item is scored by a model that was fitted on its group.

`fold_of` deals all groups at once and keeps folds nearly equal. Measuring, refits, controls and artefacts use it.
`hashed_fold` looks at one group alone, so that other items cannot change its fold. Rules must use it, since a decision
about an item must not depend on the other items in the table.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from twokeys.core.items import digest

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray


def fold_of(groups: pd.Series[str], folds: int, seed: int) -> NDArray[np.int64]:
    """Deal groups into folds of nearly equal size, whatever the order of the rows.

    Groups are dealt from the largest down, each to the emptiest fold; equal sizes are ordered by a seeded hash. If
    there are fewer groups than folds, each group has a fold to itself and the other folds stay empty.

    Args:
        groups: (n,) group of each item.
        folds: Number of folds.
        seed: Seed of the order among groups of equal size.
    """
    import numpy as np

    sizes = {str(name): int(size) for name, size in groups.value_counts().items()}
    order = sorted(sizes, key=lambda name: (-sizes[name], digest("fold", str(seed), name)))
    filled = [0] * folds
    fold: dict[str, int] = {}
    for name in order:
        fold[name] = filled.index(min(filled))
        filled[fold[name]] += sizes[name]
    return np.asarray(groups.map(fold), dtype=np.int64)


def hashed_fold(group: str, folds: int, seed: int) -> int:
    """Return the fold of one group from a hash of its name; folds are equal only in expectation."""
    marks = hashlib.sha256(f"{seed}:{group}".encode()).digest()
    return int.from_bytes(marks[:8], "big") % folds
