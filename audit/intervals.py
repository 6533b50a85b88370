"""Intervals for means over items that come in groups: whole groups are drawn, with replacement."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

RESAMPLES, CONFIDENCE, SEED = 2000, 0.95, 0


@dataclass(frozen=True)
class Interval:
    """A mean and what it may be.

    Attributes:
        estimate: The mean; NaN of nothing.
        low: Lower end of the percentile bootstrap's interval; NaN where there are fewer than two groups.
        high: Upper end.
        n: Items.
        groups: Groups.
    """

    estimate: float
    low: float
    high: float
    n: int
    groups: int


def mean_interval(values: ArrayLike, groups: ArrayLike, resamples: int = RESAMPLES, seed: int = SEED) -> Interval:
    """Mean of values with a cluster bootstrap interval.

    Args:
        values: (n,) numbers.
        groups: (n,) labels; values of one group stand or fall together.
        resamples: Draws of as many groups as there are.
        seed: Of the draws.

    Example:
        >>> own = mean_interval([1, 1, 0, 0], ["a", "a", "b", "b"])  # two groups: four items say no more than two
        >>> own.estimate, own.low, own.high, own.groups
        (0.5, 0.0, 1.0, 2)
    """
    x = np.asarray(values, dtype=np.float64)
    labels = np.unique(np.asarray(groups).astype(str), return_inverse=True)[1]
    if not len(x):
        return Interval(float("nan"), float("nan"), float("nan"), 0, 0)
    size, total = np.bincount(labels), np.bincount(labels, weights=x)
    count = len(size)
    if count < 2:
        return Interval(float(x.mean()), float("nan"), float("nan"), len(x), count)
    rng = np.random.default_rng(seed)
    means: NDArray[np.float64] = np.empty(resamples)
    for at in range(resamples):
        drawn = np.bincount(rng.integers(count, size=count), minlength=count)
        means[at] = (drawn @ total) / (drawn @ size)
    low, high = np.quantile(means, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Interval(float(x.mean()), float(low), float(high), len(x), count)
