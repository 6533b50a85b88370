"""The largest balanced set, against brute force over all subsets of small graphs."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import graphs, is_balanced
from twokeys.builder.graph.graph import Graph, components, peel, violations
from twokeys.builder.graph.largest import Balanced, largest_balanced
from twokeys.core.ceilings import ceiling
from twokeys.core.colours import NONE as NO_COLOUR
from twokeys.core.partners import NONE, partners

SMALL = st.one_of(
    graphs(max_weight=3), graphs(max_weight=3, vertices=2, min_edges=8), graphs(max_weight=3, vertices=3, letters=True)
)
SHARES = st.sampled_from([Fraction(1, 2), Fraction(1, 3), Fraction(2, 3)])


def graph(*edges: tuple[int, int, int], weight: list[int] | None = None) -> Graph:
    """A graph of (question, image, answer) triples."""
    question, image, answer = np.array(edges, dtype=np.int64).reshape(-1, 3).T
    return Graph.plain(question, image, answer, np.array(weight or [1] * len(edges), dtype=np.int64))


def balanced_subsets(of: Graph, share: Fraction) -> np.ndarray:
    """All balanced subsets, one 0/1 row each, by counting in whole numbers."""
    n = len(of)
    subsets = np.arange(2**n)[:, None] >> np.arange(n) & 1
    good = np.ones(len(subsets), dtype=bool)
    for vertex, colours in ((of.question, of.answer[:, None]), (of.image, of.tokens)):
        for name in np.unique(vertex):
            total = subsets[:, vertex == name].sum(axis=1)
            for colour in set(colours.ravel()) - {NO_COLOUR}:
                own = subsets[:, (vertex == name) & (colours == colour).any(axis=1)].sum(axis=1)
                good &= own * share.denominator <= total * share.numerator
    return subsets[good]


@settings(max_examples=250)
@given(SMALL, SHARES)
def test_no_balanced_subset_is_heavier(found: Graph, share: Fraction) -> None:
    best = int((balanced_subsets(found, share) * found.weight).sum(axis=1).max())
    result = largest_balanced(found, float(share))
    assert is_balanced(found, result.keep, float(share))
    assert result.weight == int(found.weight[result.keep].sum()) == best
    # Graphs this small are solved to the end: the bound is the weight itself.
    assert (result.bound, result.gap) == (best, 0.0)


@settings(max_examples=150)
@given(SMALL, SHARES)
def test_peeling_takes_nothing_that_some_balanced_set_holds(found: Graph, share: Fraction) -> None:
    held = np.flatnonzero(balanced_subsets(found, share).any(axis=0))
    assert set(held) <= set(peel(found, float(share)))


@given(SMALL, SHARES)
def test_balanced_means_what_it_says(found: Graph, share: Fraction) -> None:
    rows = {tuple(row) for row in balanced_subsets(found, share).tolist()}
    rng = np.random.default_rng(len(found))
    for keep in rng.integers(0, 2, (20, len(found))).astype(bool):
        assert is_balanced(found, keep, float(share)) == (tuple(keep.astype(int).tolist()) in rows)


@given(graphs(answers=(2, 3, 4), max_edges=40, vertices=6, max_weight=3), st.randoms())
def test_the_size_does_not_depend_on_the_order_of_the_items(found: Graph, random) -> None:
    order = np.array(random.sample(range(len(found)), len(found)), dtype=np.int64)
    shuffled = Graph.plain(found.question[order], found.image[order], found.answer[order], found.weight[order])
    assert largest_balanced(shuffled).weight == largest_balanced(found).weight


@given(graphs(answers=(2, 3, 4), max_edges=40, vertices=6))
def test_the_same_items_give_the_same_set(found: Graph) -> None:
    assert largest_balanced(found).keep.tolist() == largest_balanced(found).keep.tolist()


@given(graphs(answers=(2,), max_edges=60, vertices=8))
def test_both_ceilings_of_the_result_are_exactly_one_half(found: Graph) -> None:
    keep = largest_balanced(found).keep
    for vertex in (found.question, found.image):
        counted = ceiling(vertex[keep], found.answer[keep])
        assert 2 * counted.right == counted.items


@given(st.one_of(graphs((3, 4, 5), 8, 60), graphs((2, 3), 8, 60, letters=True)), SHARES)
def test_no_ceiling_of_the_result_exceeds_the_share(found: Graph, share: Fraction) -> None:
    keep = largest_balanced(found, float(share)).keep
    for vertex, colours in ((found.question, found.answer), (found.image, found.tokens)):
        counted = ceiling(vertex[keep], colours[keep])
        assert counted.right * share.denominator <= counted.items * share.numerator


@given(graphs(answers=(2,), max_edges=60, vertices=8))
def test_with_two_answers_the_kept_items_fall_into_closed_trails_of_partners(found: Graph) -> None:
    kept = found.part(largest_balanced(found).keep)
    for vertex in (kept.question, kept.image):
        assert (np.bincount(vertex) % 2 == 0).all()
    # Kotzig: walk from an item to its partner at the question, then at the image, and so on, until the start is
    # reached again. Every step flips the answer, and every item lies on exactly one trail.
    by_question, by_image = partners(kept.question, kept.answer), partners(kept.image, kept.answer)
    left = set(range(len(kept)))
    while left:
        start = at = left.pop()
        while True:
            for step in (by_question, by_image):
                after = int(step[at])
                assert after != NONE
                assert kept.answer[after] != kept.answer[at]
                at = after
                left.discard(at)
            if at == start:
                break
    assert is_balanced(kept, np.ones(len(kept), dtype=bool))


# a quad: two questions by two images, answers a b / b a
QUAD = [(0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)]


def test_a_quad_alone_is_kept_whole() -> None:
    assert largest_balanced(graph(*QUAD)).keep.all()


def test_a_star_keeps_nothing() -> None:
    # One question asked of four images with answers a a b b: its own vertex is fine, but every image has one item.
    result = largest_balanced(graph((0, 0, 0), (0, 1, 0), (0, 2, 1), (0, 3, 1)))
    assert not result.keep.any()
    assert (result.weight, result.bound, result.gap, result.components) == (0, 0, 0.0, {})


def test_what_hangs_on_a_quad_goes() -> None:
    # A path leaves the quad: its end has degree one, then the vertex before it, until only the quad is left.
    result = largest_balanced(graph(*QUAD, (0, 2, 0), (2, 2, 1), (2, 3, 0)))
    assert result.keep.tolist() == [True] * 4 + [False] * 3


def test_three_answers_on_three_images_are_balanced_at_one_third() -> None:
    # A Latin square: at every question and every image each of three answers once.
    square = graph(*[(q, i, (q + i) % 3) for q in range(3) for i in range(3)])
    assert largest_balanced(square, 1 / 3).keep.all()
    assert largest_balanced(square, 1 / 2).keep.all()
    assert not largest_balanced(square, 0.3).keep.any()  # three answers cannot all stay below one third


def test_the_heavier_of_two_overlapping_quads_is_kept() -> None:
    # Image 0 has one item per question, so only one of the quads {0, 1} and {0, 2} fits.
    edges = [(0, 0, 0), (0, 1, 1), (0, 2, 1), (1, 0, 1), (1, 1, 0), (1, 2, 0)]
    light, heavy = (largest_balanced(graph(*edges, weight=w)) for w in ([1, 5, 1, 1, 5, 1], [1, 1, 5, 1, 1, 5]))
    assert light.keep.tolist() == [True, True, False, True, True, False]
    assert heavy.keep.tolist() == [True, False, True, True, False, True]
    assert light.weight == heavy.weight == 12


def test_components_are_solved_each_by_the_solver_that_is_exact_for_it() -> None:
    square = [(q + 2, i + 2, (q + i) % 3) for q in range(3) for i in range(3)]
    result = largest_balanced(graph(*QUAD, *square))
    assert result.components == {"circulation": 1, "programme": 1}
    assert result.weight == 13
    # Another share than one half is no circulation.
    assert largest_balanced(graph(*QUAD), 2 / 3).components == {"programme": 1}


def test_components_come_in_the_order_of_their_first_item() -> None:
    both = graph((5, 5, 0), (0, 0, 0), (5, 6, 1), (0, 1, 1), (1, 1, 0))
    found = components(both, np.arange(5))
    assert [part.tolist() for part in found] == [[0, 2], [1, 3, 4]]


def test_a_part_of_a_graph_is_numbered_anew() -> None:
    part = graph((7, 3, 2), (9, 3, 4), (7, 8, 4)).part(np.array([True, False, True]))
    assert [part.question.tolist(), part.image.tolist(), part.answer.tolist()] == [[0, 0], [0, 1], [0, 1]]


def test_violations_name_the_items_whose_answer_is_too_frequent() -> None:
    # Question 0 holds a a b: both a are too many there. Each image holds one item, so all three are too many there.
    assert violations(graph((0, 0, 0), (0, 1, 0), (0, 2, 1)), np.ones(3, dtype=bool), 0.5).tolist() == [0, 1, 2]
    # Two more questions repair the images: only the question's surplus is left.
    repaired = graph((0, 0, 0), (0, 1, 0), (0, 2, 1), (1, 0, 1), (1, 1, 1), (2, 2, 0), (1, 3, 0), (1, 4, 0))
    assert {0, 1} <= set(violations(repaired, np.ones(8, dtype=bool), 0.5).tolist())
    assert 2 not in violations(repaired, np.ones(8, dtype=bool), 0.5)


def test_a_search_that_is_cut_short_stays_balanced_and_says_how_far_it_may_be() -> None:
    rng = np.random.default_rng(0)
    hard = Graph.plain(*(rng.integers(0, high, 300) for high in (30, 30, 5)), rng.integers(1, 50, 300))
    whole = largest_balanced(hard, 0.3)
    assert whole.gap == 0.0
    cut = largest_balanced(hard, 0.3, node_limit=0)
    assert is_balanced(hard, cut.keep, 0.3)
    assert cut.weight <= whole.weight <= cut.bound


@pytest.mark.parametrize(("weight", "bound", "gap"), [(0, 0, 0.0), (10, 10, 0.0), (9, 10, 0.1), (0, 10, 1.0)])
def test_the_gap_by_hand(weight: int, bound: int, gap: float) -> None:
    assert replace(Balanced(np.zeros(0, dtype=bool), 0, 0, {}), weight=weight, bound=bound).gap == gap


@pytest.mark.slow
def test_two_hundred_thousand_items_take_seconds() -> None:
    rng = np.random.default_rng(0)
    n = 200_000
    large = Graph.plain(
        rng.integers(0, 5_000, n), rng.integers(0, 50_000, n), rng.integers(0, 2, n), np.ones(n, dtype=np.int64)
    )
    result = largest_balanced(large)
    assert is_balanced(large, result.keep)
    assert result.gap == 0.0
