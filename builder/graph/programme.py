"""Solution for more than two colours, or another share: the heaviest balanced set as an integer programme.

There is one 0/1 variable x for each edge, and one row for each (vertex, colour): the sum of x over the edges of that
colour at the vertex is at most max_share times the sum of x over all edges at the vertex. An edge with two colours at
an image, the token of its answer and its letter, is in both rows. If the relaxation is integral, which is common
(easy-VQA's is), HiGHS stops at the root; else it branches, up to a number of nodes. x = 0 is always feasible.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array, vstack

if TYPE_CHECKING:
    from twokeys.builder.graph.graph import Graph


def largest_by_programme(graph: Graph, max_share: float, node_limit: int) -> tuple[NDArray[np.bool_], int]:
    """Solve a graph for any number of colours and any share.

    Returns:
        (n,) which edges are kept, and an upper bound on the weight of any balanced set.
    """
    rows = vstack([_rows(vertex, colours, max_share) for vertex, colours in graph.sides])
    result = milp(
        -graph.weight.astype(float),
        constraints=LinearConstraint(rows, ub=np.zeros(rows.shape[0])),
        integrality=np.ones(len(graph)),
        bounds=Bounds(0, 1),
        options={"node_limit": node_limit, "mip_rel_gap": 0.0},
    )
    if result.x is None:  # no solution within the limit: the empty set is feasible
        return np.zeros(len(graph), dtype=bool), int(np.maximum(graph.weight, 0).sum())
    keep = result.x > 0.5
    weight = int(graph.weight[keep].sum())
    bound = weight if result.mip_dual_bound is None else int(np.floor(-result.mip_dual_bound + 1e-6))
    return keep, max(bound, weight)


def _rows(vertex: NDArray[np.int64], colours: NDArray[np.int64], max_share: float) -> csr_array:
    """Rows `edges of the colour - max_share * all edges <= 0` for every (vertex, colour) that occurs."""
    edge, place = np.nonzero(colours >= 0)
    names = int(colours.max()) + 1
    pairs, row = np.unique(vertex[edge] * names + colours[edge, place], return_inverse=True)
    size = len(vertex)
    of_colour = coo_array((np.ones(len(edge)), (row, edge)), shape=(len(pairs), size))
    all_edges = (np.ones(size), (vertex, np.arange(size)))
    incidence = csr_array(coo_array(all_edges, shape=(int(vertex.max()) + 1, size)))
    return csr_array(of_colour - max_share * incidence[pairs // names])
