"""The largest balanced subset of an item set (questions x images, edges coloured by the right answers).

A set is balanced if at every vertex (question or image) no colour holds more than `max_share` of the vertex's kept
edges. Then both ceilings are at most `max_share`, which bounds every blind predictor (`twokeys.core.ceilings`). At a
question an edge has one colour. At an image, which does not show the options, it has two: the token of the gold and
the letter of its option (`twokeys.core.colours`).

The optimum is computed in three steps: peel off edges that no balanced set can hold, split the rest into connected
components, and give each component to the exact solver for its kind. That is `twokeys.builder.graph.circulation` if
`max_share` is one half and the colours of every vertex are two sides, else `twokeys.builder.graph.programme`. Every set
comes with an upper bound, so the optimality gap is always available.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twokeys.builder.graph.circulation import directions, largest_circulation
from twokeys.builder.graph.graph import Bools, Graph, components, peel
from twokeys.builder.graph.programme import largest_by_programme


@dataclass(frozen=True)
class Balanced:
    """A balanced subset, with a bound on its optimality.

    Attributes:
        keep: (n,) which edges are kept.
        weight: Total weight of the kept edges.
        bound: No balanced subset weighs more than this.
        components: Solver -> number of components that it solved.
    """

    keep: Bools
    weight: int
    bound: int
    components: dict[str, int]

    @property
    def gap(self) -> float:
        """Relative distance to the bound; 0 means that the subset is proven optimal."""
        return 0.0 if self.bound == self.weight else (self.bound - self.weight) / self.bound


def largest_balanced(graph: Graph, max_share: float = 0.5, node_limit: int = 10_000) -> Balanced:
    """Find the heaviest subset in which at each vertex no colour holds more than `max_share` of the kept edges.

    The result is a function of the graph alone: edges are in the order of their ids, and solvers run on one thread with
    fixed seeds and a limit on nodes, never on seconds.

    Args:
        graph: The items.
        max_share: Largest share of one colour at a vertex, in (0, 1).
        node_limit: Branch-and-bound nodes per component.

    Example:
        A quad, two questions by two images, is kept whole; an image with a single question cannot be balanced.

        >>> question, image = np.array([0, 0, 1, 1, 0]), np.array([0, 1, 0, 1, 2])
        >>> answer = np.array([0, 1, 1, 0, 0])
        >>> balanced = largest_balanced(Graph.plain(question, image, answer, np.ones(5, dtype=np.int64)))
        >>> balanced.keep.tolist(), balanced.weight, balanced.bound
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
