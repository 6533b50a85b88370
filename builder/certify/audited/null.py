"""The selection-aware null: the effect of selection alone on a blind score.

Pruning items that a blind model gets right lowers its score even on pure noise, and also the scores of other families,
refitted or not, since the remaining items are those that the model got wrong. So an accuracy on a selected set must not
be compared with chance alone. Here the *whole* pipeline, selection and certification, is run again on permuted labels.
Labels are permuted before everything else, so these runs contain no cue: selection caused any excess that they end
with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from twokeys.builder.certify.audited.permutation import summarise
from twokeys.core.intervals.excess import Floats


@dataclass(frozen=True)
class NullEvidence:
    """Results of the whole pipeline on permuted labels for one adversary; excesses as shares."""

    runs: int
    level: float
    """Confidence of both intervals."""
    median: float
    interval: tuple[float, float]
    adjusted: float
    """Observed excess minus the median."""
    adjusted_interval: tuple[float, float]
    p: float
    """Two-sided p-value, corrected for the adversaries that were tested together."""


@dataclass(frozen=True, eq=False)
class SelectionNull:
    """Observed excesses of adversaries, and their excesses in runs on permuted labels.

    Attributes:
        observed: (a,) excess on the real labels.
        null: (k, a) excess of each run on permuted labels.
        median: (a,) effect of selection alone.
        low: (a,) lower end of the null's interval, an order statistic.
        high: (a,) upper end of that interval.
        level: Confidence of the intervals; less than requested if there are few runs (19 give 90 %, 39 give 95 %).
        p: (a,) two-sided p-value of "real labels behave like permuted labels", corrected for the adversaries.
    """

    observed: Floats
    null: Floats
    median: Floats
    low: Floats
    high: Floats
    level: float
    p: Floats

    @property
    def adjusted(self) -> Floats:
        """(a,) observed excess minus the effect of selection alone."""
        return self.observed - self.median

    @property
    def adjusted_interval(self) -> tuple[Floats, Floats]:
        """(a,), (a,): the range of shifts of the null distribution that are compatible with the observed excess.

        The interval is exact if real labels differ from permuted labels by a shift. Then observed - shift and the k
        runs are k + 1 exchangeable numbers, and the j-th smallest and j-th largest of the k runs enclose the other
        number with probability 1 - 2 j / (k + 1). No variance is estimated.
        """
        return self.observed - self.high, self.observed - self.low

    def of(self, adversary: int) -> NullEvidence:
        """Return the results of one adversary, given by its position."""
        lows, highs = self.adjusted_interval
        return NullEvidence(
            runs=len(self.null),
            level=self.level,
            median=float(self.median[adversary]),
            interval=(float(self.low[adversary]), float(self.high[adversary])),
            adjusted=float(self.adjusted[adversary]),
            adjusted_interval=(float(lows[adversary]), float(highs[adversary])),
            p=float(self.p[adversary]),
        )


def compare(observed: Floats, null: Floats, confidence: float = 0.95) -> SelectionNull:
    """Compare observed excesses, (a,), with excesses of runs on permuted labels, (k, a)."""
    runs = len(null)
    # Rounded before it is cut to a whole number: 0.025 * 40 must be 1 despite floating-point errors.
    cut = max(1, int(round((1 - confidence) / 2 * (runs + 1), 9)))
    ranked = np.sort(null, axis=0)
    return SelectionNull(
        observed=observed,
        null=null,
        median=np.median(null, axis=0),
        low=ranked[cut - 1],
        high=ranked[runs - cut],
        level=1 - 2 * cut / (runs + 1),
        p=summarise(observed, null).p,
    )


def stated(values: NullEvidence | Mapping[str, Any]) -> NullEvidence:
    """Round to the six digits that a certificate states, so that a recount from the certificate gives the same."""
    given = asdict(values) if isinstance(values, NullEvidence) else dict(values)
    pairs = {name: tuple(round(end, 6) for end in given[name]) for name in ("interval", "adjusted_interval")}
    numbers = {name: round(value, 6) for name, value in given.items() if isinstance(value, float)}
    return NullEvidence(**(given | numbers | pairs))
