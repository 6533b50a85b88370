"""Mined partners: among the items of a vertex with another answer, the nearest by the side that differs.

Image partners are items of one question, compared by image. Question partners are items of one image, compared by
question. The search for neighbours stays inside each vertex.
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
"""Items that are matched at once: the time of an assignment grows with the cube of this number."""
SMALL = 256
"""Up to so many items at a vertex, all similarities are one matrix; beyond, FAISS searches."""
SPARE = 2
"""Contents to search for: the nearest may be the content of the item itself."""


def nearest_other(vertex: Ints, answer: Ints, content: Ints, vectors: Floats) -> tuple[Ints, Floats]:
    """Find every item's nearest counterfactual; several items may have the same partner.

    Args:
        vertex: (n,) the shared side: question codes for image partners, image codes for question partners.
        answer: (n,) answer codes.
        content: (n,) row of the item's other side in `vectors`.
        vectors: (m, d) unit vectors.

    Returns:
        (n,) index of the nearest item of the same vertex with another answer and another content, `NONE` if there is
        none (ties go to the smaller index); (n,) the cosine similarity, NaN if there is none.
    """
    nearest = np.full(len(vertex), NONE, dtype=np.int64)
    similarity = np.full(len(vertex), np.nan, dtype=np.float32)
    for items in at_vertices(vertex):
        kinds = np.unique(answer[items])
        for kind in kinds if len(kinds) > 1 else ():
            queries, candidates = items[answer[items] == kind], items[answer[items] != kind]
            index, score = _nearest(content[queries], content[candidates], vectors)
            hit = index >= 0
            nearest[queries[hit]] = candidates[index[hit]]
            similarity[queries] = score
    return nearest, similarity


def _nearest(queries: Ints, candidates: Ints, vectors: Floats) -> tuple[Ints, Floats]:
    """Return the nearest candidate with another content for each query; `NONE` and NaN if there is none."""
    # Each content once, at its first place: many items may share the content of the query, which is not allowed.
    places = np.sort(np.unique(candidates, return_index=True)[1])
    distinct = candidates[places]
    if len(queries) + len(distinct) <= SMALL:
        cosine = vectors[queries] @ vectors[distinct].T
        order = np.argsort(-cosine, axis=1, kind="stable")[:, :SPARE]
        cosine = np.take_along_axis(cosine, order, axis=1)
    else:
        cosine, order = Index(vectors[distinct]).nearest(vectors[queries], SPARE)
    usable = (order >= 0) & (distinct[order] != queries[:, None])
    first = usable.argmax(axis=1)
    rows = np.arange(len(queries))
    none = ~usable[rows, first]
    index, score = places[order[rows, first]].astype(np.int64), cosine[rows, first].astype(np.float32)
    index[none], score[none] = NONE, np.nan
    return index, score


def matched_partners(vertex: Ints, answer: Ints, content: Ints, vectors: Floats) -> Ints:
    """Give every item a near partner such that every item is the partner of exactly one other.

    `twokeys.core.partners.partners` proves that this is possible: a vertex's items are sorted by answer and cut into
    halves, and no answer is at the same place of both halves. This function takes the best assignment between the
    halves instead of the same place (Jonker and Volgenant 1987). If the number of items is odd, it takes the best
    assignment of all items to all items. Large vertices are assigned in blocks of items that are near each other along
    their principal axis; large vertices with an odd number of items keep the partners of `partners`.

    Args:
        vertex: (n,) the shared side.
        answer: (n,) answer codes.
        content: (n,) row of the item's other side in `vectors`.
        vectors: (m, d) unit vectors.

    Returns:
        (n,) index of the partner; `NONE` if an unbalanced vertex offers none. If a vertex has an even number of items,
        the partner's partner is the item itself.
    """
    partner = partners(vertex, answer)
    for items in at_vertices(vertex):
        for first_half, second_half in _blocks(items, answer, content, vectors):
            # Rounded, so that the last bit of a product does not decide.
            cost = np.round(1 - vectors[content[first_half]] @ vectors[content[second_half]].T, 4)
            wrong = (answer[first_half][:, None] == answer[second_half]) | (
                content[first_half][:, None] == content[second_half]
            )
            rows, columns = linear_sum_assignment(np.where(wrong, 4.0 * len(first_half), cost.astype(np.float64)))
            partner[first_half[rows]] = np.where(wrong[rows, columns], NONE, second_half[columns])
            if first_half is not second_half:
                partner[second_half[columns]] = np.where(wrong[rows, columns], NONE, first_half[rows])
    return partner


def at_vertices(vertex: Ints) -> Iterator[Ints]:
    """Yield the items of each vertex with at least two items, in ascending order."""
    order = np.argsort(vertex, kind="stable")
    for items in np.split(order, np.flatnonzero(np.diff(vertex[order])) + 1):
        if len(items) > 1:
            yield items


def _blocks(items: Ints, answer: Ints, content: Ints, vectors: Floats) -> Iterator[tuple[Ints, Ints]]:
    """Cut a vertex into halves to match with each other; an odd number of items gives one block, twice."""
    along = np.zeros(len(items))
    if len(items) > 2 * BLOCK:
        features = vectors[content[items]]
        axis = np.linalg.eigh(np.cov(features.T, dtype=np.float64))[1][:, -1]
        along = np.round(features @ axis, 4)
    ordered = items[np.lexsort((items, along, answer[items]))]
    if len(items) % 2:
        # An odd number of items has no halves, and a large vertex is too slow for an assignment of all to all.
        if len(items) <= 2 * BLOCK:
            yield ordered, ordered
        return
    half = len(ordered) // 2
    for start in range(0, half, BLOCK):
        stop = min(start + BLOCK, half)
        yield ordered[start:stop], ordered[half + start : half + stop]
