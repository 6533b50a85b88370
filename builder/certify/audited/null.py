"""The selection-aware null: what choosing a set does to a blind score all by itself.

Pruning what a blind model gets right lowers its score on pure noise too, and that of other families, refitted or not:
what is left is what the model got wrong. So an accuracy on a selected set cannot be read against chance alone. Here the
*whole* pipeline, selection and certification, is run again on labels that were permuted before everything, as often as
one can afford. Those runs have no cue to find. Whatever excess they end with, selection put there.
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
    """What the whole pipeline did to this adversary on permuted labels; excesses as shares."""

    runs: int
    level: float
    """Confidence of both intervals."""
    median: float
    interval: tuple[float, float]
    adjusted: float
    """Observed excess minus the median."""
    adjusted_interval: tuple[float, float]
    p: float
    """Two-sided, corrected for the adversaries that were tested together."""


@dataclass(frozen=True, eq=False)
class SelectionNull:
    """Observed excesses beside those of runs on permuted labels, for a adversaries.

    Attributes:
        observed: (a,) excess on the real labels.
        null: (k, a) excess of each run on permuted labels.
        median: (a,) what selection alone does.
        low: (a,) lower end of the null's interval, an order statistic.
        high: (a,) its upper end.
        level: Confidence of the intervals; less than was asked for where runs are few (19 give 90 %, 39 give 95 %).
        p: (a,) two-sided p-value of "the real labels do as the permuted ones", corrected for the adversaries.
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
        """(a,) observed excess minus what selection alone does."""
        return self.observed - self.median

    @property
    def adjusted_interval(self) -> tuple[Floats, Floats]:
        """(a,), (a,): the shifts of the null distribution under which the observed excess is no surprise.

        Exact when real labels differ from permuted ones by a shift: then observed - shift and the k runs are k + 1
        exchangeable numbers, and the j-th smallest and largest of k enclose the other with probability
        1 - 2 j / (k + 1). No variance is estimated.
        """
        return self.observed - self.high, self.observed - self.low

    def of(self, adversary: int) -> NullEvidence:
        """What it says of one adversary, given by its position."""
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
    """Set observed excesses, (a,), beside those of permuted runs, (k, a), wherever they were made."""
    runs = len(null)
    # Rounded before it is cut: 0.025 * 40 is 1, whatever floating point makes of it.
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
    """What a certificate states of it: six digits, so that a recount from the certificate is the same."""
    given = asdict(values) if isinstance(values, NullEvidence) else dict(values)
    pairs = {name: tuple(round(end, 6) for end in given[name]) for name in ("interval", "adjusted_interval")}
    numbers = {name: round(value, 6) for name, value in given.items() if isinstance(value, float)}
    return NullEvidence(**(given | numbers | pairs))
