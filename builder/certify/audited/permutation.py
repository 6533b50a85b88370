"""Permutation tests: the scores of an adversary without any cue, refitted from scratch each time.

Labels are permuted *before* anything is fitted (Ojala and Garriga, Permutation Tests for Studying Classifier
Performance, JMLR 2010, test 1), so each run repeats the whole cross-fit. Accuracies under permutation measure the true
chance level of that adversary on that set, including the bias of cross-fitting on small sets.

Several adversaries are tested together by the largest of their standardised distances (Westfall and Young 1993,
single-step max-T), so that p-values are corrected for the number of adversaries and for their agreement.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twokeys.core.intervals.excess import Floats


@dataclass(frozen=True)
class Permuted:
    """Results of refits on permuted labels for one adversary, as shares."""

    runs: int
    centre: float
    """Median statistic (accuracy, or excess over chance) without any cue."""
    spread: float
    """Standard deviation of that statistic."""
    p: float
    """Two-sided p-value, corrected for the adversaries that were tested together."""


@dataclass(frozen=True, eq=False)
class Permutation:
    """Outcome of a permutation test.

    Attributes:
        observed: (a,) statistics on the real labels.
        null: (k, a) statistics on permuted labels.
        centre: (a,) the middle from which distances were measured.
        p: (a,) two-sided p-values, corrected for the number of adversaries.
        spread: (a,) standard deviation of the statistics on permuted labels.
        runs: Number of permutations.
    """

    observed: Floats
    null: Floats
    centre: Floats
    p: Floats
    spread: Floats
    runs: int

    def of(self, adversary: int) -> Permuted:
        """Return the results of one adversary, given by its position."""
        centre, spread, p = (float(values[adversary]) for values in (self.centre, self.spread, self.p))
        return Permuted(self.runs, centre, spread, p)


def summarise(observed: Floats, null: Floats) -> Permutation:
    """Compute p-values from a fixed number of runs.

    The centre is the median of the permuted *and* the observed statistics. A centre from the permuted statistics alone
    would treat the observed statistic differently, and p-values would be too small.

    Args:
        observed: (a,) statistics on the real labels.
        null: (k, a) statistics on permuted labels.
    """
    centre, scale = middle(np.vstack([observed, null]))
    reaches = _reaches(observed, null, centre, scale)
    p = (reaches.sum(axis=0) + 1) / (len(null) + 1)
    return Permutation(observed, null, centre, p, _spread(null), len(null))


def middle(statistics: Floats) -> tuple[Floats, Floats]:
    """Median and standard deviation of each column; at least a tenth of a point, or constants would dominate."""
    return np.median(statistics, axis=0), np.maximum(statistics.std(axis=0), 1e-3)


def _spread(null: Floats) -> Floats:
    return null.std(axis=0, ddof=1) if len(null) > 1 else np.full(null.shape[1], np.inf)


def _reaches(observed: Floats, null: Floats, centre: Floats, scale: Floats) -> NDArray[np.bool_]:
    """(k, a) whether a run's farthest adversary is at least as far from the centre as each observed statistic."""
    farthest = (np.abs(null - centre) / scale).max(axis=1)
    return np.asarray(farthest[:, None] >= np.abs(observed - centre) / scale - 1e-9, dtype=bool)
