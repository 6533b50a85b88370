"""Permutation tests: what an adversary scores when there is nothing to find, refitted from scratch each time.

Labels are permuted *before* anything is fitted (Ojala and Garriga, Permutation Tests for Studying Classifier
Performance, JMLR 2010, test 1), so each run repeats the whole cross-fit. Accuracies under permutation say what chance
really is for that adversary on that set, the pull of cross-fitting on small sets included.

Several adversaries are tested together by the largest of their standardised distances (Westfall and Young 1993,
single-step max-T), so that p-values are corrected for their number and for how much they agree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from builder.audited.exchange import Exchange
from builder.audited.statistics import Bools, Floats, Ints

Refit = Callable[[Ints], Bools]
"""Fits on labels (n,), and says which items are then answered right: (n,), or (a, n) for a adversaries."""


@dataclass(frozen=True)
class Permuted:
    """What refits on permuted labels say of one adversary, as shares."""

    runs: int
    centre: float
    """Its median statistic (accuracy, or excess over chance) when there is nothing to find."""
    spread: float
    """Standard deviation of that."""
    p: float
    """Two-sided p-value, corrected for the adversaries that were tested together."""


@dataclass(frozen=True, eq=False)
class Permutation:
    """Outcome of a permutation test.

    Attributes:
        observed: (a,) statistics on the real labels.
        null: (k, a) statistics on permuted labels.
        centre: (a,) the middle from which distances were taken.
        p: (a,) two-sided p-values, corrected for the number of adversaries.
        spread: (a,) standard deviation of the statistics on permuted labels, the pilot's included.
        runs: Permutations behind `spread`.
    """

    observed: Floats
    null: Floats
    centre: Floats
    p: Floats
    spread: Floats
    runs: int

    def of(self, adversary: int) -> Permuted:
        """What it says of one adversary, given by its position."""
        centre, spread, p = (float(values[adversary]) for values in (self.centre, self.spread, self.p))
        return Permuted(self.runs, centre, spread, p)


def permutation_test(
    labels: Ints,
    refit: Refit,
    exchange: Exchange,
    runs: int = 199,
    stop: int | None = 10,
    pilot: int = 20,
    seed: int = 0,
) -> Permutation:
    """Test whether accuracy differs from what permuted labels give, in either direction.

    Args:
        labels: (n,) answer codes, or positions of the gold option.
        refit: Fits and scores the adversaries; everything that may look at a label must happen inside it.
        exchange: How labels may be permuted.
        runs: Permutations at most, the pilot's not counted.
        stop: Stop when even the farthest adversary was reached this often: the p-value is large and more runs would
            only say so more precisely. None makes all runs.
        pilot: Runs that set centre and scale and then count no more; none are made where `stop` is None.
        seed: Seed of the permutations.

    Returns:
        Accuracies and p-values: (reached + 1) / (runs + 1), or stop / runs made where the test stopped (Besag and
        Clifford, Sequential Monte Carlo p-values, Biometrika 1991). Both are valid for any number of runs.
    """

    def statistic(run: int | None) -> Floats:
        right = refit(labels if run is None else exchange.draw(labels, seed, run))
        return np.asarray(np.atleast_2d(right).mean(axis=1), dtype=np.float64)

    observed = statistic(None)
    if stop is None:
        null = np.stack([statistic(run) for run in range(runs)])
        return summarise(observed, null)
    # The centre of all runs is known only at the end; runs that set it in advance must not be counted as well.
    first = np.stack([statistic(run) for run in range(pilot)])
    centre, scale = middle(first)
    null, reaches = np.zeros((0, len(observed))), np.zeros((0, len(observed)), dtype=bool)
    while len(null) < runs and reaches.sum(axis=0).min() < stop:
        null = np.vstack([null, statistic(pilot + len(null))])
        reaches = _reaches(observed, null, centre, scale)
    drawn = np.vstack([first, null])
    return Permutation(observed, null, centre, _sequential(reaches, stop), _spread(drawn), len(drawn))


def summarise(observed: Floats, null: Floats) -> Permutation:
    """P-values of a fixed number of runs, wherever they were made.

    The centre is the median of the permuted *and* the observed statistics: a centre from the permuted ones alone would
    treat the observed one differently from them, and p-values would come out too small.

    Args:
        observed: (a,) statistics on the real labels.
        null: (k, a) statistics on permuted labels.
    """
    centre, scale = middle(np.vstack([observed, null]))
    reaches = _reaches(observed, null, centre, scale)
    p = (reaches.sum(axis=0) + 1) / (len(null) + 1)
    return Permutation(observed, null, centre, p, _spread(null), len(null))


def middle(statistics: Floats) -> tuple[Floats, Floats]:
    """Median and standard deviation of each column; at least a tenth of a point, or constants would outweigh all."""
    return np.median(statistics, axis=0), np.maximum(statistics.std(axis=0), 1e-3)


def _spread(null: Floats) -> Floats:
    return null.std(axis=0, ddof=1) if len(null) > 1 else np.full(null.shape[1], np.inf)


def _reaches(observed: Floats, null: Floats, centre: Floats, scale: Floats) -> NDArray[np.bool_]:
    """(k, a) whether the farthest adversary of a run is at least as far out as the observed one of each column."""
    farthest = (np.abs(null - centre) / scale).max(axis=1)
    return np.asarray(farthest[:, None] >= np.abs(observed - centre) / scale - 1e-9, dtype=bool)


def _sequential(reaches: NDArray[np.bool_], stop: int) -> Floats:
    """Besag and Clifford's p-values, each column by the run in which it was reached for the `stop`-th time."""
    counts = reaches.cumsum(axis=0)
    ended = counts >= stop
    when = np.where(ended.any(axis=0), ended.argmax(axis=0) + 1, len(reaches))
    return np.where(ended.any(axis=0), stop / when, (counts[-1] + 1) / (len(reaches) + 1))
