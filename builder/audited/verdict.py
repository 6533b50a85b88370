"""Verdict: whether a view is certified to be at chance, in words that name what speaks against it.

Three answers, because "not proven blind-solvable" and "proven not blind-solvable" are different things:

- `not certified`: some adversary is proven to lie beyond the margin, above chance or below. Below is a cue as well: who
  answers the opposite beats chance, and pruning plants exactly that.
- `certified`: every adversary is proven to lie within the margin, in both directions.
- `too small to tell`: neither; the size that could tell is named.

Tests are corrected by Holm's procedure (1979) over the adversaries of the view, so each single claim holds at the
stated level. That the view is certified needs *all* of them, which has that level without any correction (Berger 1982),
as has the claim that all views are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from builder.audited import words
from builder.audited.evidence import Evidence
from builder.audited.statistics import Floats
from data_cards.audited import Outcome


@dataclass(frozen=True)
class Verdict:
    """The verdict on one view; JSON by `dataclasses.asdict`.

    Attributes:
        view: The view.
        outcome: What follows from the evidence.
        reasons: Why, one sentence each.
        notes: What a reader should know though it changes nothing.
        margin: The margin, as a share.
        alpha: Level of the tests.
        needed_items: Size from which the set could tell; None where it does, or where no size would.
        evidence: Of each adversary.
    """

    view: str
    outcome: Outcome
    reasons: tuple[str, ...]
    notes: tuple[str, ...]
    margin: float
    alpha: float
    needed_items: int | None
    evidence: tuple[Evidence, ...]


def holm(p: Sequence[float]) -> Floats:
    """Adjust p-values, (k,), by Holm's step-down procedure.

    Example:
        >>> holm([0.01, 0.04, 0.03]).round(2).tolist()
        [0.03, 0.06, 0.06]
    """
    order = np.argsort(p)
    steps = np.array(p, dtype=np.float64)[order] * np.arange(len(p), 0, -1)
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted


def decide(view: str, evidence: Sequence[Evidence], margin: float, alpha: float = 0.05) -> Verdict:
    """Draw the verdict on a view from the evidence of adversaries that selection never used.

    Where a selection-aware null was drawn, it can refuse as well: an adversary at chance after a selection that pushes
    it far below chance on permuted labels is at chance because two cues cancel, one of the corpus and one that was
    planted. The next adversary may tell them apart.

    Raises:
        ValueError: When evidence is of another view, or was weighed against another margin.
    """
    if strangers := sorted({one.view for one in evidence} - {view}):
        raise ValueError(f"evidence on {', '.join(strangers)} cannot decide on the view {view!r}")
    if margins := sorted({one.margin for one in evidence} - {margin}):
        raise ValueError(f"evidence weighed against the margins {margins} cannot decide on {margin}")
    beyond = holm([one.p_beyond for one in evidence]) <= alpha
    within = holm([one.p_equivalence for one in evidence]) <= alpha
    against = [words.beyond(one) for one, flag in zip(evidence, beyond, strict=True) if flag]
    against += [
        words.cancels(one) for one, flag in zip(evidence, beyond, strict=True) if not flag and _hidden(one, alpha)
    ]
    still_open = [one for one, flag in zip(evidence, within, strict=True) if not flag]
    needed = None
    outcome: Outcome
    if not evidence:
        outcome, reasons = "too small to tell", ["no adversary could be asked"]
    elif against:
        outcome, reasons = "not certified", against
    elif still_open:
        outcome, reasons = "too small to tell", [words.undecided(one, size_to_tell(one)) for one in still_open]
        sizes = [size_to_tell(one) for one in still_open]
        needed = None if None in sizes else max(size for size in sizes if size is not None)
    else:
        outcome = "certified"
        reasons = [
            f"all {len(evidence)} adversaries are within {words.points(margin)} points of chance in both directions"
        ]
    notes = tuple(note for one in evidence for note in words.notes(one, alpha))
    return Verdict(view, outcome, tuple(reasons), notes, margin, alpha, needed, tuple(evidence))


def _hidden(one: Evidence, alpha: float) -> bool:
    """Whether the excess over what selection alone does is beyond the margin."""
    if one.null is None or one.null.p > alpha:
        return False
    low, high = one.null.adjusted_interval
    return low > one.margin or high < -one.margin


def size_to_tell(one: Evidence) -> int | None:
    """Size that could tell: that of a set at chance, or, where the set has that size already, one like it."""
    planned = one.needed_items
    return planned if planned is None or planned > one.items else one.needed_items_as_observed
