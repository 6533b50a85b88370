"""The item graph: questions and images as vertices, items as edges, coloured by what a reply gives."""

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
        tokens: (n, k) colours of each edge at its image, from 0, all different; the first is that of its answer's text,
            `NONE` stands where an edge has fewer.
    """

    question: Ints
    image: Ints
    answer: Ints
    weight: Ints
    tokens: Ints

    @classmethod
    def plain(cls, question: Ints, image: Ints, answer: Ints, weight: Ints) -> Graph:
        """A graph whose edges have the same single colour at both ends, as items without options have."""
        return cls(question, image, answer, weight, answer[:, None])

    def __len__(self) -> int:
        return len(self.question)

    @cached_property
    def sides(self) -> tuple[tuple[Ints, Ints], tuple[Ints, Ints]]:
        """Vertices and (n, k) colours, at the question and at the image."""
        return (self.question, self.answer[:, None]), (self.image, self.tokens)

    def part(self, edges: Ints | Bools) -> Graph:
        """Sub-graph of some edges, vertices and colours renumbered in order."""
        question, image, answer = (
            np.unique(column[edges], return_inverse=True)[1] for column in (self.question, self.image, self.answer)
        )
        tokens, there = self.tokens[edges].copy(), self.tokens[edges] != NONE
        tokens[there] = np.unique(tokens[there], return_inverse=True)[1]
        return Graph(question, image, answer, self.weight[edges], tokens)


def peel(graph: Graph, max_share: float) -> Ints:
    """Edges that can be in some balanced set: remove, until nothing changes, vertices that never can be balanced.

    A vertex with d edges keeps at most floor(max_share * d) of any one colour; if that is 0, every edge at it goes. So
    does it where some column of colours (the answers' texts, the letters) has c of them on all of its edges, and c are
    fewer than it takes to fill the whole (c * max_share < 1).
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
    """Number the (vertex, colour) pairs that occur: the pair of each edge or `NONE`, and the vertex of each pair."""
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
    """Kept edges with a colour that is too frequent at their question or at their image."""
    kept = np.flatnonzero(keep)
    bad = np.zeros(len(kept), dtype=bool)
    for all_vertices, colours in graph.sides:
        vertex = all_vertices[kept]
        edge, place = np.nonzero(colours[kept] != NONE)
        pair = vertex[edge] * (int(colours.max(initial=0)) + 1) + colours[kept][edge, place]
        _, index, count = np.unique(pair, return_inverse=True, return_counts=True)
        bad[edge[count[index] > np.bincount(vertex)[vertex[edge]] * max_share + 1e-9]] = True
    return kept[bad]
