"""Selection for the audited tier: the largest set on which no adversary of a family beats chance or falls below it.

Published methods drop items that a blind model gets right. That lowers its score even on pure noise, and plants the
inverse cue: the remaining items are those that the model gets wrong, so a model that answers the opposite is right.
Here a linear programme chooses the set, `maximise sum w_i x_i` over the bounds of
`twokeys.builder.certify.audited.bounds`, `0 <= x_i <= 1`: every adversary is bounded from both sides, on all items and
in every part that the certificate covers.

Balance comes first: exact keys, then clusters of paraphrases and features. Remaining shortcuts are pruned in rounds,
since an adversary that is refitted on the chosen set detects other cues: each round adds the bounds of freshly fitted
adversaries to all bounds before (cutting planes). No item is dropped for good: it can return in a later round, and an
added counterfactual partner can save its counterpart from pruning. The programme has few rows, so almost all x are 0
or 1. Declared pairs share an x.

The set is a function of the items alone, not of the last bits in which machines and numbers of threads differ. Only
counts enter the programme: right or wrong, chance, and the bin of a confidence, whose edges lie in gaps
(`twokeys.builder.certify.audited.bounds.edges`). Among optima of equal weight the ids of items decide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

from twokeys.builder.certify.audited.bounds import Answers, Bools, Bound, Floats, Ints, adversary_bounds
from twokeys.core.items import digest

Ask = Callable[[Bools], list[Answers]]
"""Fits the selection family and returns its answers to all items. It is fitted on the chosen items alone and on the
removed items alone, which keep the cues of the corpus, in grouped folds: no item is answered by a model that was fitted
on it or its group."""
SLACK = 0.25
"""Share of the margin that bounds allow: bounds from one set generalise imperfectly to the next, and a set at the
margin cannot be shown to be within it."""
KEPT = -1
"""Marks a kept item: no bound excludes it."""
TIE = 1e-3
"""Largest share of an item's weight that its id adds, to decide between sets of equal weight."""


@dataclass(frozen=True)
class Round:
    """One round of selection.

    Attributes:
        kept: Items in the set.
        excess: Deviation of each adversary, fitted on that set, from a guess or from chance, see `deviation`.
        worst: Largest deviation, in either direction, on all items or in a part; in a part it is scaled down by the
            part's size (see `far`).
    """

    kept: int
    excess: dict[str, float]
    worst: float


@dataclass(frozen=True)
class Chosen:
    """The selected set, and the rounds that led to it.

    Attributes:
        keep: (n,) the set.
        reasons: (n,) why an item is not in the set; empty for kept items.
        rounds: Results of each round.
        used: Number of the round that gave the set, from 0.
    """

    keep: Bools
    reasons: list[str]
    rounds: list[Round]
    used: int


def choose(
    ask: Ask,
    margin: float,
    rounds: int,
    weight: Floats,
    balance: Sequence[Bound] = (),
    parts: Sequence[Bools] = (),
    whole: Ints | None = None,
) -> Chosen:
    """Select by balance, then by rounds of bounding and refitting.

    Args:
        ask: The selection family.
        margin: Largest excess over chance, in either direction, that counts as chance.
        rounds: Most rounds.
        weight: (n,) positive weights; their sum over the set is maximised.
        balance: Bounds that hold from the first round on.
        parts: Items of each stratum, (n,).
        whole: (n,) code of the items that are kept or dropped together; if None, each item is separate.

    Returns:
        The set of the round whose refitted adversaries came nearest to chance. The search ends at the first set whose
        adversaries are all within `SLACK` of the margin. So a round that overshoots to the other side is undone.
    """
    rows, history = list(balance), list[Round]()
    keep, blame = largest(rows, weight, whole)
    best, best_round = (keep, _reasons(rows, blame)), Round(0, {}, np.inf)
    used = 0
    for number in range(rounds):
        answers = ask(keep)
        worst = max((far(each, keep, parts) for each in answers), default=0.0)
        this_round = Round(int(keep.sum()), {each.label: deviation(each, keep) for each in answers}, worst)
        history.append(this_round)
        if this_round.worst < best_round.worst:
            best, best_round, used = (keep, _reasons(rows, blame)), this_round, number
        if this_round.worst <= margin * SLACK or number == rounds - 1:
            break
        rows += [bound for each in answers for bound in adversary_bounds(each, margin * SLACK, parts)]
        fresh, blame = largest(rows, weight, whole)
        if not fresh.any() or (fresh == keep).all():
            break
        keep = fresh
    return Chosen(*best, history, used)


def _reasons(rows: Sequence[Bound], blame: Ints) -> list[str]:
    return ["" if row == KEPT else rows[row].reason for row in blame]


def excess(answers: Answers, keep: Bools) -> float:
    """Accuracy minus chance on a set; 0 if the adversary applies to none of its items."""
    inside = keep & answers.applies
    return float((answers.right[inside] - answers.chance[inside]).mean()) if inside.any() else 0.0


def deviation(answers: Answers, keep: Bools) -> float:
    """Deviation of an adversary: accuracy minus a guess or, negative, chance minus accuracy, whichever is larger."""
    inside = keep & answers.applies
    if not inside.any():
        return 0.0
    right = float(answers.right[inside].mean())
    above, below = right - float(answers.guess[inside].mean()), float(answers.chance[inside].mean()) - right
    return above if above >= below else -below


def far(answers: Answers, keep: Bools, parts: Iterable[Bools]) -> float:
    """Largest deviation on a set or in a part of it; a part counts by the square root of its share of the items."""
    everything = keep & answers.applies
    largest_deviation = abs(deviation(answers, keep))
    for part in parts:
        share = (everything & part).sum() / max(everything.sum(), 1)
        largest_deviation = max(largest_deviation, abs(deviation(answers, keep & part)) * float(np.sqrt(share)))
    return largest_deviation


def ties(weight: Floats, identities: Sequence[str]) -> Floats:
    """(n,) weights to which ids add a share of at most `TIE`, so that the heaviest set is unique."""
    added = [int(digest("tie", identity)[:12], 16) / 16**12 for identity in identities]
    return weight * (1 + TIE * np.array(added, dtype=np.float64))


def largest(rows: Sequence[Bound], weight: Floats, whole: Ints | None = None) -> tuple[Bools, Ints]:
    """Solve the programme: return the heaviest set of items that satisfies every bound, without fractional items.

    There are at most as many fractional items as binding bounds. They are removed, which can violate a bound by their
    weight in it.

    Args:
        rows: The bounds.
        weight: (n,) positive weights.
        whole: (n,) code of the items that are kept or dropped together; if None, each item is separate.

    Returns:
        (n,) the set, and (n,) the bound that is the strongest reason against each removed item. The reasons are ranked
        by the programme's prices: the price of a bound times the item's weight in it is the cost of keeping the item.
        `KEPT` for kept items.
    """
    n = len(weight)
    blame = np.full(n, KEPT, dtype=np.int64)
    if not rows:
        return np.ones(n, dtype=bool), blame
    # One variable for all items of a whole: their weights are added up, in the objective and in the bounds.
    place = np.arange(n) if whole is None else np.unique(whole, return_inverse=True)[1]
    units = int(place.max(initial=-1)) + 1
    row = np.repeat(np.arange(len(rows)), [len(bound.items) for bound in rows])
    item = np.concatenate([bound.items for bound in rows])
    data = np.concatenate([bound.weight for bound in rows])
    limit = np.array([bound.limit for bound in rows])
    matrix = csr_array((data, (row, place[item])), shape=(len(rows), units))
    gain = np.bincount(place, weights=weight, minlength=units)
    solved = linprog(-gain, A_ub=matrix, b_ub=limit, bounds=(0, 1), method="highs")
    if solved.x is None:  # x = 0 satisfies every bound, so only a broken call can fail
        raise RuntimeError(f"the selection programme ended with: {solved.message}")
    keep = np.asarray(solved.x[place] > 1 - 1e-6)
    cost = data * -solved.ineqlin.marginals[row]
    order = np.lexsort((-row, cost, item))  # the costliest bound of each item comes last, the first among equals
    last = np.flatnonzero(np.diff(item[order], append=-1))
    blame[item[order[last]]] = row[order[last]]
    blame[keep] = KEPT
    return keep, blame
