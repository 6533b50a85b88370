"""Verdict: whether a view is certified to be at chance, in words that name what speaks against it.

Three answers, because "not proven blind-solvable" and "proven not blind-solvable" are different things:

- `not certified`: some adversary is proven to lie beyond the margin, above a guess or off chance, on the set or in a
  part of it. Below chance is a cue as well: who answers the opposite beats chance, and pruning plants exactly that.
- `certified`: every adversary is proven to lie within the margin, in both directions. The parts of which the same is
  proven are named; of those that are too small to tell the certificate does not speak, and none that is large enough
  may be seen beyond the margin.
- `too small to tell`: neither. The margin at which the set would be certified is named, and the size that could tell.

That *all* adversaries lie within the margin has the level of the single tests without any correction (Berger 1982), as
has the claim that all views do. That *some* lies beyond is corrected by Holm's procedure (1979) over all adversaries
and parts of the view.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from twokeys.builder.certify.audited import words
from twokeys.builder.certify.audited.evidence import Evidence
from twokeys.builder.certify.audited.words import Part
from twokeys.core.intervals.excess import Floats
from twokeys.data_cards.audited import Outcome


@dataclass(frozen=True)
class Verdict:
    """The verdict on one view; JSON by `dataclasses.asdict`.

    Attributes:
        view: The view.
        outcome: What follows from the evidence.
        reasons: Why, one sentence each.
        notes: What a reader should know though it changes nothing.
        margin: The margin, as a share.
        bound: The smallest margin at which the view would be certified; None where there is none.
        alpha: Level of the tests.
        needed_items: Size from which the set could tell; None where it does, or where no size would.
        missing_items: How many more that are than the set has.
        evidence: Of each adversary.
        parts: What is said of the parts of the set.
    """

    view: str
    outcome: Outcome
    reasons: tuple[str, ...]
    notes: tuple[str, ...]
    margin: float
    bound: float | None
    alpha: float
    needed_items: int | None
    missing_items: int | None
    evidence: tuple[Evidence, ...]
    parts: tuple[Part, ...]


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


def decide(
    view: str,
    evidence: Sequence[Evidence],
    margin: float,
    alpha: float = 0.05,
    parts: Mapping[str, Sequence[Evidence]] | None = None,
) -> Verdict:
    """Draw the verdict on a view from the evidence of adversaries that selection never used.

    Where a selection-aware null was drawn, it can refuse as well: an adversary at chance after a selection that pushes
    it far below chance on permuted labels is at chance because two cues cancel, one of the corpus and one that was
    planted. The next adversary may tell them apart.

    Args:
        view: The view.
        evidence: Of any number of adversaries, on all items.
        margin: Largest excess that may be called chance.
        alpha: Level of the tests.
        parts: Name of a part -> evidence of the adversaries on its items.

    Raises:
        ValueError: When evidence is of another view, or was weighed against another margin.
    """
    parts = parts or {}
    every = [*evidence, *(one for part in parts.values() for one in part)]
    if strangers := sorted({one.view for one in every} - {view}):
        raise ValueError(f"evidence on {', '.join(strangers)} cannot decide on the view {view!r}")
    if margins := sorted({one.margin for one in every} - {margin}):
        raise ValueError(f"evidence weighed against the margins {margins} cannot decide on {margin}")
    beyond = dict(zip(map(id, every), holm([one.p_beyond for one in every]) <= alpha, strict=True))
    against = [words.beyond(one) for one in evidence if beyond[id(one)]]
    against += [words.cancels(one) for one in evidence if not beyond[id(one)] and _hidden(one, alpha)]
    against += [f"in {name}: {words.beyond(one)}" for name, part in parts.items() for one in part if beyond[id(one)]]
    still_open = [one for one in evidence if one.p_equivalence > alpha]
    off = [f"in {name}: {words.off(one)}" for name, part in parts.items() for one in part if _off(one)]
    told = [_part(name, part, alpha, any(beyond[id(one)] for one in part)) for name, part in parts.items()]
    bound, needed, missing = _bound(evidence), None, None
    outcome: Outcome
    if not evidence:
        outcome, reasons = "too small to tell", ["no adversary could be tried"]
    elif against:
        outcome, reasons = "not certified", against
    elif still_open:
        outcome, needed = "too small to tell", _needed(still_open)
        items = max(one.items for one in still_open)
        missing = None if needed is None else max(needed - items, 0)
        reasons = [words.bounded(bound, margin, needed, missing)]
        reasons += [words.undecided(one, size_to_tell(one)) for one in still_open]
    elif off:
        outcome, reasons = "too small to tell", off
    else:
        outcome = "certified"
        reasons = [
            f"all {len(evidence)} adversaries are within {words.points(margin)} points of chance in both directions"
        ]
    notes = [note for one in evidence for note in words.notes(one, alpha)]
    notes += words.parts(told, margin) if outcome == "certified" else []
    return Verdict(
        view, outcome, tuple(reasons), tuple(notes), margin, bound, alpha, needed, missing, tuple(evidence),
        tuple(told),
    )  # fmt: skip


def _part(name: str, evidence: Sequence[Evidence], alpha: float, beyond: bool) -> Part:
    """The verdict on one part."""
    still_open = [one for one in evidence if one.p_equivalence > alpha]
    outcome: Outcome = "not certified" if beyond else "too small to tell" if still_open else "certified"
    needed = None if beyond or not still_open else _needed(still_open)
    items = max(one.items for one in evidence)
    return Part(name, items, outcome, _bound(evidence), needed, tuple(evidence))


def _bound(evidence: Sequence[Evidence]) -> float | None:
    """The smallest margin at which all would be proven to lie within."""
    bounds = [one.bound for one in evidence]
    return None if None in bounds else max((bound for bound in bounds if bound is not None), default=None)


def _needed(still_open: Sequence[Evidence]) -> int | None:
    """Size from which a set is large enough to decide."""
    sizes = [size_to_tell(one) for one in still_open]
    return None if None in sizes else max(size for size in sizes if size is not None)


def _off(one: Evidence) -> bool:
    """Whether the estimate on a part that is large enough is beyond the margin, though that is not proven."""
    seen = max(abs(one.excess), one.accuracy - one.guess) > one.margin
    return seen and one.needed_items is not None and one.needed_items <= one.items


def _hidden(one: Evidence, alpha: float) -> bool:
    """Whether the excess over what selection alone does is beyond the margin."""
    if one.null is None or one.null.p > alpha:
        return False
    low, high = one.null.adjusted_interval
    return low > one.margin or high < -one.margin


def size_to_tell(one: Evidence) -> int | None:
    """Size that would decide: for a set at chance, or, if the set has that size already, for a set like this one."""
    planned = one.needed_items
    return planned if planned is None or planned > one.items else one.needed_items_as_observed
