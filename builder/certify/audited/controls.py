"""Positive controls: would the judges have found a cue of the margin's size, had there been one?

A judge that finds nothing may be blind. So before a view is certified, cues of known kind and size are planted in
copies of the set, and the very judges that certify are fitted on the copies. Labels are permuted first, so that nothing
but the planted cue can be found. A cue is found when a judge is proven to be above chance, corrected for the number of
judges that were tried. Sizes grow from the margin on until a cue is found in four of five tries: what the certificate
says of that kind, it says of cues of that size and larger, and of no smaller ones. A kind that no judge finds at any
size is not covered.
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
"""Share of tries in which a cue must be found."""
STEPS = (1.0, 1.5, 2.0, 3.0, 4.0)
"""Sizes that are tried, in margins."""


@dataclass(frozen=True)
class Tried:
    """Tries at one size; they end as soon as it is clear whether enough of them find the cue."""

    size: float
    tries: int
    found: int


@dataclass(frozen=True)
class Control:
    """What became of one kind of cue in one view; shares, not points; JSON by `dataclasses.asdict`.

    Attributes:
        view: The view.
        kind: Kind of cue.
        judges: Certifying adversaries that were tried on it; none where none can see it.
        attainable: Largest size that such a cue can have on this set.
        tried: The sizes, from the smallest on.
        smallest: The smallest of them that was found in `POWER` of the tries; None where none was.
    """

    view: str
    kind: str
    judges: tuple[str, ...]
    attainable: float
    tried: tuple[Tried, ...]
    smallest: float | None

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Control:
        """Read what a certificate states."""
        tried = tuple(Tried(**one) for one in said["tried"])
        return cls(**{**said, "judges": tuple(said["judges"]), "tried": tried})


def search(
    found: Callable[[float, int], bool], margin: float, attainable: float, tries: int
) -> tuple[tuple[Tried, ...], float | None]:
    """Try sizes from the margin on until one is found often enough.

    Args:
        found: Plants a cue of a size and says whether a judge finds it, given the size and the number of the try.
        margin: The smallest size.
        attainable: The largest size that a cue can have.
        tries: Tries a size, at most.

    Returns:
        The tries, and the smallest size that was found often enough.
    """
    history: list[Tried] = []
    for size in sizes(margin, attainable):
        hits = done = 0
        while done < tries and hits < enough(tries) and done - hits <= tries - enough(tries):
            hits += found(size, done)
            done += 1
        history.append(Tried(size, done, hits))
        if hits >= enough(tries):
            return tuple(history), size
    return tuple(history), None


def sizes(margin: float, attainable: float) -> list[float]:
    """Sizes that are tried: multiples of the margin as far as they can be had, or what can be had where that is less.

    Example:
        >>> sizes(0.05, 0.5), sizes(0.05, 0.08), sizes(0.05, 0.03)
        ([0.05, 0.075, 0.1, 0.15, 0.2], [0.05, 0.075], [0.03])
    """
    found = [round(step * margin, 6) for step in STEPS if step * margin <= attainable]
    return found or ([round(attainable, 6)] if attainable > 0 else [])


def enough(tries: int) -> int:
    """How many of so many tries must find a cue.

    Example:
        >>> enough(10), enough(5), enough(1)
        (8, 4, 1)
    """
    return int(np.ceil(POWER * tries - 1e-9))


def faults(controls: Sequence[Control], margin: float, tries: int) -> list[str]:
    """What stated controls contradict: sizes left out, tries that ended too soon, a smallest size not found."""
    wrong = []
    for one in controls:
        ended = [_ended(tried, tries) for tried in one.tried]
        smallest = next((tried.size for tried in one.tried if tried.found == enough(tries)), None)
        allowed = sizes(margin, one.attainable) if one.judges else []
        known = [tried.size for tried in one.tried]
        whole = known == allowed if smallest is None else known == allowed[: known.index(smallest) + 1]
        if not (all(ended) and whole and smallest == one.smallest):
            wrong.append(f"{one.view}: the control {one.kind!r} does not follow from its own tries")
    return wrong


def _ended(tried: Tried, tries: int) -> bool:
    """Whether tries ended where they should: with enough that found the cue, or with too few left that could."""
    missed, spare = tried.tries - tried.found, tries - enough(tries)
    return missed <= spare if tried.found == enough(tries) else tried.found < enough(tries) and missed == spare + 1


def controlled_views(verdicts: Sequence[Verdict]) -> list[str]:
    """Views that the evidence would certify and that need a control: constant answers have no cue to find."""
    return [one.view for one in verdicts if one.outcome == "certified" and one.view != VIEW]


def controlled(verdict: Verdict, controls: Sequence[Control]) -> Verdict:
    """A verdict with its controls: certified only if cues of some kind would have been found."""
    if verdict.view == VIEW:
        return verdict
    own = [one for one in controls if one.view == verdict.view]
    if verdict.outcome == "certified" and not any(one.smallest is not None for one in own):
        said = "no positive control was run" if not own else "the adversaries find no planted cue of any kind"
        reason = f"{said}: that they find nothing on the set proves nothing"
        return replace(verdict, outcome="too small to tell", reasons=(reason,))
    return replace(verdict, notes=(*verdict.notes, *spoken(own, verdict.margin)))


def spoken(controls: Sequence[Control], margin: float) -> list[str]:
    """Kinds and sizes of cues that a view's verdict covers, one sentence for each size."""
    said = []
    for size in sorted({one.smallest for one in controls if one.smallest is not None}):
        kinds = ", ".join(one.kind for one in controls if one.smallest == size)
        beyond = "" if size <= margin else ", larger than the margin: smaller cues are not covered"
        said.append(f"planted cues of {words.points(size)} points are found{beyond}: {kinds}")
    unfound = [one for one in controls if one.smallest is None]
    if missed := [one.kind for one in unfound if one.attainable >= margin or not one.judges]:
        said.append(f"not covered: {', '.join(missed)}")
    if impossible := [one.kind for one in unfound if one.attainable < margin and one.judges]:
        said.append(f"no single cue of these kinds can be as large as the margin here: {', '.join(impossible)}")
    return said
