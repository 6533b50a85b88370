"""Verdict: whether a view is certified to be at chance, with the reasons in words.

There are three verdicts, because "not proven blind-solvable" and "proven not blind-solvable" are different claims:

- `not certified`: some adversary is proven to lie beyond the margin, above a guess or off chance, on the set or in a
  part of it. An accuracy below chance is a cue, too: the opposite answers beat chance, and pruning plants such cues.
- `certified`: every adversary is proven to lie within the margin, in both directions. The certificate names the parts
  for which the same is proven, and it does not cover parts that are too small to tell. In no part that is large enough
  may an estimate be beyond the margin.
- `too small to tell`: neither is proven. The verdict names the margin at which the set would be certified, and the size
  that could decide.

The claim that *all* adversaries lie within the margin has the level of the single tests without any correction (Berger
1982), and so has the claim for all views. The claim that *some* adversary lies beyond it is corrected by Holm's
procedure (1979) over all adversaries and parts of the view.
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
        outcome: The verdict that follows from the evidence.
        reasons: Reasons for it, one sentence each.
        notes: Facts that a reader should know although they do not change the outcome.
        margin: The margin, as a share.
        bound: The smallest margin at which the view would be certified; None if there is none.
        alpha: Level of the tests.
        needed_items: Size from which the set could decide; None if it decides already, or if no size would.
        missing_items: `needed_items` minus the size of the set.
        evidence: Evidence of each adversary.
        parts: Verdicts on the parts of the set.
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

    A selection-aware null can prevent certification, too. Suppose that selection pushes an adversary far below chance
    on permuted labels, and that the adversary is at chance on the real labels. Then two cues cancel, one of the corpus
    and one that selection planted, and another adversary may separate them.

    Args:
        view: The view.
        evidence: Evidence of any number of adversaries, on all items.
        margin: Largest excess that counts as chance.
        alpha: Level of the tests.
        parts: Name of a part -> evidence of the adversaries on its items.

    Raises:
        ValueError: When evidence is about another view, or was weighed against another margin.
    """
    parts = parts or {}
    every = [*evidence, *(piece for part in parts.values() for piece in part)]
    if strangers := sorted({piece.view for piece in every} - {view}):
        raise ValueError(f"evidence on {', '.join(strangers)} cannot decide on the view {view!r}")
    if margins := sorted({piece.margin for piece in every} - {margin}):
        raise ValueError(f"evidence weighed against the margins {margins} cannot decide on {margin}")
    beyond = dict(zip(map(id, every), holm([piece.p_beyond for piece in every]) <= alpha, strict=True))
    against = [words.beyond(piece) for piece in evidence if beyond[id(piece)]]
    against += [words.cancels(piece) for piece in evidence if not beyond[id(piece)] and _hidden(piece, alpha)]
    against += [
        f"in {name}: {words.beyond(piece)}" for name, part in parts.items() for piece in part if beyond[id(piece)]
    ]
    still_open = [piece for piece in evidence if piece.p_equivalence > alpha]
    off = [f"in {name}: {words.off(piece)}" for name, part in parts.items() for piece in part if _off(piece)]
    verdicts_of_parts = [
        _part(name, part, alpha, any(beyond[id(piece)] for piece in part)) for name, part in parts.items()
    ]
    bound, needed, missing = _bound(evidence), None, None
    outcome: Outcome
    if not evidence:
        outcome, reasons = "too small to tell", ["no adversary could be tried"]
    elif against:
        outcome, reasons = "not certified", against
    elif still_open:
        outcome, needed = "too small to tell", _needed(still_open)
        items = max(piece.items for piece in still_open)
        missing = None if needed is None else max(needed - items, 0)
        reasons = [words.bounded(bound, margin, needed, missing)]
        reasons += [words.undecided(piece, size_to_tell(piece)) for piece in still_open]
    elif off:
        outcome, reasons = "too small to tell", off
    else:
        outcome = "certified"
        reasons = [
            f"all {len(evidence)} adversaries are within {words.points(margin)} points of chance in both directions"
        ]
    notes = [note for piece in evidence for note in words.notes(piece, alpha)]
    notes += words.parts(verdicts_of_parts, margin) if outcome == "certified" else []
    return Verdict(
        view, outcome, tuple(reasons), tuple(notes), margin, bound, alpha, needed, missing, tuple(evidence),
        tuple(verdicts_of_parts),
    )  # fmt: skip


def _part(name: str, evidence: Sequence[Evidence], alpha: float, beyond: bool) -> Part:
    """Return the verdict on one part."""
    still_open = [piece for piece in evidence if piece.p_equivalence > alpha]
    outcome: Outcome = "not certified" if beyond else "too small to tell" if still_open else "certified"
    needed = None if beyond or not still_open else _needed(still_open)
    items = max(piece.items for piece in evidence)
    return Part(name, items, outcome, _bound(evidence), needed, tuple(evidence))


def _bound(evidence: Sequence[Evidence]) -> float | None:
    """Return the smallest margin at which all adversaries would be proven to lie within it."""
    bounds = [piece.bound for piece in evidence]
    return None if None in bounds else max((bound for bound in bounds if bound is not None), default=None)


def _needed(still_open: Sequence[Evidence]) -> int | None:
    """Return the size from which a set is large enough to decide."""
    sizes = [size_to_tell(piece) for piece in still_open]
    return None if None in sizes else max(size for size in sizes if size is not None)


def _off(evidence: Evidence) -> bool:
    """Whether the estimate on a large enough part is beyond the margin, although that is not proven."""
    beyond = max(abs(evidence.excess), evidence.accuracy - evidence.guess) > evidence.margin
    return beyond and evidence.needed_items is not None and evidence.needed_items <= evidence.items


def _hidden(evidence: Evidence, alpha: float) -> bool:
    """Whether the excess over the effect of selection alone is beyond the margin."""
    if evidence.null is None or evidence.null.p > alpha:
        return False
    low, high = evidence.null.adjusted_interval
    return low > evidence.margin or high < -evidence.margin


def size_to_tell(evidence: Evidence) -> int | None:
    """Return the size that would decide: for a set at chance or, if this set is larger, for a set like this one."""
    planned = evidence.needed_items
    return planned if planned is None or planned > evidence.items else evidence.needed_items_as_observed
