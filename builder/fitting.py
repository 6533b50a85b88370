"""Fit one baseline on some rows of a problem and score others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from builder.baselines.baseline import Baseline
from builder.baselines.problem import Floats, Ints, Problem, count


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
        return _named(scores, problem.item[inside], problem.label[inside], known)
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
        "prediction": known[scores.argmax(axis=1)],
        "confidence": scores.max(axis=1),
        "p_gold": (scores * match).sum(axis=1, dtype=np.float32),
    }


def _drawn(score: Floats, item: Ints, gold: Ints) -> dict[str, NDArray[np.generic]]:
    """Prediction and gold probability where an item's options compete; rows of an item are adjacent."""
    start = np.flatnonzero(np.diff(item, prepend=item[0] - 1))
    size = np.diff(start, append=len(item))
    number = np.repeat(np.arange(len(start)), size)
    total = np.bincount(number, weights=score)
    share = 1 / size[number]
    np.divide(score, total[number], out=share, where=total[number] > 0)
    # Ties go to the first option: their order is a hash, so that is a fair draw and the same every time.
    best = np.lexsort((np.arange(len(item)), -share, number))[start]
    return {
        "item": item[start],
        "prediction": best - start,
        "confidence": share[best].astype(np.float32),
        "p_gold": np.bincount(number, weights=share * gold).astype(np.float32),
    }
