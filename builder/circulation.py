"""Two answers, one half: the heaviest balanced set is a maximum-weight circulation.

Direct every edge of answer 0 from its question to its image and every edge of answer 1 from its image to its question.
A vertex holds as many kept edges of either answer exactly when its in-flow equals its out-flow, so balanced sets are
the circulations with unit capacities. That polytope is integral: min-cost flow finds the optimum exactly.
By Kotzig (1968) the kept edges then fall into closed trails on which neighbours differ in answer: chains of
counterfactual partners.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

if TYPE_CHECKING:
    from builder.balance import Graph


def largest_circulation(graph: Graph) -> tuple[NDArray[np.bool_], int]:
    """Solve a graph with the answers 0 and 1 exactly.

    Returns:
        Which edges are kept, (n,), and the optimum weight, which is its own bound.
    """
    image = graph.image + int(graph.question.max()) + 1
    forward = graph.answer == 0
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
