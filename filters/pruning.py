"""The loop of iterative bias pruning: score what is left, remove a batch from the top, score again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Stop = Literal["budget", "early_stop", "no_candidates"]
"""Why pruning ended: enough was removed, no score was above tau, or the floor held back whatever was left."""


Score = Callable[[list[str]], Iterable[float]]
"""Scores the remaining items of one type, which it gets by id; NaN where it cannot."""


@dataclass(frozen=True)
class Removal:
    """One removed item.

    Attributes:
        id: The item.
        score: Its score when it was removed.
        round: The round in which it was removed, from 1.
    """

    id: str
    score: float
    round: int


@dataclass(frozen=True)
class Pruning:
    """What one group of items lost.

    Attributes:
        removed: In the order of removal.
        stop: Why no more was removed.
    """

    removed: tuple[Removal, ...]
    stop: Stop


def prune(
    types: Mapping[str, str],
    score: Score,
    *,
    budget: int,
    batch: int,
    floor: int,
    tau: float | None = None,
) -> Pruning:
    """Remove the highest scores batch by batch, scoring what is left before each batch.

    Args:
        types: Item id -> the type within which it is scored.
        score: Scores the remaining items of one type.
        budget: Items to remove at most.
        batch: Items to remove between two scorings.
        floor: Items of each type that are left at least.
        tau: Score at which pruning stops; None prunes until the budget is reached.

    Example:
        >>> prune({"a": "t", "b": "t", "c": "t"}, lambda ids: [0.9] * len(ids), budget=2, batch=1, floor=2)
        Pruning(removed=(Removal(id='a', score=0.9, round=1),), stop='no_candidates')
    """
    left: dict[str, set[str]] = defaultdict(set)
    for item, kind in types.items():
        left[kind].add(item)
    scores: dict[str, float] = {}
    removed: list[Removal] = []
    stale = set(left)  # a type from which nothing was removed would only be fitted on the same items again
    turn = 0
    while len(removed) < budget:
        turn += 1
        for kind in stale:
            ids = sorted(left[kind])
            # Rounded, so that the last digits of a sum decide no tie; ids do.
            scores.update((item, round(float(s), 12)) for item, s in zip(ids, score(ids), strict=True))
        ranked = sorted((-scores[item], item) for ids in left.values() for item in ids if scores[item] == scores[item])
        if tau is not None and ranked and -ranked[0][0] <= tau:
            return Pruning(tuple(removed), "early_stop")
        size = min(batch, budget - len(removed))
        taken: list[Removal] = []
        for negative, item in ranked:
            if len(taken) < size and len(left[types[item]]) > floor:
                left[types[item]].remove(item)
                taken.append(Removal(item, -negative, turn))
        if not taken:
            return Pruning(tuple(removed), "no_candidates")
        removed += taken
        stale = {types[removal.id] for removal in taken}
    return Pruning(tuple(removed), "budget")


def shares(sizes: Mapping[str, int], total: int) -> dict[str, int]:
    """Share `total` out in proportion to `sizes`, by largest remainder; equal remainders go by name.

    Example:
        >>> shares({"a": 5, "b": 3, "c": 2}, 4)
        {'a': 2, 'b': 1, 'c': 1}
    """
    everything = sum(sizes.values())
    exact = {name: divmod(total * size, everything) for name, size in sorted(sizes.items())}
    spare = total - sum(whole for whole, _ in exact.values())
    favoured = sorted(exact, key=lambda name: -exact[name][1])[:spare]
    return {name: whole + (name in favoured) for name, (whole, _) in exact.items()}
