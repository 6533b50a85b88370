"""Bounds of the selection programme: linear inequalities that a set without shortcuts keeps, each with its reason.

Two kinds. *Balance*: inside a cell of items that share a question, an image, or something close to it, no answer holds
more than half of the kept items and one more. On exact keys that is the condition of the balanced tier, loosened by the
one item that lets a question asked once stay; on clusters of paraphrases and of features it says the same of what a
blind model takes for the same, loosened by what chance does in a cluster. *Adversaries*: what one said may be right no
more often than a guess, and no less often than chance. What needs no adversary, the frequent answer, is bounded in
`twokeys.builder.certify.audited.prior`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from twokeys.core.intervals.excess import Bools, Floats, Ints

__all__ = ["Answers", "Bools", "Bound", "Floats", "Ints", "adversary_bounds", "balance_bounds"]

BINS = 5
"""Bins of an adversary's confidence, by quantiles."""
SMALLEST_BIN = 20
"""Items that a bin must hold to be bounded: fewer say nothing about a cue."""
EVEN = 1e-6
"""Confidences that differ by less are one."""
NEAR = 0.05
"""Share of the items among which the widest gap is taken for the edge between two bins."""


@dataclass(frozen=True)
class Answers:
    """What one adversary said about every item.

    Attributes:
        name: Its full name.
        right: (n,) whether its answer is the gold one; False where it does not apply.
        confidence: (n,) probability that it gave to its answer, or any number that grows with it.
        applies: (n,) items that it can be asked about.
        chance: (n,) chance that its answer is right if it had nothing to do with the item, on the set that it was
            fitted on.
        guess: (n,) how often a guess is right.
    """

    name: str
    right: Bools
    confidence: Floats
    applies: Bools
    chance: Floats
    guess: Floats
    on_removed: bool = False
    """Whether it was fitted on what the set leaves out, not on the set."""

    @property
    def label(self) -> str:
        """Its name, and what it was fitted on where that is not the set."""
        return f"{self.name} fitted on removed items" if self.on_removed else self.name


@dataclass(frozen=True)
class Bound:
    """`sum of weight_i x_i <= limit` over some items.

    Attributes:
        items: (m,) positions of the items.
        weight: (m,) their coefficients.
        limit: The right-hand side, at least 0: the empty set keeps every bound.
        reason: Why an item that the bound keeps out is out, in words.
    """

    items: Ints
    weight: Floats
    limit: float
    reason: str


def adversary_bounds(answers: Answers, slack: float, parts: Iterable[Bools] = ()) -> list[Bound]:
    """Bound what an adversary gets right, from both sides, in every bin of its confidence and in every part.

    Bins matter: an adversary that is right where it is sure and wrong where it is not has an average at chance and
    still is a cue. Parts matter as much: one that is right in one split and wrong in another is a cue in both.

    Args:
        answers: Its answers.
        slack: Excess that is let through.
        parts: (n,) each: items of a stratum.
    """
    inside = np.flatnonzero(answers.applies)
    if not len(inside):
        return []
    place = np.searchsorted(edges(answers.confidence[inside]), answers.confidence[inside])
    places = [(inside[place == number], "among items on which it is as sure") for number in np.unique(place)]
    places += [(inside[part[inside]], "in its part of the set") for part in parts]
    found = []
    for items, where in places:
        if len(items) < SMALLEST_BIN:
            continue
        right = answers.right[items].astype(np.float64)
        for gain, side in (
            (right - answers.guess[items], "right more often than a guess"),
            (answers.chance[items] - right, "wrong more often than chance"),
        ):
            reason = f"with it {answers.label} would be {side} {where}"
            found.append(Bound(items, gain - slack, 0.0, reason))
    return found


def edges(confidence: Floats) -> Floats:
    """Edges between bins of as many items: in the widest gap near each quantile, so that no item lies at an edge.

    A quantile is some item's value. Whether that item is below it or not would hang on its last bit.

    Example:
        >>> edges(np.array([0.1] * 50 + [0.9] * 50)).tolist()
        [0.5]
    """
    values = np.sort(confidence)
    gaps = np.diff(values)
    wide = np.flatnonzero(gaps > EVEN)  # between items wide[k] and wide[k] + 1
    found: set[int] = set()
    for share in np.linspace(0, 1, BINS + 1)[1:-1]:
        near = wide[np.abs(wide + 1 - share * len(values)) <= NEAR * len(values)]
        if len(near):
            found.add(int(near[gaps[near].argmax()]))
        else:  # many items are as sure as the one at the quantile: they get a bin of their own
            after = int(np.searchsorted(wide, share * len(values)))
            found |= set(wide[max(after - 1, 0) : after + 1].tolist())
    at = np.array(sorted(found), dtype=np.int64)
    return np.asarray((values[at] + values[at + 1]) / 2, dtype=np.float64)


def balance_bounds(cell: Ints, answer: Ints, what: str, loose: bool = False) -> list[Bound]:
    """Bound the share of every answer inside every cell: half of the kept items, and one more.

    Args:
        cell: (n,) what is shared; negative where nothing is.
        answer: (n,) answer codes.
        what: What the items of a cell share, such as `question`.
        loose: Whether to let through what chance does, one standard deviation of fair coins: items of a cluster are
            merely alike, and where nothing can be learnt one answer is a little ahead all the same.
    """
    inside = np.flatnonzero(cell >= 0)
    order = inside[np.lexsort((answer[inside], cell[inside]))]
    found = []
    for members in np.split(order, np.flatnonzero(np.diff(cell[order])) + 1):
        limit = 1.0 + (np.sqrt(len(members)) if loose else 0.0)
        codes, counts = np.unique(answer[members], return_counts=True)
        for code in codes[counts > limit]:  # as few as that cannot outweigh the others
            weight = np.where(answer[members] == code, 1.0, -1.0)
            found.append(Bound(members, weight, limit, f"items of the same {what} have its answer too often"))
    return found
