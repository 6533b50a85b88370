"""Positive controls: would the adversaries have detected a cue of the margin's size?

An adversary that detects nothing may be unable to detect anything. So before a view is certified, cues of a given kind
and size are planted in copies of the set, and the certifying adversaries are fitted on the copies. Labels are permuted
first, so that the planted cue is the only cue. A cue is detected if an adversary is proven to be above chance,
corrected for the number of adversaries. Sizes grow from the margin on until a cue is detected in four of five tries.
The certificate then covers cues of that kind of this size and larger, and no smaller ones. A kind that no adversary
detects at any size is not covered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from twokeys.builder.certify.audited import words
from twokeys.builder.certify.audited.prior import VIEW
from twokeys.builder.certify.audited.verdict import Verdict

POWER = 0.8
"""Share of tries in which a cue must be detected."""
STEPS = (1.0, 1.5, 2.0, 3.0, 4.0)
"""Sizes to try, in margins."""


@dataclass(frozen=True)
class Tried:
    """Tries at one size; they end as soon as it is clear whether enough of them detect the cue."""

    size: float
    tries: int
    found: int


@dataclass(frozen=True)
class Control:
    """The control of one kind of cue in one view; shares, not points; JSON by `dataclasses.asdict`.

    Attributes:
        view: The view.
        kind: Kind of cue.
        judges: Certifying adversaries that were tried on it; empty if none can see it. (The name is published.)
        attainable: Largest size that such a cue can have on this set.
        tried: The tries at each size, from the smallest on.
        smallest: The smallest size that was detected in `POWER` of the tries; None if no size was.
    """

    view: str
    kind: str
    judges: tuple[str, ...]
    attainable: float
    tried: tuple[Tried, ...]
    smallest: float | None

    @classmethod
    def read(cls, stated: Mapping[str, Any]) -> Control:
        """Read a control from a certificate."""
        tried = tuple(Tried(**tries) for tries in stated["tried"])
        return cls(**{**stated, "judges": tuple(stated["judges"]), "tried": tried})


def search(
    detected: Callable[[float, int], bool], margin: float, attainable: float, tries: int
) -> tuple[tuple[Tried, ...], float | None]:
    """Try sizes from the margin on until a cue is detected often enough.

    Args:
        detected: Plants a cue and returns whether an adversary detects it, given the size and the number of the try.
        margin: The smallest size.
        attainable: The largest size that a cue can have.
        tries: Most tries for each size.

    Returns:
        The tries, and the smallest size that was detected often enough.
    """
    history: list[Tried] = []
    for size in sizes(margin, attainable):
        hits = done = 0
        while done < tries and hits < enough(tries) and done - hits <= tries - enough(tries):
            hits += detected(size, done)
            done += 1
        history.append(Tried(size, done, hits))
        if hits >= enough(tries):
            return tuple(history), size
    return tuple(history), None


def sizes(margin: float, attainable: float) -> list[float]:
    """Return the sizes to try: multiples of the margin up to `attainable`, or `attainable` if it is below the margin.

    Example:
        >>> sizes(0.05, 0.5), sizes(0.05, 0.08), sizes(0.05, 0.03)
        ([0.05, 0.075, 0.1, 0.15, 0.2], [0.05, 0.075], [0.03])
    """
    multiples = [round(step * margin, 6) for step in STEPS if step * margin <= attainable]
    return multiples or ([round(attainable, 6)] if attainable > 0 else [])


def enough(tries: int) -> int:
    """Return how many of the tries must detect a cue.

    Example:
        >>> enough(10), enough(5), enough(1)
        (8, 4, 1)
    """
    return int(np.ceil(POWER * tries - 1e-9))


def faults(controls: Sequence[Control], margin: float, tries: int) -> list[str]:
    """List controls that contradict their tries: missing sizes, tries that ended too soon, a wrong smallest size."""
    wrong = []
    for control in controls:
        ended = [_ended(tried, tries) for tried in control.tried]
        smallest = next((tried.size for tried in control.tried if tried.found == enough(tries)), None)
        expected = sizes(margin, control.attainable) if control.judges else []
        stated = [tried.size for tried in control.tried]
        whole = stated == expected if smallest is None else stated == expected[: stated.index(smallest) + 1]
        if not (all(ended) and whole and smallest == control.smallest):
            wrong.append(f"{control.view}: the control {control.kind!r} does not follow from its own tries")
    return wrong


def _ended(tried: Tried, tries: int) -> bool:
    """Whether tries ended at the right moment: enough detected the cue, or too few remained to reach that number."""
    missed, spare = tried.tries - tried.found, tries - enough(tries)
    return missed <= spare if tried.found == enough(tries) else tried.found < enough(tries) and missed == spare + 1


def controlled_views(verdicts: Sequence[Verdict]) -> list[str]:
    """Return the views that the evidence would certify and that need a control; constant answers need none."""
    return [verdict.view for verdict in verdicts if verdict.outcome == "certified" and verdict.view != VIEW]


def controlled(verdict: Verdict, controls: Sequence[Control]) -> Verdict:
    """Return a verdict with its controls: certified only if cues of some kind would have been detected."""
    if verdict.view == VIEW:
        return verdict
    of_view = [control for control in controls if control.view == verdict.view]
    if verdict.outcome == "certified" and not any(control.smallest is not None for control in of_view):
        return replace(verdict, outcome="too small to tell", reasons=(_uncontrolled(of_view, verdict.margin),))
    return replace(verdict, notes=(*verdict.notes, *coverage(of_view, verdict.margin)))


def _uncontrolled(controls: Sequence[Control], margin: float) -> str:
    """Return why the controls of a view, of which none was found, leave open if its adversaries could find a cue."""
    if not controls:
        problem = "no positive control was run"
    elif all(_impossible(control, margin) for control in controls):
        problem = (
            "no planted cue of any kind can be as large as the margin in this view, so it cannot be tried whether "
            "its adversaries would find one"
        )
    else:
        problem = "the adversaries find no planted cue of any kind"
    return f"{problem}: that they find nothing on the set proves nothing"


def _impossible(control: Control, margin: float) -> bool:
    """Whether no cue of this kind can be as large as the margin, although some adversary could read it."""
    return control.smallest is None and control.attainable < margin and bool(control.judges)


def coverage(controls: Sequence[Control], margin: float) -> list[str]:
    """Return sentences on the kinds and sizes of cues that a view's verdict covers, one sentence for each size."""
    sentences = []
    for size in sorted({control.smallest for control in controls if control.smallest is not None}):
        kinds = ", ".join(control.kind for control in controls if control.smallest == size)
        beyond = "" if size <= margin else ", larger than the margin: smaller cues are not covered"
        sentences.append(f"planted cues of {words.points(size)} points are found{beyond}: {kinds}")
    undetected = [control for control in controls if control.smallest is None]
    if missed := [control.kind for control in undetected if not _impossible(control, margin)]:
        sentences.append(f"not covered: {', '.join(missed)}")
    if impossible := [control.kind for control in undetected if _impossible(control, margin)]:
        sentences.append(f"no single cue of these kinds can be as large as the margin here: {', '.join(impossible)}")
    return sentences
