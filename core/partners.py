"""Counterfactual partners and quads inside a set: items that differ in one modality and in the answer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
NONE = -1
"""Marks an item without partner or quad."""


def partners(vertex: Ints, answer: Ints) -> Ints:
    """Give every item a partner at the same vertex with another answer.

    Sort a vertex's d items by answer and step d // 2 ahead, cyclically. At a balanced vertex no answer holds more than
    d // 2 items, so the step always reaches another answer. Every item is then the partner of exactly one other item.
    If d is even, the partner's partner is the item itself.

    Args:
        vertex: (n,) the shared side: question codes for image partners, image codes for question partners.
        answer: (n,) answer codes.

    Returns:
        (n,) index of the partner; `NONE` if the step lands on the same answer (only at unbalanced vertices).

    Example:
        >>> partners(np.array([0, 0, 0, 0]), np.array([0, 1, 0, 1])).tolist()
        [1, 0, 3, 2]
    """
    order = np.lexsort((np.arange(len(vertex)), answer, vertex))
    degree = np.bincount(vertex)
    start = np.concatenate(([0], np.cumsum(degree)[:-1]))
    at = vertex[order]
    position = np.arange(len(order)) - start[at]
    target = order[start[at] + (position + degree[at] // 2) % degree[at]]
    partner = np.full(len(vertex), NONE, dtype=np.int64)
    partner[order] = np.where(answer[target] == answer[order], NONE, target)
    return partner


def quads(question: Ints, image: Ints, answer: Ints) -> Ints:
    """Pack items into disjoint quads: two questions by two images, answers a b / b a.

    The packing is greedy in item order: it is maximal (no further quad fits) but not always the largest possible.

    Returns:
        (n,) number of the item's quad, from 0; `NONE` for items in no quad.
    """
    items = list(zip(question.tolist(), image.tolist(), answer.tolist(), strict=True))
    free = _Free(items)
    quad = [NONE] * len(items)
    number = 0
    for first in range(len(items)):
        if quad[first] != NONE:
            continue
        others = _complete(first, items, quad, free)
        if others is None:
            continue
        for index in (first, *others):
            quad[index] = number
            free.take(items[index])
        number += 1
    return np.array(quad, dtype=np.int64)


Item = tuple[int, int, int]
"""Question, image and answer of an item."""


class _Free:
    """Items that are not yet in a quad.

    Attributes:
        index: (question, image, answer) -> the first such item.
        beside: Image -> its items.
    """

    def __init__(self, items: list[Item]) -> None:
        self.index: dict[Item, int] = {}
        self.beside: dict[int, list[int]] = {}
        self._images: dict[tuple[int, int], set[int]] = {}
        self._shared: dict[tuple[int, int, int, int], list[int]] = {}
        for index, (q, i, a) in enumerate(items):
            self.index.setdefault((q, i, a), index)
            self.beside.setdefault(i, []).append(index)
            self._images.setdefault((q, a), set()).add(i)

    def take(self, item: Item) -> None:
        """Record that an item is in a quad now."""
        q, i, a = item
        self._images[q, a].discard(i)

    def other(self, q1: int, b: int, q2: int, a: int, here: int) -> int | None:
        """Return the smallest image except `here` whose answer to `q1` is `b` and whose answer to `q2` is `a`."""
        on_first, on_second = self._images.get((q1, b)), self._images.get((q2, a))
        if not on_first or not on_second:
            return None
        # Images are only ever removed, so each intersection is computed once and then consumed from its end.
        case = (q1, b, q2, a) if q1 < q2 else (q2, a, q1, b)
        shared = self._shared.get(case)
        if shared is None:
            shared = self._shared[case] = sorted(on_first & on_second, reverse=True)
        while shared and not (shared[-1] in on_first and shared[-1] in on_second):
            shared.pop()
        return next((i for i in reversed(shared) if i != here and i in on_first and i in on_second), None)


def _complete(first: int, items: list[Item], quad: list[int], free: _Free) -> tuple[int, int, int] | None:
    """Return the other three items of a quad with item `first`: at its image, at its question, and opposite."""
    q1, here, a = items[first]
    for second in free.beside[here]:
        q2, _, b = items[second]
        if q2 == q1 or b == a or quad[second] != NONE:
            continue
        other = free.other(q1, b, q2, a, here)
        if other is not None:
            return second, free.index[q1, other, b], free.index[q2, other, a]
    return None
