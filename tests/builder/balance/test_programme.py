"""More answers, other shares: the integer programme."""

from __future__ import annotations

from random import Random
from unittest.mock import patch

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.synthetic import graph
from tests.strategies import graphs, is_balanced
from twokeys.builder.graph import programme
from twokeys.builder.graph.graph import Graph, peel
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


@given(DRAWN, st.sampled_from([0.5, 1 / 3, 0.4]), st.sampled_from([0.0, 0.005, 1.0]))
@settings(deadline=None)
def test_the_relaxation_of_very_many_edges_loses_no_more_than_it_says(found: Graph, share: float, gap: float) -> None:
    best = int(found.weight[largest_by_programme(found, share, 10_000)[0]].sum())
    with patch.object(programme, "RELAXED_FROM", 0), patch.object(programme, "GAP", gap):
        kept, bound = largest_by_programme(found, share, 10_000)
    assert is_balanced(found, kept, share)
    weight = int(found.weight[kept].sum())
    assert weight <= best <= bound
    assert bound - weight <= gap * bound or weight == best


@given(graphs((2, 3, 4), 5, 30, min_edges=1, letters=True), st.sampled_from([0.5, 1 / 3]), st.randoms())
def test_what_is_repaired_is_balanced_and_was_there(found: Graph, share: float, random: Random) -> None:
    before = np.array([random.random() < 0.8 for _ in range(len(found))])
    after = programme._repaired(found, before, share)
    assert is_balanced(found, after, share)
    assert not (after & ~before).any()
    if is_balanced(found, before, share):
        assert (after == before).all()


def test_the_lightest_and_last_of_too_many_is_dropped() -> None:
    # A quad, and beside it the first item once more, lighter: its answer is one too many at question and image.
    found = Graph.plain(
        np.array([0, 0, 1, 1, 0, 0]),
        np.array([0, 1, 0, 1, 0, 1]),
        np.array([0, 1, 1, 0, 0, 1]),
        np.array([3, 3, 3, 3, 1, 3]),
    )
    after = programme._repaired(found, np.array([True, True, True, True, True, False]), 0.5)
    assert after.tolist() == [True, True, True, True, False, False]


def test_of_very_many_edges_the_relaxation_finds_the_optimum() -> None:
    found = graph(6_000, 10)
    found = found.part(peel(found, 0.5))
    kept, bound = largest_by_programme(found, 0.5, 10_000)
    with patch.object(programme, "RELAXED_FROM", 0), patch.object(programme, "_branched", None):  # nothing branches
        quick, limit = largest_by_programme(found, 0.5, 10_000)
    assert (int(quick.sum()), limit) == (int(kept.sum()), bound)
    assert is_balanced(found, quick)
