"""The largest balanced subset of an item set (questions x images, edges coloured by what a reply gives).

A set is balanced when at every vertex (question or image) no colour holds more than `max_share` of the vertex's kept
edges. Then both ceilings are at most `max_share`, which bounds every blind predictor (`twokeys.core.ceilings`). At a
question an edge has one colour; at an image, where options are not seen, it has the gold's token and its option's
letter (`twokeys.core.colours`).

The way to the optimum: peel off what no balanced set can hold, split into connected components, and give each to the
solver that is exact for it: `twokeys.builder.graph.circulation` where `max_share` is one half and the colours of every
vertex are two sides, `twokeys.builder.graph.programme` otherwise. Every set comes with an upper bound, so the
optimality gap is always known.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from twokeys.builder.graph.circulation import directions, largest_circulation
from twokeys.builder.graph.programme import largest_by_programme
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
        weight: (n,) positive whole weight of each edge.
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


@dataclass(frozen=True)
class Balanced:
    """A balanced subset and how good it provably is.

    Attributes:
        keep: (n,) which edges are kept.
        weight: Their total weight.
        bound: No balanced subset weighs more than this.
        components: How many components each solver decided.
    """

    keep: Bools
    weight: int
    bound: int
    components: dict[str, int]

    @property
    def gap(self) -> float:
        """Relative distance to the bound; 0 means proven optimal."""
        return 0.0 if self.bound == self.weight else (self.bound - self.weight) / self.bound


def largest_balanced(graph: Graph, max_share: float = 0.5, node_limit: int = 10_000) -> Balanced:
    """Find the heaviest subset in which at each vertex no colour holds more than `max_share` of the kept edges.

    The result is a function of the graph alone: edges come in the order of their ids, solvers run on one thread with
    fixed seeds and are bounded by nodes, never by seconds.

    Args:
        graph: The items.
        max_share: Largest share of one colour at a vertex, in (0, 1).
        node_limit: Branch-and-bound nodes per component.

    Example:
        A quad, two questions by two images, is kept whole; an image that is asked about once cannot be balanced.

        >>> question, image = np.array([0, 0, 1, 1, 0]), np.array([0, 1, 0, 1, 2])
        >>> answer = np.array([0, 1, 1, 0, 0])
        >>> found = largest_balanced(Graph.plain(question, image, answer, np.ones(5, dtype=np.int64)))
        >>> found.keep.tolist(), found.weight, found.bound
        ([True, True, True, True, False], 4, 4)
    """
    keep = np.zeros(len(graph), dtype=bool)
    weight = bound = 0
    solved: dict[str, int] = {}
    for edges in components(graph, peel(graph, max_share)):
        part = graph.part(edges)
        forward = directions(part) if max_share == 0.5 else None
        if forward is not None:
            name, (chosen, limit) = "circulation", largest_circulation(part, forward)
        else:
            name, (chosen, limit) = "programme", largest_by_programme(part, max_share, node_limit)
        keep[edges[chosen]] = True
        weight += int(part.weight[chosen].sum())
        bound += limit
        solved[name] = solved.get(name, 0) + 1
    return Balanced(keep, weight, bound, solved)


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


def is_balanced(graph: Graph, keep: Bools, max_share: float = 0.5) -> bool:
    """Whether every vertex of the kept edges holds each colour at most `max_share` of the time."""
    return not len(violations(graph, keep, max_share))


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
