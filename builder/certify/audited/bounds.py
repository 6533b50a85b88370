"""Bounds of the selection programme: linear inequalities that hold on a set without shortcuts, each with its reason.

There are two kinds of bounds. *Balance*: inside a cell of items that share a question, an image, or something close to
it, no answer holds more than half of the kept items and one more. On exact keys this is the condition of the balanced
tier, loosened by one item so that a question with a single item can stay. On clusters of paraphrases and of features
it is the same condition for contents that a blind model may confuse, loosened by the random imbalance of a cluster.
*Adversaries*: an adversary may be right no more often than a guess, and no less often than chance. Constant answers,
which need no adversary, are bounded in `twokeys.builder.certify.audited.prior`.
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
"""Fewest items of a bin that is bounded: fewer items cannot reveal a cue."""
EVEN = 1e-6
"""Confidences that differ by less count as equal."""
NEAR = 0.05
"""Share of the items around a quantile whose widest gap becomes the edge between two bins."""


@dataclass(frozen=True)
class Answers:
    """The answers of one adversary to every item.

    Attributes:
        name: Full name of the adversary.
        right: (n,) whether the answer is the gold answer; False if the adversary does not apply to the item.
        confidence: (n,) probability of the answer according to the adversary, or any number that grows with it.
        applies: (n,) items that the adversary can answer.
        chance: (n,) chance that the answer is right if it is unrelated to the item, on the set on which the adversary
            was fitted.
        guess: (n,) how often a guess is right.
    """

    name: str
    right: Bools
    confidence: Floats
    applies: Bools
    chance: Floats
    guess: Floats
    on_removed: bool = False
    """Whether the adversary was fitted on the removed items, not on the set."""

    @property
    def label(self) -> str:
        """Name of the adversary, and what it was fitted on if that is not the set."""
        return f"{self.name} fitted on removed items" if self.on_removed else self.name


@dataclass(frozen=True)
class Bound:
    """The inequality `sum of weight_i x_i <= limit` over some items.

    Attributes:
        items: (m,) positions of the items.
        weight: (m,) coefficients of the items.
        limit: The right-hand side, at least 0, so that the empty set satisfies every bound.
        reason: Why the bound excludes an item, in words.
    """

    items: Ints
    weight: Floats
    limit: float
    reason: str


def adversary_bounds(answers: Answers, slack: float, parts: Iterable[Bools] = ()) -> list[Bound]:
    """Bound the accuracy of an adversary, from both sides, in every bin of its confidence and in every part.

    Bins matter: an adversary that is right if it is sure and wrong if it is not may be at chance on average, and still
    use a cue. Parts matter too: an adversary that is right in one split and wrong in another uses a cue in both.

    Args:
        answers: Answers of the adversary.
        slack: Excess that the bounds allow.
        parts: Items of each stratum, (n,).
    """
    inside = np.flatnonzero(answers.applies)
    if not len(inside):
        return []
    place = np.searchsorted(edges(answers.confidence[inside]), answers.confidence[inside])
    places = [(inside[place == number], "among items on which it is as sure") for number in np.unique(place)]
    places += [(inside[part[inside]], "in its part of the set") for part in parts]
    bounds = []
    for items, where in places:
        if len(items) < SMALLEST_BIN:
            continue
        right = answers.right[items].astype(np.float64)
        for gain, side in (
            (right - answers.guess[items], "right more often than a guess"),
            (answers.chance[items] - right, "wrong more often than chance"),
        ):
            reason = f"with it {answers.label} would be {side} {where}"
            bounds.append(Bound(items, gain - slack, 0.0, reason))
    return bounds


def edges(confidence: Floats) -> Floats:
    """Return edges between bins of equal size, in the widest gap near each quantile; no item is at an edge.

    A quantile is the value of some item. The last bit of the value would decide on which side that item lies.

    Example:
        >>> edges(np.array([0.1] * 50 + [0.9] * 50)).tolist()
        [0.5]
    """
    values = np.sort(confidence)
    gaps = np.diff(values)
    wide = np.flatnonzero(gaps > EVEN)  # between items wide[k] and wide[k] + 1
    chosen: set[int] = set()
    for share in np.linspace(0, 1, BINS + 1)[1:-1]:
        near = wide[np.abs(wide + 1 - share * len(values)) <= NEAR * len(values)]
        if len(near):
            chosen.add(int(near[gaps[near].argmax()]))
        else:  # many items have the same confidence as the item at the quantile: they get a separate bin
            after = int(np.searchsorted(wide, share * len(values)))
            chosen |= set(wide[max(after - 1, 0) : after + 1].tolist())
    at = np.array(sorted(chosen), dtype=np.int64)
    return np.asarray((values[at] + values[at + 1]) / 2, dtype=np.float64)


def balance_bounds(cell: Ints, answer: Ints, what: str, loose: bool = False) -> list[Bound]:
    """Bound the number of every answer inside every cell: half of the kept items, and one more.

    Args:
        cell: (n,) code of the cell of each item; negative if it is in none.
        answer: (n,) answer codes.
        what: What the items of a cell share, such as `question`.
        loose: Whether to allow a random imbalance of one standard deviation of fair coins. Items of a cluster are
            merely alike, and even if nothing can be learnt from them, one answer is a little ahead.
    """
    inside = np.flatnonzero(cell >= 0)
    order = inside[np.lexsort((answer[inside], cell[inside]))]
    bounds = []
    for members in np.split(order, np.flatnonzero(np.diff(cell[order])) + 1):
        limit = 1.0 + (np.sqrt(len(members)) if loose else 0.0)
        codes, counts = np.unique(answer[members], return_counts=True)
        for code in codes[counts > limit]:  # fewer can never outweigh the other answers
            weight = np.where(answer[members] == code, 1.0, -1.0)
            bounds.append(Bound(members, weight, limit, f"items of the same {what} have its answer too often"))
    return bounds
