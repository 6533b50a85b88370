"""Exact intervals of a share, for few items or many simultaneous tests, if the normal approximation fails."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta
from scipy.stats import t as student

from twokeys.core.intervals.accuracy import Accuracy
from twokeys.core.intervals.clusters import cluster_variance, numbered

FEW = 30
"""Fewest clusters that allow an estimate of their variance; with fewer clusters, each counts as one item."""
METHOD = (
    "Clopper and Pearson's exact binomial interval, on the effective number of items where items share an image "
    "(Korn and Graubard 1998)"
)


def clopper_pearson(right: float, number: float, confidence: float) -> tuple[float, float]:
    """The exact binomial interval of a share (Biometrika 26, 1934); both numbers may be effective ones.

    Example:
        >>> [round(end, 3) for end in clopper_pearson(12, 12, 0.95)]
        [0.735, 1.0]
    """
    half = (1 - confidence) / 2
    low = float(beta.ppf(half, right, number - right + 1)) if right > 0 else 0.0
    high = float(beta.ppf(1 - half, right + 1, number - right)) if right < number else 1.0
    return low, high


def exact(right: NDArray[np.bool_], groups: NDArray[np.int64], confidence: float) -> Accuracy:
    """Share of right answers with an exact interval that generalises to other groups.

    Args:
        right: (n,) whether each item was answered right.
        groups: (n,) group code of each item; items of one group are not independent.
        confidence: Two-sided level.
    """
    n, hits = len(right), int(right.sum())
    if not n:
        return Accuracy(0, 0, float("nan"), float("nan"))
    effective = _effective(right, numbered(groups), confidence)
    return Accuracy(n, hits, *clopper_pearson(hits / n * effective, effective, confidence))


def _effective(right: NDArray[np.bool_], group: NDArray[np.int64], confidence: float) -> float:
    """Number of independent items that the items are worth: at most n; with few groups at most the number of groups."""
    n, clusters, share = len(right), int(group.max()) + 1, float(right.mean())
    away = right.astype(np.float64) - share
    if clusters == n:
        return float(n)
    if clusters == 1 or share in (0.0, 1.0):
        return float(clusters)
    independent = share * (1 - share) / (n - 1)
    worth = min(float(n), n * independent / max(cluster_variance(away, group), 1e-12))
    if clusters < FEW:
        return min(worth, float(clusters))
    if worth >= n:
        return float(n)
    # The variance is an estimate from the clusters, so Student's quantile for clusters replaces the quantile for items.
    place = 0.5 + confidence / 2
    return worth * float(student.ppf(place, n - 1) / student.ppf(place, clusters - 1)) ** 2
