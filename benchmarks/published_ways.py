"""Published ways to select a set, on plain arrays, as a comparison for the selection of twokeys.

Each takes what it is told about the items and returns which of them to keep, (n,). None of them looks at the set that
it leaves; the certificate does.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from twokeys.core.intervals.excess import Bools, Floats, Ints
from twokeys.filters.aflite import AFLite
from twokeys.filters.iterative_bias_pruning import IterativeBiasPruning
from twokeys.filters.symmetric_grid import SymmetricGrid


def random_removal(n: int, size: int, seed: int = 0) -> Bools:
    """Keep `size` of `n` items at random: the control of every other way."""
    keep = np.zeros(n, dtype=bool)
    keep[np.random.default_rng(seed).permutation(n)[:size]] = True
    return keep


def symmetric_grid(first: Floats, second: Floats, cells: int = 50, bins: int = 10, seed: int = 0) -> Bools:
    """Refine as SugarCrepe does: the rule `symmetric-grid` on arrays.

    Args:
        first: (n,) one scorer's gaps in [-1, 1].
        second: (n,) the other's.
        cells: Cells a side.
        bins: Bins where one gap is zero.
        seed: Seed of the draw.
    """
    n = len(first)
    rule = SymmetricGrid(first="first", second="second", cells=cells, bins=bins, seed=seed)
    gaps = {"first.p_gold": (first + 1) / 2, "second.p_gold": (second + 1) / 2}
    table = (
        _table(np.zeros(n, dtype=np.int64)) | gaps | {"answer_type": ["yes/no"] * n, "choices": [[] for _ in range(n)]}
    )
    return _without(n, rule.decide(pd.DataFrame(table)))


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
