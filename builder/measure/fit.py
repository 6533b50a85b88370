"""Fit one baseline on some rows of a problem and score others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twokeys.builder.measure.baselines.baseline import Baseline
from twokeys.builder.measure.baselines.problem import Floats, Ints, Problem, count

EVEN = 1e-6
"""Scores that differ by less are equal, and the first of equal scores is predicted: the more frequent answer, or the
earlier option. Otherwise the last bit would decide, in which machines and numbers of threads differ."""


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
        max_answers: Only so many of the most frequent answers of the fitted rows are ever predicted.
        seed: Seed of everything random.

    Returns:
        `item`, `prediction` (an answer code, or the place of an option), `confidence` and `p_gold` of each item; None
        if there is nothing to learn from.
    """
    # Classes of options are 0 (not gold) and 1 (gold).
    classes = _frequent(problem.label[outside], max_answers) if problem.form == "answer" else np.arange(2)
    train = outside & np.isin(problem.label, classes)
    if baseline.most:
        train &= drawn(len(problem.text), baseline.most)[problem.content]
    if not train.any():
        return None
    place = np.argsort(classes)
    label = place[np.searchsorted(classes[place], problem.label[train])]
    names = tuple(problem.names[code] for code in classes) if problem.form == "answer" else ()
    counts = count(problem.content[train], label, len(classes), names)
    test, row = np.unique(problem.content[inside], return_inverse=True)
    scores = baseline.predict(problem, counts, test, seed)[row]
    if problem.form == "answer":
        if not len(problem.offer):
            return _named(scores, problem.item[inside], problem.label[inside], classes)
        return _among_offered(scores, problem, inside, classes)
    gold_class = int(np.flatnonzero(classes == 1)[0])
    return _drawn(scores[:, gold_class], problem.item[inside], problem.label[inside])


def drawn(contents: int, most: int) -> NDArray[np.bool_]:
    """(contents,) which contents of a problem are in the sample from which a family learns; all if they are few.

    Example:
        >>> drawn(3, 5).sum(), drawn(500, 20).sum()
        (np.int64(3), np.int64(20))
    """
    inside: NDArray[np.bool_] = np.random.default_rng(0).permutation(contents) < most
    return inside


def _frequent(labels: Ints, limit: int) -> Ints:
    """Return the most frequent labels, most frequent first: argmax then breaks ties towards the frequent answer."""
    names, counts = np.unique(labels, return_counts=True)
    return np.asarray(names[np.lexsort((names, -counts))][:limit], dtype=np.int64)


def _named(scores: Floats, item: Ints, gold: Ints, classes: Ints) -> dict[str, NDArray[np.generic]]:
    """Prediction and gold probability of items without options."""
    match = classes[None, :] == gold[:, None]
    return {
        "item": item,
        "prediction": classes[first_of_best(scores)],
        "confidence": scores.max(axis=1),
        "p_gold": (scores * match).sum(axis=1, dtype=np.float32),
    }


def _among_offered(
    scores: Floats, problem: Problem, inside: NDArray[np.bool_], classes: Ints
) -> dict[str, NDArray[np.generic]]:
    """The same for items whose answer is one of some offered answers, which share the scores of all other answers."""
    offer = problem.offer[inside]
    offered, code = problem.offered
    place = np.full(len(problem.names), -1, dtype=np.int64)
    place[classes] = np.arange(len(classes))
    allowed = np.zeros((int(offered.max()) + 1, len(classes)), dtype=bool)
    has_class = place[code] >= 0
    allowed[offered[has_class], place[code[has_class]]] = True
    shares = scores * allowed[offer]
    total = shares.sum(axis=1, keepdims=True)
    np.divide(shares, total, out=shares, where=total > 0)
    predicted = _named(shares, problem.item[inside], problem.label[inside], classes)
    # If no offered answer has a score, the first one is as good as any.
    first = code[np.searchsorted(offered, np.arange(len(allowed)))]
    predicted["prediction"] = np.where(total[:, 0] > 0, predicted["prediction"], first[offer])
    return predicted


def first_of_best(scores: Floats) -> NDArray[np.int64]:
    """(n,) the first column with the largest score of each row, up to `EVEN`.

    Example:
        >>> first_of_best(np.array([[0.2, 0.5, 0.5 + 1e-8], [0.3, 0.2, 0.5]])).tolist()
        [1, 2]
    """
    best: NDArray[np.int64] = (scores >= scores.max(axis=1, keepdims=True) - EVEN).argmax(axis=1)
    return best


def _drawn(score: Floats, item: Ints, gold: Ints) -> dict[str, NDArray[np.generic]]:
    """Prediction and gold probability of items with options; rows of an item are adjacent."""
    start = np.flatnonzero(np.diff(item, prepend=item[0] - 1))
    size = np.diff(start, append=len(item))
    number = np.repeat(np.arange(len(start)), size)
    total = np.bincount(number, weights=score)
    share = 1 / size[number]
    np.divide(score, total[number], out=share, where=total[number] > 0)
    # Ties go to the first option: the order of options is a hash, so this is a fair and reproducible draw.
    behind = share < np.maximum.reduceat(share, start)[number] - EVEN
    best = np.lexsort((np.arange(len(item)), behind, number))[start]
    return {
        "item": item[start],
        "prediction": best - start,
        "confidence": share[best].astype(np.float32),
        "p_gold": np.bincount(number, weights=share * gold).astype(np.float32),
    }
