"""Two sides at every vertex, one half: the heaviest balanced set is a maximum-weight circulation.

Where the edges of a vertex have two colours, balance at one half asks for as many kept edges of the one as of the
other. Direct every edge such that at each of its ends the edges of one colour come in and those of the other go out:
then balance is flow conservation, and balanced sets are the circulations with unit capacities. That polytope is
integral: min-cost flow finds the optimum exactly. By Kotzig (1968) the kept edges then fall into closed trails on which
neighbours differ in colour: chains of counterfactual partners.

With two answers in all, edges of answer 0 go from their question to their image and edges of answer 1 back. Other
components can be directed too, when which colour comes in can be chosen at each vertex so that both ends of every edge
agree; `directions` chooses, or says that it cannot be.
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
        (n,) whether each edge goes from its question to its image; None where balance is no flow.
    """
    at_question, at_image = (_two_sides(vertex, colours) for vertex, colours in graph.sides)
    if at_question is None or at_image is None:
        return None
    # A vertex is turned or not: an edge must leave one end and enter the other. In the double cover (vertex, turned)
    # that is possible exactly when no vertex is connected with itself turned.
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
    """Which of two sides each edge is on at its vertex; None unless every column cuts each vertex in the same two."""
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
        # Columns may name the sides differently; each is turned so that a vertex's first edge is on the same side.
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
    """Smallest or largest colour at each edge's vertex."""
    found = np.full(int(vertex.max()) + 1, column.max() if pick is np.minimum else column.min())
    pick.at(found, vertex, column)
    return found[vertex]


def _crossing(colours: NDArray[np.int64]) -> bool:
    """Whether a colour stands in two columns, as an option that reads `B` does: columns do not bound it then."""
    columns = [np.unique(column[column >= 0]) for column in colours.T]
    every = np.concatenate(columns)
    return len(np.unique(every)) < len(every)


def largest_circulation(graph: Graph, forward: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], int]:
    """Solve a directed graph exactly.

    Args:
        graph: The edges.
        forward: (n,) whether each goes from its question to its image, as `directions` gives it.

    Returns:
        Which edges are kept, (n,), and the optimum weight, which is its own bound.
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
    if status != flow.OPTIMAL:  # the zero flow is feasible and weights are finite: anything else is a broken call
        raise RuntimeError(f"min-cost flow ended with status {status} on a graph of {len(graph)} edges")
    keep = np.asarray(flow.flows(arcs)) > 0
    return keep, int(graph.weight[keep].sum())
