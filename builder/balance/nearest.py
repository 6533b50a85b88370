"""Mined partners: of all items at a vertex with another answer, the nearest in the side that differs.

Image partners are items of one question, compared by picture; question partners are items of one image, compared by
question. The cost is that of neighbour search inside each vertex, never between vertices.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from twokeys.builder.measure.neighbours import Index
from twokeys.core.partners import NONE, Ints, partners

Floats = NDArray[np.float32]
BLOCK = 512
"""Items that are matched at once: an assignment's time grows with the cube of it."""
SMALL = 256
"""Items at a vertex up to which all similarities are one matrix; FAISS beyond."""
SPARE = 2
"""Contents asked for: the nearest may be the item's own."""


def nearest_other(vertex: Ints, answer: Ints, content: Ints, vectors: Floats) -> tuple[Ints, Floats]:
    """Find every item's nearest counterfactual, whoever else has it as a partner.

    Args:
        vertex: (n,) the shared side: question codes for image partners, image codes for question partners.
        answer: (n,) answer codes.
        content: (n,) row of the item's other side in `vectors`.
        vectors: (m, d) unit vectors.

    Returns:
        (n,) index of the nearest item of the same vertex with another answer and another content, `NONE` where there is
        none (ties go to the smaller index); (n,) its cosine similarity, NaN where there is none.
    """
    found = np.full(len(vertex), NONE, dtype=np.int64)
    similarity = np.full(len(vertex), np.nan, dtype=np.float32)
    for items in at_vertices(vertex):
        kinds = np.unique(answer[items])
        for kind in kinds if len(kinds) > 1 else ():
            asking, asked = items[answer[items] == kind], items[answer[items] != kind]
            index, score = _nearest(content[asking], content[asked], vectors)
            hit = index >= 0
            found[asking[hit]] = asked[index[hit]]
            similarity[asking] = score
    return found, similarity


def _nearest(asking: Ints, asked: Ints, vectors: Floats) -> tuple[Ints, Floats]:
    """Nearest of `asked` to each of `asking` that is other content; -1 and NaN where there is none."""
    # Each content once, at its first place: many items may show the content that an item must not get.
    places = np.sort(np.unique(asked, return_index=True)[1])
    shown = asked[places]
    if len(asking) + len(shown) <= SMALL:
        cosine = vectors[asking] @ vectors[shown].T
        order = np.argsort(-cosine, axis=1, kind="stable")[:, :SPARE]
        cosine = np.take_along_axis(cosine, order, axis=1)
    else:
        cosine, order = Index(vectors[shown]).nearest(vectors[asking], SPARE)
    usable = (order >= 0) & (shown[order] != asking[:, None])
    first = usable.argmax(axis=1)
    rows = np.arange(len(asking))
    none = ~usable[rows, first]
    index, score = places[order[rows, first]].astype(np.int64), cosine[rows, first].astype(np.float32)
    index[none], score[none] = NONE, np.nan
    return index, score


def matched_partners(vertex: Ints, answer: Ints, content: Ints, vectors: Floats) -> Ints:
    """Give every item a near partner such that every item is the partner of exactly one other.

    As `twokeys.core.partners.partners`, which it takes as proof that this can be done: a vertex's items are sorted by
    answer and cut in halves, and no answer is in both halves at the same place. Instead of the same place, the best
    assignment between the halves is taken (Jonker and Volgenant 1987); where the number of items is odd, the best of
    all to all. Large vertices are assigned in blocks of items that lie near each other along their principal axis;
    large odd ones keep the step.

    Args:
        vertex: (n,) the shared side.
        answer: (n,) answer codes.
        content: (n,) row of the item's other side in `vectors`.
        vectors: (m, d) unit vectors.

    Returns:
        (n,) index of the partner; `NONE` where an unbalanced vertex leaves none. Where a vertex has an even number of
        items, the partner's partner is the item itself.
    """
    found = partners(vertex, answer)
    for items in at_vertices(vertex):
        for left, right in _blocks(items, answer, content, vectors):
            # Rounded, so that the last bit of a product does not choose.
            cost = np.round(1 - vectors[content[left]] @ vectors[content[right]].T, 4)
            wrong = (answer[left][:, None] == answer[right]) | (content[left][:, None] == content[right])
            rows, columns = linear_sum_assignment(np.where(wrong, 4.0 * len(left), cost.astype(np.float64)))
            partner = np.where(wrong[rows, columns], NONE, right[columns])
            found[left[rows]] = partner
            if left is not right:
                found[right[columns]] = np.where(wrong[rows, columns], NONE, left[rows])
    return found


def at_vertices(vertex: Ints) -> Iterator[Ints]:
    """Items of each vertex that has two or more, in ascending order."""
    order = np.argsort(vertex, kind="stable")
    for items in np.split(order, np.flatnonzero(np.diff(vertex[order])) + 1):
        if len(items) > 1:
            yield items


def _blocks(items: Ints, answer: Ints, content: Ints, vectors: Floats) -> Iterator[tuple[Ints, Ints]]:
    """Cut a vertex into halves to be matched with each other; one block twice where their number is odd."""
    along = np.zeros(len(items))
    if len(items) > 2 * BLOCK:
        own = vectors[content[items]]
        axis = np.linalg.eigh(np.cov(own.T, dtype=np.float64))[1][:, -1]
        along = np.round(own @ axis, 4)
    ordered = items[np.lexsort((items, along, answer[items]))]
    if len(items) % 2:
        # Larger odd vertices keep the partners of the step: they do not fall into halves.
        if len(items) <= 2 * BLOCK:
            yield ordered, ordered
        return
    half = len(ordered) // 2
    for start in range(0, half, BLOCK):
        stop = min(start + BLOCK, half)
        yield ordered[start:stop], ordered[half + start : half + stop]
