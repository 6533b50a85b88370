"""Solution for more than two colours, or another share: the heaviest balanced set as an integer programme.

There is one 0/1 variable x for each edge, and one row for each (vertex, colour): the sum of x over the edges of that
colour at the vertex is at most max_share times the sum of x over all edges at the vertex. An edge with two colours at
an image, the token of its answer and its letter, is in both rows. If the relaxation is integral, which is common
(easy-VQA's is), HiGHS stops at the root; else it branches, up to a number of nodes. x = 0 is always feasible.

Of a vertex with d edges of c colours these rows hold c * d numbers. For very many edges the sum over the edges of each
vertex is a variable too, and each edge is in two rows a side; the relaxation is solved alone, by the simplex method,
whose solution is a corner and mostly integral. What is fractional is left out, and what that unbalances is dropped; the
relaxation bounds what was lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import block_array, coo_array, csr_array, vstack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twokeys.builder.graph.graph import Graph

RELAXED_FROM = 100_000
"""Edges of a component from which on its relaxation is solved."""
GAP = 0.005
"""Largest share of the bound that may be lost by leaving out what is fractional: else HiGHS branches."""
_WHOLE = 1e-6
"""How far a variable may be from 0 or 1."""


def largest_by_programme(graph: Graph, max_share: float, node_limit: int) -> tuple[NDArray[np.bool_], int]:
    """Solve a graph for any number of colours and any share.

    Returns:
        (n,) which edges are kept, and an upper bound on the weight of any balanced set.
    """
    if len(graph) < RELAXED_FROM:
        rows = vstack([_rows(vertex, colours, max_share) for vertex, colours in graph.sides])
        return _branched(graph, LinearConstraint(rows, ub=np.zeros(rows.shape[0])), 0.0, node_limit)
    summed = _summed(graph, max_share)
    result = milp(_objective(graph, summed), constraints=summed, bounds=_bounds(graph, summed))
    if result.x is not None:
        x = result.x[: len(graph)]
        keep = _repaired(graph, np.asarray(x > 1 - _WHOLE), max_share)
        weight, bound = int(graph.weight[keep].sum()), int(np.floor(-result.fun + _WHOLE))
        if bound - weight <= GAP * bound:
            return keep, max(bound, weight)
    return _branched(graph, summed, GAP, node_limit)


def _branched(
    graph: Graph, constraints: LinearConstraint, gap: float, node_limit: int
) -> tuple[NDArray[np.bool_], int]:
    """Solve the integer programme whose first variables are the edges."""
    whole = np.zeros(constraints.A.shape[1])
    whole[: len(graph)] = 1
    result = milp(
        _objective(graph, constraints),
        constraints=constraints,
        integrality=whole,
        bounds=_bounds(graph, constraints),
        options={"node_limit": node_limit, "mip_rel_gap": gap},
    )
    if result.x is None:  # no solution within the limit: the empty set is feasible
        return np.zeros(len(graph), dtype=bool), int(np.maximum(graph.weight, 0).sum())
    keep = result.x[: len(graph)] > 0.5
    weight = int(graph.weight[keep].sum())
    bound = weight if result.mip_dual_bound is None else int(np.floor(-result.mip_dual_bound + _WHOLE))
    return keep, max(bound, weight)


def _objective(graph: Graph, constraints: LinearConstraint) -> NDArray[np.float64]:
    costs = np.zeros(constraints.A.shape[1])
    costs[: len(graph)] = -graph.weight
    return costs


def _bounds(graph: Graph, constraints: LinearConstraint) -> Bounds:
    upper = np.full(constraints.A.shape[1], np.inf)
    upper[: len(graph)] = 1
    return Bounds(np.zeros(len(upper)), upper)


def _rows(vertex: NDArray[np.int64], colours: NDArray[np.int64], max_share: float) -> csr_array:
    """Rows `edges of the colour - max_share * all edges <= 0` for every (vertex, colour) that occurs."""
    of_colour, at = _of_colours(vertex, colours)
    size = len(vertex)
    all_edges = (np.ones(size), (vertex, np.arange(size)))
    incidence = csr_array(coo_array(all_edges, shape=(int(vertex.max()) + 1, size)))
    return csr_array(of_colour - max_share * incidence[at])


def _of_colours(vertex: NDArray[np.int64], colours: NDArray[np.int64]) -> tuple[coo_array, NDArray[np.int64]]:
    """Rows `edges of the colour` for every (vertex, colour) that occurs, and the vertex of each row."""
    edge, place = np.nonzero(colours >= 0)
    names = int(colours.max()) + 1
    pairs, row = np.unique(vertex[edge] * names + colours[edge, place], return_inverse=True)
    rows = coo_array((np.ones(len(edge)), (row, edge)), shape=(len(pairs), len(vertex)))
    return rows, pairs // names


def _summed(graph: Graph, max_share: float) -> LinearConstraint:
    """The same rows with one more variable for each vertex, which is the sum over its edges."""
    blocks: list[list[coo_array | None]] = []
    upper: list[NDArray[np.float64]] = []
    lower: list[NDArray[np.float64]] = []
    for side, (vertex, colours) in enumerate(graph.sides):
        of_colour, at = _of_colours(vertex, colours)
        size, vertices = len(vertex), int(vertex.max()) + 1
        share = coo_array((np.full(len(at), -max_share), (np.arange(len(at)), at)), shape=(len(at), vertices))
        all_edges = coo_array((np.ones(size), (vertex, np.arange(size))), shape=(vertices, size))
        total = coo_array((-np.ones(vertices), (np.arange(vertices), np.arange(vertices))), shape=(vertices, vertices))
        for of_edges, of_sums in ((of_colour, share), (all_edges, total)):
            blocks.append([of_edges, of_sums, None] if side == 0 else [of_edges, None, of_sums])
        upper.append(np.zeros(len(at) + vertices))
        lower += [np.full(len(at), -np.inf), np.zeros(vertices)]
    return LinearConstraint(block_array(blocks, format="csr"), np.concatenate(lower), np.concatenate(upper))


def _repaired(graph: Graph, keep: NDArray[np.bool_], max_share: float) -> NDArray[np.bool_]:
    """Drop edges of colours that are too frequent at a vertex, the lightest and last first, until none is."""
    keep = keep.copy()
    while dropped := [*_surplus(graph, keep, max_share)]:
        keep[np.concatenate(dropped)] = False
    return keep


def _surplus(graph: Graph, keep: NDArray[np.bool_], max_share: float) -> Iterator[NDArray[np.int64]]:
    """Yield the kept edges of each side that are too many of a colour at their vertex."""
    kept = np.flatnonzero(keep)
    for vertex, colours in graph.sides:
        degree = np.bincount(vertex[kept], minlength=int(vertex.max()) + 1)
        place, column = np.nonzero(colours[kept] >= 0)
        edge = kept[place]
        pair = vertex[edge] * (int(colours.max()) + 1) + colours[edge, column]
        order = np.lexsort((edge, -graph.weight[edge], pair))
        start, size = np.unique(pair[order], return_index=True, return_counts=True)[1:]
        rank = np.arange(len(order)) - np.repeat(start, size)
        others = degree[vertex[edge[order]]] - np.repeat(size, size)
        # k edges of a colour beside the others of the vertex are balanced if k <= max_share * (k + others).
        allowed = np.floor(others * max_share / (1 - max_share) + 1e-9)
        if len(surplus := edge[order][rank >= allowed]):
            yield surplus
