"""Exact solution for two colours at every vertex and a share of one half: a maximum-weight circulation.

If the edges of a vertex have two colours, balance at one half requires equally many kept edges of both. Direct every
edge so that at each vertex edges of one colour come in and edges of the other colour go out. Then balance is flow
conservation, and balanced sets are the circulations with unit capacities. That polytope is integral, so min-cost flow
returns the exact optimum. By Kotzig (1968) the kept edges then fall into closed trails on which neighbours differ in
colour: chains of counterfactual partners.

With two answers in all, edges of answer 0 go from their question to their image, and edges of answer 1 go back. Other
components can be directed too if each vertex can choose which colour comes in, such that both ends of every edge
agree. `directions` makes the choice, or returns None if there is none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from twokeys.builder.graph.graph import Graph


def directions(graph: Graph) -> NDArray[np.bool_] | None:
    """Direct the edges of a graph so that balance at one half is flow conservation.

    Returns:
        (n,) whether each edge goes from its question to its image; None if no directions make balance a flow.
    """
    at_question, at_image = (_two_sides(vertex, colours) for vertex, colours in graph.sides)
    if at_question is None or at_image is None:
        return None
    # Each vertex is turned or not, such that every edge leaves one end and enters the other. In the double cover
    # (vertex, turned) this is possible exactly if no vertex is connected with its turned copy.
    images = graph.image + int(graph.question.max()) + 1
    size = int(images.max()) + 1
    turn = (at_question == at_image).astype(np.int64) * size
    rows = np.concatenate((graph.question, graph.question + size))
    columns = np.concatenate((images + turn, images + (size - turn)))
    cover = coo_array((np.ones(len(rows), dtype=np.int8), (rows, columns)), shape=(2 * size, 2 * size))
    label = connected_components(cover, directed=False)[1]
    if (label[:size] == label[size:]).any():
        return None
    turned = label[:size] > label[size:]
    return at_question != turned[graph.question]  # type: ignore[no-any-return]


def _two_sides(vertex: NDArray[np.int64], colours: NDArray[np.int64]) -> NDArray[np.bool_] | None:
    """Return the side of each edge at its vertex; None unless all columns divide each vertex into the same two."""
    sides: NDArray[np.bool_] | None = None
    for column in colours.T:
        if (column < 0).all():
            continue
        if (column < 0).any():
            return None
        first, second = (_extreme(vertex, column, pick) for pick in (np.minimum, np.maximum))
        side = column == first
        if not (side | (column == second)).all():
            return None
        # Columns may name the sides differently: each is turned so that a vertex's first edge is on the same side.
        leading = np.zeros(int(vertex.max()) + 1, dtype=bool)
        leading[vertex[::-1]] = side[::-1]
        side = side == leading[vertex]
        if sides is not None and (side != sides).any():
            return None
        sides = side
    if colours.shape[1] > 1 and _crossing(colours):
        return None
    return sides


def _extreme(vertex: NDArray[np.int64], column: NDArray[np.int64], pick: np.ufunc) -> NDArray[np.int64]:
    """Return the smallest or largest colour at each edge's vertex."""
    extreme = np.full(int(vertex.max()) + 1, column.max() if pick is np.minimum else column.min())
    pick.at(extreme, vertex, column)
    return extreme[vertex]


def _crossing(colours: NDArray[np.int64]) -> bool:
    """Whether a colour occurs in two columns, as with an option whose text is `B`; no single column bounds it then."""
    columns = [np.unique(column[column >= 0]) for column in colours.T]
    every = np.concatenate(columns)
    return len(np.unique(every)) < len(every)


def largest_circulation(graph: Graph, forward: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], int]:
    """Solve a directed graph exactly.

    Args:
        graph: The edges.
        forward: (n,) whether each edge goes from its question to its image, as `directions` returns it.

    Returns:
        (n,) which edges are kept, and the optimum weight, which is also the upper bound.
    """
    image = graph.image + int(graph.question.max()) + 1
    flow = SimpleMinCostFlow()
    arcs = flow.add_arcs_with_capacity_and_unit_cost(
        np.where(forward, graph.question, image),
        np.where(forward, image, graph.question),
        np.ones(len(graph), dtype=np.int64),
        -graph.weight,
    )
    status = flow.solve()
    if status != flow.OPTIMAL:  # the zero flow is feasible and weights are finite: only a broken call can fail
        raise RuntimeError(f"min-cost flow ended with status {status} on a graph of {len(graph)} edges")
    keep = np.asarray(flow.flows(arcs)) > 0
    return keep, int(graph.weight[keep].sum())
