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

import numpy as np

from twokeys.builder.graph.circulation import directions, largest_circulation
from twokeys.builder.graph.graph import Bools, Graph, components, peel
from twokeys.builder.graph.programme import largest_by_programme


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
