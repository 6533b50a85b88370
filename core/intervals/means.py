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
    return alike_interval(values, np.zeros(len(np.asarray(values))), groups, resamples, seed)


def alike_interval(
    values: ArrayLike, kinds: ArrayLike, groups: ArrayLike, resamples: int = RESAMPLES, seed: int = SEED
) -> Interval:
    """Mean over kinds of the mean of each, whatever their shares, with a cluster bootstrap interval.

    Sets with other shares of the same kinds can be compared by it, which their plain means cannot: it is direct
    standardisation to a mix in which every kind has the same weight.

    Args:
        values: (n,) numbers.
        kinds: (n,) labels, such as answer types.
        groups: (n,) labels; values of one group stand or fall together.
        resamples: Draws of as many groups as there are; one that lacks a kind says nothing.
        seed: Of the draws.

    Example:
        >>> own = alike_interval([1, 1, 1, 0], ["yes/no", "yes/no", "yes/no", "open"], ["a", "b", "c", "a"])
        >>> own.estimate, own.n, own.groups
        (0.5, 4, 3)
    """
    x = np.asarray(values, dtype=np.float64)
    if not len(x):
        return Interval(float("nan"), float("nan"), float("nan"), 0, 0)
    kind, group = (np.unique(np.asarray(labels).astype(str), return_inverse=True)[1] for labels in (kinds, groups))
    count, shape = int(group.max()) + 1, (int(group.max()) + 1, int(kind.max()) + 1)
    cell = np.ravel_multi_index((group, kind), shape)
    size, total = (
        np.bincount(cell, weights=own, minlength=shape[0] * shape[1]).reshape(shape) for own in (np.ones(len(x)), x)
    )
    estimate = float((total.sum(axis=0) / size.sum(axis=0)).mean())
    if count < 2:
        return Interval(estimate, float("nan"), float("nan"), len(x), count)
    rng = np.random.default_rng(seed)
    means: NDArray[np.float64] = np.full(resamples, np.nan)
    for at in range(resamples):
        drawn = np.bincount(rng.integers(count, size=count), minlength=count)
        if (held := drawn @ size).all():
            means[at] = ((drawn @ total) / held).mean()
    low, high = np.nanquantile(means, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Interval(estimate, float(low), float(high), len(x), count)
