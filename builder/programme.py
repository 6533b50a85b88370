"""More than two answers, or another share: the heaviest balanced set as an integer programme.

One 0/1 variable x per edge; one row per (vertex, answer): sum of x over the edges of that answer at the vertex <=
max_share * sum of x over all edges at the vertex. The relaxation is often integral (it is on easy-VQA), then HiGHS
stops at the root; elsewhere it branches, up to a number of nodes. x = 0 is feasible, so there always is an answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array, vstack

if TYPE_CHECKING:
    from builder.balance import Graph


def largest_by_programme(graph: Graph, max_share: float, node_limit: int) -> tuple[NDArray[np.bool_], int]:
    """Solve a graph for any number of answers and any share.

    Returns:
        Which edges are kept, (n,), and an upper bound on the weight of any balanced set.
    """
    rows = vstack([_rows(vertex, graph.answer, max_share) for vertex in (graph.question, graph.image)])
    result = milp(
        -graph.weight.astype(float),
        constraints=LinearConstraint(rows, ub=np.zeros(rows.shape[0])),
        integrality=np.ones(len(graph)),
        bounds=Bounds(0, 1),
        options={"node_limit": node_limit, "mip_rel_gap": 0.0},
    )
    if result.x is None:  # no incumbent within the limit: the empty set is one, the relaxation's bound stands
        return np.zeros(len(graph), dtype=bool), int(graph.weight.sum())
    keep = result.x > 0.5
    weight = int(graph.weight[keep].sum())
    bound = weight if result.mip_dual_bound is None else int(np.floor(-result.mip_dual_bound + 1e-6))
    return keep, max(bound, weight)


def _rows(vertex: NDArray[np.int64], answer: NDArray[np.int64], max_share: float) -> csr_array:
    """Rows `own answer - max_share * all <= 0` for every (vertex, answer) that occurs."""
    pair = vertex * (int(answer.max()) + 1) + answer
    pairs, row = np.unique(pair, return_inverse=True)
    at = pairs // (int(answer.max()) + 1)
    edges = np.arange(len(vertex))
    own = coo_array((np.ones(len(edges)), (row, edges)), shape=(len(pairs), len(edges)))
    incidence = csr_array(coo_array((np.ones(len(edges)), (vertex, edges)), shape=(int(vertex.max()) + 1, len(edges))))
    return csr_array(own - max_share * incidence[at])
