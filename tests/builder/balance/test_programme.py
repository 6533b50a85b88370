"""More answers, other shares: the integer programme."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import graphs, is_balanced
from twokeys.builder.graph.graph import Graph
from twokeys.builder.graph.programme import largest_by_programme

DRAWN = st.one_of(graphs((3, 4), 6, 40, min_edges=1), graphs((2, 3), 6, 40, min_edges=1, letters=True))


@given(DRAWN, st.sampled_from([0.5, 1 / 3, 0.4]))
def test_the_set_is_balanced_and_the_bound_holds(found: Graph, share: float) -> None:
    kept, bound = largest_by_programme(found, share, 10_000)
    assert is_balanced(found, kept, share)
    assert int(found.weight[kept].sum()) <= bound <= int(found.weight.sum())


def test_an_odd_vertex_can_be_balanced_with_three_answers() -> None:
    # One question, three answers, one item each, and the mirror image: each answer holds one third, under one half.
    # With two answers an odd vertex never balances at one half; with three it does.
    found = Graph.plain(
        np.array([0, 0, 0, 1, 1, 1]),
        np.array([0, 1, 2, 0, 1, 2]),
        np.array([0, 1, 2, 1, 2, 0]),
        np.ones(6, dtype=np.int64),
    )
    kept, bound = largest_by_programme(found, 0.5, 10_000)
    assert kept.all()
    assert bound == 6


def test_with_no_node_to_search_the_bound_is_all_there_is() -> None:
    rng = np.random.default_rng(0)
    hard = Graph.plain(*(rng.integers(0, high, 300) for high in (30, 30, 5)), np.ones(300, dtype=np.int64))
    kept, bound = largest_by_programme(hard, 0.3, 0)
    assert is_balanced(hard, kept, 0.3)
    assert bound >= largest_by_programme(hard, 0.3, 10_000)[0].sum()
