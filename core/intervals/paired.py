"""Two runs over the same items: exact tests of which one is right more often, and a correction for many of them.

McNemar's exact test (Psychometrika 12, 1947) looks at the items on which one run alone is right: if neither run is
better, each of them is a fair coin. It takes items as independent. Items of a group are not, so `flipped` tosses a coin
for each group: under the hypothesis that the runs are alike, what both runs answered to the items of a group can be
exchanged as a whole. With one item in each group it is McNemar's test.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.signal import convolve
from scipy.stats import binom, binomtest

Floats = NDArray[np.float64]


def mcnemar(first: int, second: int) -> float:
    """Two-sided exact p value of items on which one run alone is right.

    Args:
        first: Items on which the first run alone is right.
        second: Items on which the second run alone is right.

    Example:
        >>> mcnemar(1, 5), mcnemar(3, 3), mcnemar(0, 0)  # (1 + 6) / 32: at most one head, or one tail, in six tosses
        (0.21875, 1.0, 1.0)
    """
    return float(binomtest(first, first + second).pvalue) if first + second else 1.0


def flipped(differences: ArrayLike, groups: ArrayLike) -> float:
    """Two-sided exact p value of a sum of differences if the sign of each group's total is the toss of a coin.

    Args:
        differences: (n,) whole numbers: 1 if the first run alone is right, -1 if the second is, else 0.
        groups: (n,) labels; items of one group are exchanged together.

    Example:
        >>> round(flipped([1, -1, -1, -1, -1, -1], range(6)), 9)  # as mcnemar(1, 5)
        0.21875
        >>> round(flipped([1, 1, 1, 1], ["a", "a", "b", "b"]), 9)  # two coins: two of four outcomes are as far out
        0.5
    """
    group = np.unique(np.asarray(groups), return_inverse=True)[1]
    totals = np.rint(np.bincount(group, np.asarray(differences, dtype=np.float64))).astype(np.int64)
    sizes, counts = np.unique(np.abs(totals[totals != 0]), return_counts=True)
    if sizes.tolist() == [1]:
        return mcnemar(int((totals > 0).sum()), int((totals < 0).sum()))
    seen = abs(int(totals.sum()))
    if not seen:
        return 1.0
    chances: Floats = np.ones(1)
    for size, count in zip(sizes.tolist(), counts.tolist(), strict=True):
        tossed = np.zeros(2 * size * count + 1)
        tossed[:: 2 * size] = binom.pmf(np.arange(count + 1), count, 0.5)
        chances = convolve(chances, tossed)
    middle = len(chances) // 2
    return float(np.clip(2 * chances[middle + seen :].sum(), np.finfo(np.float64).tiny, 1.0))


def holm(p: ArrayLike) -> Floats:
    """Correct p values for their number, so that with alpha at most any of them is wrongly below alpha (Holm 1979).

    Example:
        >>> holm([0.01, 0.04, 0.03]).tolist()
        [0.03, 0.06, 0.06]
    """
    values = np.asarray(p, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    corrected = np.maximum.accumulate(values[order] * np.arange(len(values), 0, -1))
    found = np.empty_like(values)
    found[order] = np.minimum(corrected, 1.0)
    return found
