"""The sentences of a verdict, which explain an adversary's numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from twokeys.builder.certify.audited.evidence import Evidence
from twokeys.builder.certify.audited.prior import VIEW
from twokeys.data_cards.audited import Outcome


def beyond(evidence: Evidence) -> str:
    """Describe an adversary that is proven to be beyond the margin."""
    over = evidence.accuracy - evidence.guess
    if evidence.view == VIEW:
        far, cue = f"{points(over)} points above a guess", "some answers are too frequent"
    elif evidence.excess < 0 and over < abs(evidence.excess):
        far = f"{points(-evidence.excess)} points below"
        cue = "an inverse cue: the opposite of its answers beats chance"
    elif over > evidence.excess + evidence.margin / 2:
        far = f"{points(over)} points above a guess ({percent(evidence.guess)})"
        cue = "some answers are too frequent"
    else:
        far, cue = f"{points(evidence.excess)} points above", "the view gives answers away"
    return f"{_facts(evidence)}: {far}, beyond the margin of {points(evidence.margin)}; {cue}"


def off(evidence: Evidence) -> str:
    """Describe an adversary whose estimate is beyond the margin in a part that is large enough to tell."""
    margin = points(evidence.margin)
    return f"{_facts(evidence)}: the estimate is beyond the margin of {margin} points, but that is not proven"


def bounded(bound: float | None, margin: float, needed: int | None, missing: int | None) -> str:
    """Describe what is proven on a set that is too small for the margin."""
    can = "no margin is proven" if bound is None else f"proven to be within {points(bound)} points of chance"
    size = "no number of items suffices" if needed is None else f"about {needed:,} items are needed, {missing:,} more"
    return f"{can}; to prove {points(margin)} points, {size}"


def parts(verdicts: Sequence[Part], margin: float) -> list[str]:
    """Name the parts that a certificate covers, and the parts that it does not cover."""
    proven = [part.name for part in verdicts if part.outcome == "certified"]
    sentences = [f"the same is proven for each of {', '.join(proven)}"] if proven else []
    for part in verdicts:
        if part.outcome == "certified":
            continue
        can = "nothing is proven" if part.bound is None else f"within {points(part.bound)} points is proven"
        size = "" if part.needed_items is None else f", {points(margin)} points need about {part.needed_items:,} items"
        sentences.append(f"{part.name} is too small to tell ({part.items:,} items): {can}{size}")
    return sentences


def cancels(evidence: Evidence) -> str:
    """Describe an adversary at chance because selection planted the opposite of a remaining cue."""
    assert evidence.null is not None
    low, high = evidence.null.adjusted_interval
    remaining = f"{_signed(evidence.null.adjusted)} points [{_signed(low)}, {_signed(high)}]"
    return (
        f"{_facts(evidence)}, but the same pipeline on permuted labels ends {_signed(evidence.null.median)} points "
        f"from chance: {remaining} do not come from selection, which only cancels them"
    )


def undecided(evidence: Evidence, size: int | None) -> str:
    """Describe an adversary that is proven to be neither within the margin nor beyond it; `size` items would decide."""
    if evidence.groups < 2:
        advice = "all items are of one group, which says nothing about other groups"
    elif size is None:
        advice = f"at an excess of {_signed(evidence.excess)} points, no number of items can show that it is within"
    elif size == evidence.needed_items:
        advice = f"a set at chance needs about {size:,} items"
    else:
        advice = f"at an excess of {_signed(evidence.excess)} points, about {size:,} items are needed"
    margin = points(evidence.margin)
    return f"{_facts(evidence)}; neither within nor beyond the margin of {margin} points is proven: {advice}"


def notes(evidence: Evidence, alpha: float) -> list[str]:
    """Return facts that a reader should know although they do not change the outcome."""
    sentences = []
    low, high = evidence.bootstrap_interval
    p = evidence.permuted.p if evidence.permuted else evidence.p_two_sided
    if p <= alpha and evidence.p_equivalence <= alpha:
        sentences.append(
            f"{_name(evidence)} is proven to differ from chance by {_signed(evidence.excess)} points, within the margin"
        )
    if evidence.p_equivalence <= alpha and (low < -evidence.margin or high > evidence.margin):
        sentences.append(
            f"{_name(evidence)}: the bootstrap interval [{_signed(low)}, {_signed(high)}] exceeds the margin"
        )
    if evidence.null is not None and evidence.p_beyond <= alpha and evidence.null.p > alpha:
        end = f"permuted labels end {_signed(evidence.null.median)} points from chance"
        sentences.append(f"{_name(evidence)}: selection alone explains it; {end}")
    return sentences


def _name(evidence: Evidence) -> str:
    if evidence.view == VIEW:
        return "the most frequent answer of every source, split and answer type"
    fitted = {"set": "fitted on the set", "removed": "fitted on the removed items", "nothing": "zero-shot"}
    return f"{evidence.adversary}, {fitted[evidence.trained_on]},"


def _facts(evidence: Evidence) -> str:
    low, high = (100 * (evidence.chance + end) for end in evidence.interval)
    return (
        f"{_name(evidence)} is right on {100 * evidence.accuracy:.1f} % [{low:.1f}, {high:.1f}] of "
        f"{evidence.items:,} items in {evidence.groups:,} groups; chance is {percent(evidence.chance)}"
    )


def percent(share: float) -> str:
    """A share in percent."""
    return f"{100 * share:.1f} %"


def points(share: float) -> str:
    """A share in percentage points."""
    return f"{100 * share:.1f}"


def _signed(share: float) -> str:
    return f"{100 * share:+.1f}"


@dataclass(frozen=True)
class Part:
    """The verdict on one part of a set, such as a split."""

    name: str
    items: int
    outcome: Outcome
    bound: float | None
    """The smallest margin at which it would be certified."""
    needed_items: int | None
    """Size from which the part could be decided; None if it is decided, or if no size suffices."""
    evidence: tuple[Evidence, ...]
