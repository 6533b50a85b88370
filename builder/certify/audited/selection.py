"""Selection for the audited tier: the largest set on which no adversary of a family beats chance, or falls below it.

Published methods drop what a blind model gets right. That lowers its score on pure noise too, and plants the inverse
cue: what is left is what the model gets wrong, and one that answers the opposite is then right. Here the set is chosen
by a linear programme, `maximise sum w_i x_i` over the bounds of `twokeys.builder.certify.audited.bounds`, `0 <= x_i <=
1`: every adversary is bounded from both sides, on all items and in every part of which the certificate speaks.

Balance comes first: exact keys, then clusters of paraphrases and features. What is then left of shortcuts is pruned in
rounds, since an adversary fitted anew on the chosen set finds other cues: each round adds the bounds of freshly fitted
adversaries to all that came before (cutting planes). Nothing is dropped for good: an item that left in one round can
come back in the next, and a counterfactual partner that was added to the pool repairs what would else be pruned, since
it lets its counterpart stay. The programme has few rows, so almost all x are 0 or 1. Declared pairs share an x.

The set is a function of the items alone, not of the last bits in which machines and numbers of threads differ. What
enters the programme are counts: right or wrong, chance, the bin of a confidence whose edges lie in gaps
(`twokeys.builder.certify.audited.bounds.edges`); and among optima that weigh the same the weights of ties decide, which
come from ids.
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
"""Fits the selection family and asks it about all items: on the chosen items alone, and on those left out alone, which
keep the corpus's cues. In grouped folds, so that no item is answered by a model that saw it or its group."""
SLACK = 0.25
"""Share of the margin that bounds let through: what is fitted on one set generalises to the next only so far, and a
set at the margin cannot be shown to be within it."""
KEPT = -1
"""Stands for the bound that keeps an item out where none does."""
TIE = 1e-3
"""Share of an item's weight that its id adds to it, to decide between sets that would weigh the same."""


@dataclass(frozen=True)
class Round:
    """One round of selection.

    Attributes:
        kept: Items in the set.
        excess: What each adversary, fitted on that very set, gains over a guess, or lacks of chance, see `deviation`.
        worst: Largest of these, in either direction, on all items or in a part, where it counts as much less as a part
            of that size tells less.
    """

    kept: int
    excess: dict[str, float]
    worst: float


@dataclass(frozen=True)
class Chosen:
    """The selected set and how it came about.

    Attributes:
        keep: (n,) the set.
        reasons: (n,) why an item is not in it; empty where it is.
        rounds: What each round found.
        used: Number of the round whose set it is, from 0.
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
        margin: Largest excess over chance, in either direction, that may be called chance.
        rounds: Rounds at most.
        weight: (n,) positive weights to maximise the sum of.
        balance: Bounds that hold from the first round on.
        parts: (n,) each: items of a stratum.
        whole: (n,) code of the items that are kept or dropped together; None where each is alone.

    Returns:
        The set of the round whose refitted adversaries came nearest to chance; the first set whose adversaries all are
        within `SLACK` of the margin ends the search. A round that overshoots to the other side is thereby rolled back.
    """
    rows, history = list(balance), list[Round]()
    keep, blame = largest(rows, weight, whole)
    best, best_round = (keep, _reasons(rows, blame)), Round(0, {}, np.inf)
    used = 0
    for number in range(rounds):
        answers = ask(keep)
        worst = max((far(one, keep, parts) for one in answers), default=0.0)
        found = Round(int(keep.sum()), {one.label: deviation(one, keep) for one in answers}, worst)
        history.append(found)
        if found.worst < best_round.worst:
            best, best_round, used = (keep, _reasons(rows, blame)), found, number
        if found.worst <= margin * SLACK or number == rounds - 1:
            break
        rows += [bound for one in answers for bound in adversary_bounds(one, margin * SLACK, parts)]
        fresh, blame = largest(rows, weight, whole)
        if not fresh.any() or (fresh == keep).all():
            break
        keep = fresh
    return Chosen(*best, history, used)


def _reasons(rows: Sequence[Bound], blame: Ints) -> list[str]:
    return ["" if row == KEPT else rows[row].reason for row in blame]


def excess(answers: Answers, keep: Bools) -> float:
    """Accuracy minus chance on a set; 0 where the adversary does not apply to any of it."""
    inside = keep & answers.applies
    return float((answers.right[inside] - answers.chance[inside]).mean()) if inside.any() else 0.0


def deviation(answers: Answers, keep: Bools) -> float:
    """How far an adversary is from what it may do: accuracy over a guess, or, negative, what it lacks of chance."""
    inside = keep & answers.applies
    if not inside.any():
        return 0.0
    right = float(answers.right[inside].mean())
    above, below = right - float(answers.guess[inside].mean()), float(answers.chance[inside].mean()) - right
    return above if above >= below else -below


def far(answers: Answers, keep: Bools, parts: Iterable[Bools]) -> float:
    """The largest deviation on a set or in a part of it; of a part, as much of it as luck would leave of it on all."""
    everything = keep & answers.applies
    found = abs(deviation(answers, keep))
    for part in parts:
        share = (everything & part).sum() / max(everything.sum(), 1)
        found = max(found, abs(deviation(answers, keep & part)) * float(np.sqrt(share)))
    return found


def ties(weight: Floats, identities: Sequence[str]) -> Floats:
    """(n,) weights to which ids add up to `TIE`, so that one set alone is the heaviest."""
    added = [int(digest("tie", identity)[:12], 16) / 16**12 for identity in identities]
    return weight * (1 + TIE * np.array(added, dtype=np.float64))


def largest(rows: Sequence[Bound], weight: Floats, whole: Ints | None = None) -> tuple[Bools, Ints]:
    """Solve the programme: the heaviest set of items that keeps every bound, up to its fractional items.

    Fractional items are at most as many as bounds that bind; they are left out, which can loosen a bound by as much.

    Args:
        rows: The bounds.
        weight: (n,) positive weights.
        whole: (n,) code of the items that are kept or dropped together; None where each is alone.

    Returns:
        (n,) the set, and (n,) the bound that speaks most against each item left out, by the programme's prices: the
        price of a bound times the item's weight in it is what keeping the item would cost others. `KEPT` for kept
        items.
    """
    n = len(weight)
    blame = np.full(n, KEPT, dtype=np.int64)
    if not rows:
        return np.ones(n, dtype=bool), blame
    # One variable for all items of a whole: their weights, in the sum and in the bounds, are added up.
    place = np.arange(n) if whole is None else np.unique(whole, return_inverse=True)[1]
    units = int(place.max(initial=-1)) + 1
    row = np.repeat(np.arange(len(rows)), [len(bound.items) for bound in rows])
    item = np.concatenate([bound.items for bound in rows])
    data = np.concatenate([bound.weight for bound in rows])
    limit = np.array([bound.limit for bound in rows])
    matrix = csr_array((data, (row, place[item])), shape=(len(rows), units))
    gain = np.bincount(place, weights=weight, minlength=units)
    solved = linprog(-gain, A_ub=matrix, b_ub=limit, bounds=(0, 1), method="highs")
    if solved.x is None:  # x = 0 keeps every bound, so only a broken call can fail
        raise RuntimeError(f"the selection programme ended with: {solved.message}")
    keep = np.asarray(solved.x[place] > 1 - 1e-6)
    cost = data * -solved.ineqlin.marginals[row]
    order = np.lexsort((-row, cost, item))  # the costliest bound of each item last, the first of equals
    last = np.flatnonzero(np.diff(item[order], append=-1))
    blame[item[order[last]]] = row[order[last]]
    blame[keep] = KEPT
    return keep, blame
