"""The loop of iterative bias pruning: score the remaining items, remove a batch from the top, score again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Stop = Literal["budget", "early_stop", "no_candidates"]
"""Why pruning ended: the budget was spent, no score was above tau, or the floor protected all remaining items."""


Score = Callable[[list[str]], Iterable[float]]
"""Returns the scores of the remaining items of one type, given their ids; NaN for items without a score."""


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
    """The items that one group lost.

    Attributes:
        removed: The removed items, in the order of removal.
        stop: Why pruning ended.
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
    """Remove the highest scores batch by batch, and score the remaining items before each batch.

    Args:
        types: Item id -> the type within which it is scored.
        score: Scores the remaining items of one type.
        budget: Most items to remove.
        batch: Items to remove between two scorings.
        floor: Fewest items of each type that remain.
        tau: Score at which pruning stops; None prunes until the budget is reached.

    Example:
        >>> prune({"a": "t", "b": "t", "c": "t"}, lambda ids: [0.9] * len(ids), budget=2, batch=1, floor=2)
        Pruning(removed=(Removal(id='a', score=0.9, round=1),), stop='no_candidates')
    """
    remaining: dict[str, set[str]] = defaultdict(set)
    for item, kind in types.items():
        remaining[kind].add(item)
    scores: dict[str, float] = {}
    removed: list[Removal] = []
    stale = set(remaining)  # types that lost items; another type would be fitted on the same items again
    round_number = 0
    while len(removed) < budget:
        round_number += 1
        for kind in stale:
            ids = sorted(remaining[kind])
            # Rounded, so that ids resolve ties, and not the last digits of a sum.
            scores.update((item, round(float(s), 12)) for item, s in zip(ids, score(ids), strict=True))
        ranked = sorted(
            (-scores[item], item) for ids in remaining.values() for item in ids if scores[item] == scores[item]
        )
        if tau is not None and ranked and -ranked[0][0] <= tau:
            return Pruning(tuple(removed), "early_stop")
        size = min(batch, budget - len(removed))
        taken: list[Removal] = []
        for negative, item in ranked:
            if len(taken) < size and len(remaining[types[item]]) > floor:
                remaining[types[item]].remove(item)
                taken.append(Removal(item, -negative, round_number))
        if not taken:
            return Pruning(tuple(removed), "no_candidates")
        removed += taken
        stale = {types[removal.id] for removal in taken}
    return Pruning(tuple(removed), "budget")


def shares(sizes: Mapping[str, int], total: int) -> dict[str, int]:
    """Divide `total` in proportion to `sizes`, by largest remainder; ties are resolved by name.

    Example:
        >>> shares({"a": 5, "b": 3, "c": 2}, 4)
        {'a': 2, 'b': 1, 'c': 1}
    """
    everything = sum(sizes.values())
    exact = {name: divmod(total * size, everything) for name, size in sorted(sizes.items())}
    spare = total - sum(whole for whole, _ in exact.values())
    favoured = sorted(exact, key=lambda name: -exact[name][1])[:spare]
    return {name: whole + (name in favoured) for name, (whole, _) in exact.items()}
