"""Grouped folds: no group is ever in two folds, so that no item is scored by a model that saw its group.

`fold_of` deals all groups at once and keeps folds nearly equal: what measuring, refits, controls and artefacts use.
`hashed_fold` looks at one group alone, so that no other item changes its fold: what a rule must use, whose decisions on
an item may not depend on which other items it is shown with.
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
        seed: Of the order of groups of one size.
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
    """The fold of one group, by a hash of its name: folds are equal in expectation only."""
    marks = hashlib.sha256(f"{seed}:{group}".encode()).digest()
    return int.from_bytes(marks[:8], "big") % folds
