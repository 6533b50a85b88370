"""Selection for the audited tier: the largest set on which no adversary of a family beats chance, or falls below it.

Published methods drop what a blind model gets right. That lowers its score on pure noise too, and plants the inverse
cue: what is left is what the model gets wrong, and one that answers the opposite is then right. Here the set is chosen
by a linear programme that bounds every adversary from both sides:

    maximise  sum x_i   subject to, for every adversary and every bin b of its confidence,
        | sum over i in b of x_i (right_i - chance_i) |  <=  slack * sum over i in b of x_i,     0 <= x_i <= 1.

Bins matter: an adversary that is right where it is sure and wrong where it is not has an average at chance and still is
a cue. An adversary fitted anew on the chosen set finds other cues, so the programme is solved in rounds, each adding
the bounds of freshly fitted adversaries to all that came before (cutting planes). Nothing is dropped for good: an item
that left in one round can come back in the next. The programme has few rows, so almost all x are 0 or 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

BINS = 5
"""Bins of an adversary's confidence, by quantiles."""
SMALLEST_BIN = 20
"""Items that a bin must hold to be bounded: fewer say nothing about a cue."""


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
    """

    name: str
    right: Bools
    confidence: Floats
    applies: Bools
    chance: Floats


Ask = Callable[[Bools], list[Answers]]
"""Fits the selection family on the chosen items only, in grouped folds, and asks it about all items."""


@dataclass(frozen=True)
class Round:
    """One round of selection.

    Attributes:
        kept: Items in the set.
        excess: Accuracy minus chance of each adversary, fitted on that very set.
    """

    kept: int
    excess: dict[str, float]

    @property
    def worst(self) -> float:
        """Largest distance from chance, in either direction."""
        return max((abs(value) for value in self.excess.values()), default=0.0)


@dataclass(frozen=True)
class Chosen:
    """The selected set and how it came about."""

    keep: Bools
    rounds: list[Round]


def choose(ask: Ask, margin: float, rounds: int, start: Bools) -> Chosen:
    """Select by rounds of bounding and refitting.

    Args:
        ask: The selection family.
        margin: Largest excess over chance, in either direction, that is let through. Bounds use half of it: what is
            fitted on one set generalises to the next only so far.
        rounds: Rounds at most.
        start: Items to choose from.

    Returns:
        The set of the round whose refitted adversaries came nearest to chance; the first set whose adversaries all are
        within half the margin ends the search. A round that overshoots to the other side is thereby rolled back.
    """
    keep, history, rows = start, [], []
    best, best_round = start, Round(0, {"nothing was asked": np.inf})
    for _ in range(rounds):
        answers = ask(keep)
        found = Round(int(keep.sum()), {one.name: excess(one, keep) for one in answers})
        history.append(found)
        if found.worst < best_round.worst:
            best, best_round = keep, found
        if found.worst <= margin / 2:
            break
        rows += [bound for one in answers for bound in bounds(one, start)]
        fresh = largest(rows, margin / 2, start)
        if not fresh.any() or (fresh == keep).all():
            break
        keep = fresh
    return Chosen(best, history)


def excess(answers: Answers, keep: Bools) -> float:
    """Accuracy minus chance on a set; 0 where the adversary does not apply to any of it."""
    inside = keep & answers.applies
    return float((answers.right[inside] - answers.chance[inside]).mean()) if inside.any() else 0.0


@dataclass(frozen=True)
class Bound:
    """One bin of one adversary: which items, and right - chance of each."""

    items: NDArray[np.int64]
    gain: Floats


def bounds(answers: Answers, start: Bools) -> list[Bound]:
    """Split an adversary's items by how sure it is."""
    inside = np.flatnonzero(start & answers.applies)
    gain = answers.right[inside] - answers.chance[inside]
    if not len(inside):
        return []
    edges = np.unique(np.quantile(answers.confidence[inside], np.linspace(0, 1, BINS + 1)[1:-1]))
    place = np.searchsorted(edges, answers.confidence[inside], side="right")
    return [
        Bound(inside[place == number], gain[place == number])
        for number in np.unique(place)
        if (place == number).sum() >= SMALLEST_BIN
    ]


def largest(rows: list[Bound], slack: float, start: Bools) -> Bools:
    """Solve the programme: the largest subset of `start` that keeps every bound.

    Fractional items are at most as many as bounds that bind; they are left out.
    """
    inside = np.flatnonzero(start)
    place = np.full(len(start), -1, dtype=np.int64)
    place[inside] = np.arange(len(inside))
    data, row, column = [], [], []
    for number, bound in enumerate(rows):
        for side, sign in enumerate((1.0, -1.0)):
            data.append(sign * bound.gain - slack)
            row.append(np.full(len(bound.items), 2 * number + side))
            column.append(place[bound.items])
    matrix = csr_array(
        (np.concatenate(data), (np.concatenate(row), np.concatenate(column))), shape=(2 * len(rows), len(inside))
    )
    solved = linprog(-np.ones(len(inside)), A_ub=matrix, b_ub=np.zeros(2 * len(rows)), bounds=(0, 1), method="highs")
    if solved.x is None:  # x = 0 keeps every bound, so only a broken call can fail
        raise RuntimeError(f"the selection programme ended with: {solved.message}")
    keep = np.zeros(len(start), dtype=bool)
    keep[inside] = solved.x > 1 - 1e-6
    return keep
