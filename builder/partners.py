"""Counterfactual partners and quads inside a set: who differs from whom in one modality and in the answer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
NONE = -1
"""Marks an item without partner or quad."""


def partners(vertex: Ints, answer: Ints) -> Ints:
    """Give every item a partner at the same vertex with another answer.

    Sort a vertex's d items by answer and step d // 2 ahead, cyclically: no answer holds more than d // 2 of a balanced
    vertex, so the step always leaves the item's own answer. Every item is then the partner of exactly one other; where
    d is even the partner's partner is the item itself.

    Args:
        vertex: (n,) the shared side: question codes for image partners, image codes for question partners.
        answer: (n,) answer codes.

    Returns:
        (n,) index of the partner; `NONE` where the step lands on the same answer (only at unbalanced vertices).

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
    found = np.full(len(vertex), NONE, dtype=np.int64)
    found[order] = np.where(answer[target] == answer[order], NONE, target)
    return found


def quads(question: Ints, image: Ints, answer: Ints) -> Ints:
    """Pack items into disjoint quads: two questions by two images, answers a b / b a.

    Greedy in item order, so the packing is maximal (no further quad fits) but not always the largest possible.

    Returns:
        (n,) number of the item's quad, from 0; `NONE` for items in none.
    """
    edge: dict[tuple[int, int, int], int] = {}
    images_of: dict[tuple[int, int], set[int]] = {}
    questions_of: dict[int, list[int]] = {}
    for index, (q, i, a) in enumerate(zip(question.tolist(), image.tolist(), answer.tolist(), strict=True)):
        edge.setdefault((q, i, a), index)
        images_of.setdefault((q, a), set()).add(i)
        questions_of.setdefault(i, []).append(index)
    quad = np.full(len(question), NONE, dtype=np.int64)
    number = 0
    for first in range(len(question)):
        if quad[first] != NONE:
            continue
        found = _complete(first, question, image, answer, quad, edge, images_of, questions_of[int(image[first])])
        if found is None:
            continue
        quad[[first, *found]] = number
        number += 1
        for index in (first, *found):
            images_of[int(question[index]), int(answer[index])].discard(int(image[index]))
    return quad


def _complete(
    first: int,
    question: Ints,
    image: Ints,
    answer: Ints,
    quad: Ints,
    edge: dict[tuple[int, int, int], int],
    images_of: dict[tuple[int, int], set[int]],
    beside: list[int],
) -> tuple[int, int, int] | None:
    """The other three items of a quad that holds item `first`: beside it, below it, and across."""
    q1, a, here = int(question[first]), int(answer[first]), int(image[first])
    for second in beside:
        q2, b = int(question[second]), int(answer[second])
        if q2 == q1 or b == a or quad[second] != NONE:
            continue
        # Other images on which the first question is answered b and the second a; the smallest, to be the same always.
        shared = (images_of.get((q1, b), set()) & images_of.get((q2, a), set())) - {here}
        if shared:
            other = min(shared)
            return second, edge[q1, other, b], edge[q2, other, a]
    return None
