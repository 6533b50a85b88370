"""Permutation tests: what an adversary scores when there is nothing to find, refitted from scratch each time.

Labels are permuted *before* anything is fitted (Ojala and Garriga, Permutation Tests for Studying Classifier
Performance, JMLR 2010, test 1), so each run repeats the whole cross-fit. Accuracies under permutation say what chance
really is for that adversary on that set, the pull of cross-fitting on small sets included.

Several adversaries are tested together by the largest of their standardised distances (Westfall and Young 1993,
single-step max-T), so that p-values are corrected for their number and for how much they agree.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twokeys.core.intervals.excess import Floats


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
        spread: (a,) standard deviation of the statistics on permuted labels.
        runs: Permutations.
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
