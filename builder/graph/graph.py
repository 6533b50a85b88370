"""The item graph: questions and images are vertices, items are edges, and their colours are the right answers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from twokeys.core.colours import NONE

Ints = NDArray[np.int64]


Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Graph:
    """Items as coloured edges, in the order of their ids.

    Attributes:
        question: (n,) vertex number of each edge's question, from 0.
        image: (n,) vertex number of each edge's image, from 0.
        answer: (n,) colour of each edge at its question, from 0.
        weight: (n,) whole weight of each edge; an edge of negative weight is kept only if others need it.
        tokens: (n, k) colours of each edge at its image, from 0, all different; the first is the colour of the answer's
            text, and `NONE` fills up edges with fewer colours.
    """

    question: Ints
    image: Ints
    answer: Ints
    weight: Ints
    tokens: Ints

    @classmethod
    def plain(cls, question: Ints, image: Ints, answer: Ints, weight: Ints) -> Graph:
        """Make a graph whose edges have the same single colour at both ends, like items without options."""
        return cls(question, image, answer, weight, answer[:, None])

    def __len__(self) -> int:
        return len(self.question)

    @cached_property
    def sides(self) -> tuple[tuple[Ints, Ints], tuple[Ints, Ints]]:
        """Vertices and (n, k) colours, at the questions and at the images."""
        return (self.question, self.answer[:, None]), (self.image, self.tokens)

    def part(self, edges: Ints | Bools) -> Graph:
        """Return the sub-graph of some edges, with vertices and colours renumbered in order."""
        question, image, answer = (
            np.unique(column[edges], return_inverse=True)[1] for column in (self.question, self.image, self.answer)
        )
        tokens, present = self.tokens[edges].copy(), self.tokens[edges] != NONE
        tokens[present] = np.unique(tokens[present], return_inverse=True)[1]
        return Graph(question, image, answer, self.weight[edges], tokens)


def peel(graph: Graph, max_share: float) -> Ints:
    """Return the edges that some balanced set can hold: vertices that cannot be balanced are removed repeatedly.

    A vertex with d edges keeps at most floor(max_share * d) edges of any one colour. If that is 0, all its edges are
    removed. They are also removed if some column of colours (the answers' texts, the letters) colours all edges of the
    vertex with c colours that are too few to fill it (c * max_share < 1).
    """
    alive = np.arange(len(graph))
    sides = [(vertex, _numbered(vertex, column)) for vertex, colours in graph.sides for column in colours.T]
    while True:
        ok = np.ones(len(alive), dtype=bool)
        for vertex, (pair, at) in sides:
            degree = np.bincount(vertex[alive], minlength=int(vertex.max(initial=-1)) + 1)
            has = pair[alive] != NONE
            coloured = np.bincount(vertex[alive][has], minlength=len(degree))
            present = np.bincount(pair[alive][has], minlength=len(at)) > 0
            colours = np.bincount(at[present], minlength=len(degree))
            full = (coloured == degree) & (colours * max_share < 1 - 1e-9)
            ok &= ~(full | (np.floor(degree * max_share + 1e-9) < 1))[vertex[alive]]
        if ok.all():
            return alive
        alive = alive[ok]


def _numbered(vertex: Ints, colour: Ints) -> tuple[Ints, Ints]:
    """Number the (vertex, colour) pairs that occur: return the pair of each edge or `NONE`, and each pair's vertex."""
    colours = int(colour.max(initial=0)) + 1
    has = colour != NONE
    pair = np.full(len(vertex), NONE, dtype=np.int64)
    pairs, pair[has] = np.unique(vertex[has] * colours + colour[has], return_inverse=True)
    return pair, pairs // colours


def components(graph: Graph, edges: Ints) -> list[Ints]:
    """Split edges into connected components, in the order of their first edge."""
    if not len(edges):
        return []
    question, image = graph.question[edges], graph.image[edges]
    offset = int(graph.question.max()) + 1
    size = offset + int(graph.image.max()) + 1
    ones = np.ones(len(edges), dtype=np.int8)
    _, label = connected_components(coo_array((ones, (question, offset + image)), shape=(size, size)), directed=False)
    order = np.argsort(label[question], kind="stable")
    cuts = np.flatnonzero(np.diff(label[question][order])) + 1
    return sorted((edges[part] for part in np.split(order, cuts)), key=lambda part: int(part[0]))


def violations(graph: Graph, keep: Bools, max_share: float) -> Ints:
    """Return the kept edges with a colour that is too frequent at their question or at their image."""
    kept = np.flatnonzero(keep)
    bad = np.zeros(len(kept), dtype=bool)
    for all_vertices, colours in graph.sides:
        vertex = all_vertices[kept]
        edge, place = np.nonzero(colours[kept] != NONE)
        pair = vertex[edge] * (int(colours.max(initial=0)) + 1) + colours[kept][edge, place]
        _, index, count = np.unique(pair, return_inverse=True, return_counts=True)
        bad[edge[count[index] > np.bincount(vertex)[vertex[edge]] * max_share + 1e-9]] = True
    return kept[bad]
