"""Percentile bootstrap (Davison and Hinkley 1997, section 3.8): whole groups, or whole rows, drawn with replacement.

It needs no formula for the variance. With few groups it is too narrow, and with one group it has no width. Therefore
this interval never decides whether a set is certified.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

RESAMPLES, CONFIDENCE = 2000, 0.95
_CELLS = 2_000_000
"""Most counts (draws times sorts of groups) in one step."""


def by_group(values: ArrayLike, groups: ArrayLike, kinds: ArrayLike | None = None) -> tuple[Floats, Floats]:
    """Sizes and totals of groups, each (groups, kinds).

    Args:
        values: (n,) numbers.
        groups: (n,) labels.
        kinds: (n,) labels, such as answer types; all of one kind when None.
    """
    x = np.asarray(values, dtype=np.float64)
    labels = groups, np.zeros(len(x)) if kinds is None else kinds
    group, kind = (np.unique(np.asarray(each), return_inverse=True)[1] for each in labels)
    shape = int(group.max()) + 1, int(kind.max()) + 1
    cell = np.ravel_multi_index((group, kind), shape)
    size, total = (np.bincount(cell, each, shape[0] * shape[1]).astype(np.float64) for each in (np.ones(len(x)), x))
    return size.reshape(shape), total.reshape(shape)


def over_groups(
    sizes: Floats,
    totals: Floats,
    confidence: float = CONFIDENCE,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> tuple[float, float]:
    """Percentile interval of a mean over resampled groups; with several kinds, of the mean over kinds of their means.

    Groups with equal sizes and totals are of one sort. The numbers of draws of each sort are multinomial: the same
    distribution as drawing groups one by one, without a number for each group and draw.

    Args:
        sizes: (groups, kinds) items, as `by_group` counts them.
        totals: (groups, kinds) sums of their values.
        confidence: Two-sided level.
        resamples: Draws of as many groups as there are; a draw that lacks a kind is ignored.
        seed: Seed of the draws.
    """
    scale = float(np.abs(totals).max()) or 1.0
    # Rounded: equal totals may differ in the last digit by the order of their sum, and must be one sort.
    sorts, counts = np.unique(np.hstack([sizes, (totals / scale).round(12)]), axis=0, return_counts=True)
    size, total = np.hsplit(sorts, 2)
    rng, rows = np.random.default_rng(seed), max(1, _CELLS // len(counts))
    means = []
    for start in range(0, resamples, rows):
        drawn = rng.multinomial(counts.sum(), counts / counts.sum(), size=min(rows, resamples - start))
        held = drawn @ size
        means.append(np.divide(drawn @ total, held, out=np.full(held.shape, np.nan), where=held > 0).mean(axis=1))
    low, high = np.nanquantile(np.concatenate(means), [0.5 - confidence / 2, 0.5 + confidence / 2])
    return float(low) * scale, float(high) * scale


def over_rows(
    statistic: Callable[..., float],
    rows: int,
    confidence: float = CONFIDENCE,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> tuple[float, float]:
    """Percentile interval of any statistic over resampled rows.

    Args:
        statistic: Takes the numbers of the drawn rows.
        rows: Number of rows.
        confidence: Two-sided level.
        resamples: Draws of as many rows as there are.
        seed: Seed of the draws.
    """
    from scipy import stats

    interval = stats.bootstrap(
        (np.arange(rows),),
        statistic,
        n_resamples=resamples,
        vectorized=False,
        method="percentile",
        confidence_level=confidence,
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return float(interval.low), float(interval.high)
