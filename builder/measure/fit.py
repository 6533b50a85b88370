"""Fit one baseline on some rows of a problem and score others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twokeys.builder.measure.baselines.baseline import Baseline
from twokeys.builder.measure.baselines.problem import Floats, Ints, Problem, count

EVEN = 1e-6
"""Scores that differ by less are even, and the first of even ones is predicted: the more frequent answer, or the option
that comes first. Otherwise a last bit would decide, which machines and numbers of threads do not share."""


def fit_and_score(
    problem: Problem,
    baseline: Baseline,
    inside: NDArray[np.bool_],
    outside: NDArray[np.bool_],
    max_answers: int,
    seed: int,
) -> dict[str, NDArray[np.generic]] | None:
    """Fit a baseline on some rows and score others.

    Args:
        problem: The problem.
        baseline: The baseline.
        inside: (n,) rows to score.
        outside: (n,) rows to fit on.
        max_answers: Answers outside the most frequent ones of the fitted rows are never predicted.
        seed: For everything random.

    Returns:
        `item`, `prediction` (an answer code, or the place of an option), `confidence` and `p_gold`, per item; None
        where there is nothing to learn from.
    """
    # An option is gold or not, in that order.
    known = _known(problem.label[outside], max_answers) if problem.form == "answer" else np.arange(2)
    train = outside & np.isin(problem.label, known)
    if not train.any():
        return None
    place = np.argsort(known)
    label = place[np.searchsorted(known[place], problem.label[train])]
    names = tuple(problem.names[code] for code in known) if problem.form == "answer" else ()
    counts = count(problem.content[train], label, len(known), names)
    test, row = np.unique(problem.content[inside], return_inverse=True)
    scores = baseline.predict(problem, counts, test, seed)[row]
    if problem.form == "answer":
        if not len(problem.offer):
            return _named(scores, problem.item[inside], problem.label[inside], known)
        return _held(scores, problem, inside, known)
    gold_class = int(np.flatnonzero(known == 1)[0])
    return _drawn(scores[:, gold_class], problem.item[inside], problem.label[inside])


def _known(labels: Ints, limit: int) -> Ints:
    """The most frequent labels, most frequent first: argmax then breaks ties towards the frequent answer."""
    names, counts = np.unique(labels, return_counts=True)
    return np.asarray(names[np.lexsort((names, -counts))][:limit], dtype=np.int64)


def _named(scores: Floats, item: Ints, gold: Ints, known: Ints) -> dict[str, NDArray[np.generic]]:
    """Prediction and gold probability where the answer is named."""
    match = known[None, :] == gold[:, None]
    return {
        "item": item,
        "prediction": known[first_of_best(scores)],
        "confidence": scores.max(axis=1),
        "p_gold": (scores * match).sum(axis=1, dtype=np.float32),
    }


def _held(scores: Floats, problem: Problem, inside: NDArray[np.bool_], known: Ints) -> dict[str, NDArray[np.generic]]:
    """The same where an item's answer is one of those that are offered: the scores of the others go to these."""
    offer = problem.offer[inside]
    offered, code = problem.offered
    place = np.full(len(problem.names), -1, dtype=np.int64)
    place[known] = np.arange(len(known))
    allowed = np.zeros((int(offered.max()) + 1, len(known)), dtype=bool)
    there = place[code] >= 0
    allowed[offered[there], place[code[there]]] = True
    held = scores * allowed[offer]
    total = held.sum(axis=1, keepdims=True)
    np.divide(held, total, out=held, where=total > 0)
    found = _named(held, problem.item[inside], problem.label[inside], known)
    # Nobody learnt anything of what is offered: the first is as good as any.
    first = code[np.searchsorted(offered, np.arange(len(allowed)))]
    found["prediction"] = np.where(total[:, 0] > 0, found["prediction"], first[offer])
    return found


def first_of_best(scores: Floats) -> NDArray[np.int64]:
    """(n,) the first column that holds the largest score of each row, up to `EVEN`.

    Example:
        >>> first_of_best(np.array([[0.2, 0.5, 0.5 + 1e-8], [0.3, 0.2, 0.5]])).tolist()
        [1, 2]
    """
    best: NDArray[np.int64] = (scores >= scores.max(axis=1, keepdims=True) - EVEN).argmax(axis=1)
    return best


def _drawn(score: Floats, item: Ints, gold: Ints) -> dict[str, NDArray[np.generic]]:
    """Prediction and gold probability where an item's options compete; rows of an item are adjacent."""
    start = np.flatnonzero(np.diff(item, prepend=item[0] - 1))
    size = np.diff(start, append=len(item))
    number = np.repeat(np.arange(len(start)), size)
    total = np.bincount(number, weights=score)
    share = 1 / size[number]
    np.divide(score, total[number], out=share, where=total[number] > 0)
    # Ties go to the first option: their order is a hash, so that is a fair draw and the same every time.
    behind = share < np.maximum.reduceat(share, start)[number] - EVEN
    best = np.lexsort((np.arange(len(item)), behind, number))[start]
    return {
        "item": item[start],
        "prediction": best - start,
        "confidence": share[best].astype(np.float32),
        "p_gold": np.bincount(number, weights=share * gold).astype(np.float32),
    }
