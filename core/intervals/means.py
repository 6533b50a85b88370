"""Means over items that come in groups, each with a bootstrap interval over whole groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from twokeys.core.intervals.bootstrap import CONFIDENCE, RESAMPLES, by_group, over_groups


@dataclass(frozen=True)
class Interval:
    """A mean with its confidence interval.

    Attributes:
        estimate: The mean; NaN if there are no items.
        low: Lower end of the percentile bootstrap's interval; NaN if there are fewer than two groups.
        high: Upper end.
        n: Items.
        groups: Groups.
    """

    estimate: float
    low: float
    high: float
    n: int
    groups: int


FEWEST = 20
"""With fewer independent groups, percentiles of resampled groups give an interval that is too narrow."""


def caution(groups: int, what: str = "independent groups of items") -> str:
    """Return a warning to print beside intervals that rest on too few groups; empty if there are enough.

    Example:
        >>> caution(5, "items"), caution(20)
        ('Only 5 items: too few to tell. Intervals are narrower than they should be.', '')
    """
    if groups >= FEWEST:
        return ""
    named = what if groups != 1 else what.replace("groups", "group").replace("items", "item", what == "items")
    return f"Only {groups} {named}: too few to tell. Intervals are narrower than they should be."


def mean_interval(
    values: ArrayLike,
    groups: ArrayLike,
    confidence: float = CONFIDENCE,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Interval:
    """Mean of values with a bootstrap interval over groups.

    Args:
        values: (n,) numbers.
        groups: (n,) labels; values of one group depend on each other.
        confidence: Two-sided level.
        resamples: Draws of as many groups as there are.
        seed: Seed of the draws.

    Example:
        >>> mean = mean_interval([1, 1, 0, 0], ["a", "a", "b", "b"])  # two groups: four items say no more than two
        >>> mean.estimate, mean.low, mean.high, mean.groups
        (0.5, 0.0, 1.0, 2)
    """
    return alike_interval(values, np.zeros(len(np.asarray(values))), groups, confidence, resamples, seed)


def alike_interval(
    values: ArrayLike,
    kinds: ArrayLike,
    groups: ArrayLike,
    confidence: float = CONFIDENCE,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Interval:
    """Mean over kinds of the mean of each kind, with a bootstrap interval over groups.

    Every kind has the same weight, whatever its share (direct standardisation). So sets with different shares of the
    same kinds can be compared, which plain means do not allow.

    Args:
        values: (n,) numbers.
        kinds: (n,) labels, such as answer types.
        groups: (n,) labels; values of one group depend on each other.
        confidence: Two-sided level.
        resamples: Draws of as many groups as there are; a draw that lacks a kind is ignored.
        seed: Seed of the draws.

    Example:
        >>> mean = alike_interval([1, 1, 1, 0], ["yes/no", "yes/no", "yes/no", "open"], ["a", "b", "c", "a"])
        >>> mean.estimate, mean.n, mean.groups
        (0.5, 4, 3)
    """
    items = len(np.asarray(values))
    if not items:
        return Interval(float("nan"), float("nan"), float("nan"), 0, 0)
    size, total = by_group(values, np.asarray(groups).astype(str), np.asarray(kinds).astype(str))
    estimate = float((total.sum(axis=0) / size.sum(axis=0)).mean())
    if len(size) < 2:
        return Interval(estimate, float("nan"), float("nan"), items, len(size))
    return Interval(estimate, *over_groups(size, total, confidence, resamples, seed), items, len(size))
