"""Published ways to select a set, on plain arrays: what our own selection has to beat.

Each takes what it is told about the items and returns which of them to keep, (n,). None of them looks at the set that
it leaves; the certificate does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from builder.audited.statistics import Bools, Floats, Ints
from filters.aflite import AFLite
from filters.iterative_bias_pruning import IterativeBiasPruning
from filters.pruning import prune

Score = Callable[[Ints], Floats]
"""Scores the remaining items, given by position (m,): the higher, the sooner an item is removed."""


def random_removal(n: int, size: int, seed: int = 0) -> Bools:
    """Keep `size` of `n` items at random: the control of every other way."""
    keep = np.zeros(n, dtype=bool)
    keep[np.random.default_rng(seed).permutation(n)[:size]] = True
    return keep


def signed_gaps(scores: Floats, gold: Ints) -> Floats:
    """Gap between the gold option and the best other one.

    Args:
        scores: (n, c) probabilities of the options; NaN where an item has fewer than c.
        gold: (n,) position of the gold option.

    Returns:
        (n,) gaps in [-1, 1], positive where the gold option wins.
    """
    rows = np.arange(len(gold))
    others = np.where(np.isnan(scores), -np.inf, scores)
    others[rows, gold] = -np.inf
    return np.asarray(scores[rows, gold] - others.max(axis=1), dtype=np.float64)


def symmetric_grid(first: Floats, second: Floats, cells: int = 50, bins: int = 10, seed: int = 0) -> Bools:
    """Refine as SugarCrepe does (Hsieh et al., NeurIPS 2023): make two blind scorers' gaps symmetric about zero.

    Gaps fall into a grid of `cells` by `cells` on their absolute values, one for each pair of signs. A cell and its
    opposite, with both signs turned, keep as many items as the emptier of the two holds, drawn at random. Items with
    one gap of zero are paired in the same way on the other gap alone, in `bins` bins; items with two are kept.

    Args:
        first: (n,) one scorer's gaps in [-1, 1].
        second: (n,) the other's.
        cells: Cells a side.
        bins: Bins where one gap is zero.
        seed: Seed of the draw.
    """
    signs = np.sign(np.stack([first, second])).astype(np.int64)
    zeros = (signs == 0).sum(axis=0)
    number = np.where(zeros == 1, bins, cells)
    place = np.minimum((np.abs([first, second]) * number).astype(np.int64), number - 1)
    # Opposite cells have the same absolute values and the same relation of signs; they differ in the first sign.
    side = np.where(signs[0] != 0, signs[0], signs[1])
    pair = np.unique(np.concatenate([place, signs * side]), axis=1, return_inverse=True)[1].reshape(-1)
    cell = 2 * pair + (side > 0)
    fewer = np.bincount(cell, minlength=2 * int(pair.max(initial=-1)) + 2).reshape(-1, 2).min(axis=1)
    order = np.lexsort((np.random.default_rng(seed).random(len(cell)), cell))
    rank = np.empty(len(cell), dtype=np.int64)
    rank[order] = np.arange(len(cell)) - np.searchsorted(cell[order], cell[order])
    return np.asarray((rank < fewer[pair]) | (zeros == 2), dtype=bool)


def pruned(score: Score, n: int, size: int, batch: int) -> Bools:
    """Prune to `size` of `n` items: remove the `batch` highest scores, score what is left, and so on.

    The loop of iterative bias pruning with any scorer; equal scores go by position.
    """
    names = [f"{position:09d}" for position in range(n)]
    done = prune(
        dict.fromkeys(names, "all"),
        lambda ids: score(np.array(ids, dtype=np.int64)),
        budget=n - size,
        batch=batch,
        floor=0,
    )
    return _without(n, [removal.id for removal in done.removed])


def iterative_bias_pruning(
    vectors: Floats, labels: Ints, groups: Ints, types: Ints, size: int, *, batch: int = 50, floor: int = 0,
    trees: int = 100, seed: int = 42,
) -> Bools:  # fmt: skip
    """Prune to `size` by cross-fitted forests: the rule `iterative-bias-pruning` on arrays.

    Args:
        vectors: (n, d) features.
        labels: (n,) answer codes.
        groups: (n,) group codes; groups share a fold.
        types: (n,) answer types; each has forests of its own.
        size: Items to keep; more stay only where `floor` holds them.
        batch: Items to remove between two refits.
        floor: Items of each type that are left at least.
        trees: Trees of each forest.
        seed: Seed of folds and forests.
    """
    rule = IterativeBiasPruning(budget=len(labels) - size, batch=batch, floor=floor, trees=trees, seed=seed)
    table = _table(labels) | {
        "question.lexical": list(vectors),
        "answer_type": [f"type {code}" for code in types],
        "group": [f"group {code}" for code in groups],
    }
    return _without(len(labels), rule.decide(pd.DataFrame(table)))


def aflite(
    vectors: Floats, labels: Ints, size: int, *, partitions: int = 64, slice_size: float = 0.02, threshold: float = 0.0,
    seed: int = 0,
) -> Bools:  # fmt: skip
    """Prune to `size` by adversarial filtering: the rule `aflite` on arrays.

    Args:
        vectors: (n, d) features.
        labels: (n,) answer codes.
        size: Items to keep.
        partitions: Random partitions a round.
        slice_size: Share of the items to remove a round.
        threshold: Predictability from which an item may be removed. The published 0.75 ends when too few items reach
            it; 0 goes on to the stated size, so that methods can be compared at equal sizes.
        seed: Seed of the partitions.
    """
    n = len(labels)
    rule = AFLite("vectors", size / n, partitions, slice_size=slice_size, threshold=threshold, seed=seed)
    return _without(n, rule.decide(pd.DataFrame(_table(labels) | {"vectors": list(vectors)})))


def _table(labels: Ints) -> dict[str, list[object]]:
    return {"id": [f"{place:09d}" for place in range(len(labels))], "answer": [f"answer {code}" for code in labels]}


def _without(n: int, removed: Iterable[str]) -> Bools:
    keep = np.ones(n, dtype=bool)
    keep[[int(name) for name in removed]] = False
    return keep
