"""Two runs over the same items: exact tests of which run is right more often, and a correction for many tests.

McNemar's exact test (Psychometrika 12, 1947) uses the items on which only one run is right: if neither run is better,
each of these items is a fair coin. The test assumes independent items. Items of a group are dependent, so `flipped`
tosses a coin for each group: if the runs are equally good, the two runs' answers to the items of a group can be
exchanged as a whole. With one item in each group this is McNemar's test.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.signal import convolve
from scipy.stats import binom, binomtest

Floats = NDArray[np.float64]


def mcnemar(first: int, second: int) -> float:
    """Return the two-sided exact p value, given the numbers of items on which only one run is right.

    Args:
        first: Number of items on which only the first run is right.
        second: Number of items on which only the second run is right.

    Example:
        >>> mcnemar(1, 5), mcnemar(3, 3), mcnemar(0, 0)  # (1 + 6) / 32: at most one head, or one tail, in six tosses
        (0.21875, 1.0, 1.0)
    """
    return float(binomtest(first, first + second).pvalue) if first + second else 1.0


def flipped(differences: ArrayLike, groups: ArrayLike) -> float:
    """Return the two-sided exact p value of a sum of differences if a coin decides the sign of each group's total.

    Long sums go through a Fourier transform, which is exact to about 1e-15: a smaller p value is just that, small.

    Args:
        differences: (n,) whole numbers: 1 if only the first run is right, -1 if only the second run is right, else 0.
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
    distance = abs(int(totals.sum()))
    if not distance:
        return 1.0
    chances: Floats = np.ones(1)
    for size, count in zip(sizes.tolist(), counts.tolist(), strict=True):
        tossed = np.zeros(2 * size * count + 1)
        tossed[:: 2 * size] = binom.pmf(np.arange(count + 1), count, 0.5)
        chances = convolve(chances, tossed)
    middle = len(chances) // 2
    return float(np.clip(2 * chances[middle + distance :].sum(), np.finfo(np.float64).tiny, 1.0))


def holm(p: ArrayLike) -> Floats:
    """Correct p values for their number: with probability alpha at most, any is wrongly below alpha (Holm 1979).

    Example:
        >>> holm([0.01, 0.04, 0.03]).tolist()
        [0.03, 0.06, 0.06]
    """
    values = np.asarray(p, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    corrected = np.maximum.accumulate(values[order] * np.arange(len(values), 0, -1))
    in_order_given = np.empty_like(values)
    in_order_given[order] = np.minimum(corrected, 1.0)
    return in_order_given
