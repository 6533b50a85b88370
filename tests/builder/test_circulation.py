"""Two answers, one half: the circulation finds what the programme finds."""

from __future__ import annotations

import numpy as np
from hypothesis import assume, given

from builder.balance import Graph, is_balanced
from builder.circulation import largest_circulation
from builder.programme import largest_by_programme
from tests.strategies import graphs


@given(graphs(answers=(2,), min_edges=1, max_edges=60, vertices=8, max_weight=5))
def test_circulation_and_programme_reach_the_same_optimum(found: Graph) -> None:
    assume(len(np.unique(found.answer)) == 2)
    kept, weight = largest_circulation(found)
    other, bound = largest_by_programme(found, 0.5, 10_000)
    assert weight == bound == int(found.weight[kept].sum()) == int(found.weight[other].sum())
    assert is_balanced(found, kept)
    assert is_balanced(found, other)


def test_a_trail_of_six_is_kept_whole_and_a_path_is_not() -> None:
    # q0 -a- i0 -b- q1 -a- i1 -b- q2 -a- i2 -b- q0: consecutive items differ in answer.
    question, image = np.array([0, 1, 1, 2, 2, 0]), np.array([0, 0, 1, 1, 2, 2])
    answer, weight = np.array([0, 1, 0, 1, 0, 1]), np.ones(6, dtype=np.int64)
    kept, total = largest_circulation(Graph(question, image, answer, weight))
    assert kept.all()
    assert total == 6
    kept, total = largest_circulation(Graph(question[:5], image[:5], answer[:5], weight[:5]))
    assert not kept.any()
    assert total == 0
