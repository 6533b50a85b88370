"""The sentences of a verdict: what an adversary's numbers mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from twokeys.builder.certify.audited.evidence import Evidence
from twokeys.builder.certify.audited.prior import VIEW
from twokeys.data_cards.audited import Outcome


def beyond(one: Evidence) -> str:
    """An adversary that is proven to be beyond the margin."""
    over = one.accuracy - one.guess
    if one.view == VIEW:
        far, cue = f"{points(over)} points above a guess", "some answers are too frequent"
    elif one.excess < 0 and over < abs(one.excess):
        far = f"{points(-one.excess)} points below"
        cue = "an inverse cue: the opposite of its answers beats chance"
    elif over > one.excess + one.margin / 2:
        far = f"{points(over)} points above a guess ({percent(one.guess)})"
        cue = "some answers are too frequent"
    else:
        far, cue = f"{points(one.excess)} points above", "the view gives answers away"
    return f"{_facts(one)}: {far}, beyond the margin of {points(one.margin)}; {cue}"


def off(one: Evidence) -> str:
    """An adversary whose estimate is beyond the margin in a part that is large enough to tell."""
    return f"{_facts(one)}: the estimate is beyond the margin of {points(one.margin)} points, but that is not proven"


def bounded(bound: float | None, margin: float, needed: int | None, missing: int | None) -> str:
    """What is proven on a set that is too small for the margin."""
    can = "no margin is proven" if bound is None else f"proven to be within {points(bound)} points of chance"
    size = "no number of items suffices" if needed is None else f"about {needed:,} items are needed, {missing:,} more"
    return f"{can}; to prove {points(margin)} points, {size}"


def parts(told: Sequence[Part], margin: float) -> list[str]:
    """The parts that a certificate covers, and the parts that it does not cover."""
    proven = [part.name for part in told if part.outcome == "certified"]
    found = [f"the same is proven for each of {', '.join(proven)}"] if proven else []
    for part in told:
        if part.outcome == "certified":
            continue
        can = "nothing is proven" if part.bound is None else f"within {points(part.bound)} points is proven"
        size = "" if part.needed_items is None else f", {points(margin)} points need about {part.needed_items:,} items"
        found.append(f"{part.name} is too small to tell ({part.items:,} items): {can}{size}")
    return found


def cancels(one: Evidence) -> str:
    """An adversary at chance because selection planted the opposite of a remaining cue."""
    assert one.null is not None
    low, high = one.null.adjusted_interval
    return (
        f"{_facts(one)}, but the same pipeline on permuted labels ends {_signed(one.null.median)} points from chance: "
        f"{_signed(one.null.adjusted)} points [{_signed(low)}, {_signed(high)}] do not come from selection, which "
        f"only cancels them"
    )


def undecided(one: Evidence, size: int | None) -> str:
    """An adversary that is proven to be neither within the margin nor beyond it; `size` items would decide."""
    if one.groups < 2:
        advice = "all items are of one group, which says nothing about other groups"
    elif size is None:
        advice = f"at an excess of {_signed(one.excess)} points, no number of items can show that it is within"
    elif size == one.needed_items:
        advice = f"a set at chance needs about {size:,} items"
    else:
        advice = f"at an excess of {_signed(one.excess)} points, about {size:,} items are needed"
    return f"{_facts(one)}; neither within nor beyond the margin of {points(one.margin)} points is proven: {advice}"


def notes(one: Evidence, alpha: float) -> list[str]:
    """Facts that a reader should know although they do not change the outcome."""
    said = []
    low, high = one.bootstrap_interval
    p = one.permuted.p if one.permuted else one.p_two_sided
    if p <= alpha and one.p_equivalence <= alpha:
        said.append(f"{_name(one)} is proven to differ from chance by {_signed(one.excess)} points, within the margin")
    if one.p_equivalence <= alpha and (low < -one.margin or high > one.margin):
        said.append(f"{_name(one)}: the bootstrap interval [{_signed(low)}, {_signed(high)}] exceeds the margin")
    if one.null is not None and one.p_beyond <= alpha and one.null.p > alpha:
        end = f"permuted labels end {_signed(one.null.median)} points from chance"
        said.append(f"{_name(one)}: selection alone explains it; {end}")
    return said


def _name(one: Evidence) -> str:
    if one.view == VIEW:
        return "the most frequent answer of every source, split and answer type"
    fitted = {"set": "fitted on the set", "removed": "fitted on the removed items", "nothing": "zero-shot"}
    return f"{one.adversary}, {fitted[one.trained_on]},"


def _facts(one: Evidence) -> str:
    low, high = (100 * (one.chance + end) for end in one.interval)
    return (
        f"{_name(one)} is right on {100 * one.accuracy:.1f} % [{low:.1f}, {high:.1f}] of {one.items:,} items "
        f"in {one.groups:,} groups; chance is {percent(one.chance)}"
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
