"""Counterfactual partners and quads."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tests.strategies import graphs
from twokeys.builder.graph.graph import Graph
from twokeys.builder.graph.largest import largest_balanced
from twokeys.core.partners import NONE, partners, quads


def test_partners_by_hand() -> None:
    # Sorted by answer the vertex holds items 0 2 (a) and 1 3 (b); two steps ahead lead 0 -> 1, 2 -> 3, 1 -> 0, 3 -> 2.
    assert partners(np.zeros(4, dtype=int), np.array([0, 1, 0, 1])).tolist() == [1, 0, 3, 2]


def test_three_answers_make_a_round() -> None:
    # Degree 3: one step ahead in the order a b c, cyclically.
    assert partners(np.zeros(3, dtype=int), np.array([2, 0, 1])).tolist() == [1, 2, 0]


def test_an_unbalanced_vertex_leaves_items_without_partner() -> None:
    # a a a b, two steps ahead: a -> a, a -> b, a -> a (round the corner), b -> a.
    assert partners(np.zeros(4, dtype=int), np.array([0, 0, 0, 1])).tolist() == [NONE, 3, NONE, 1]
    assert partners(np.zeros(1, dtype=int), np.zeros(1, dtype=int)).tolist() == [NONE]
    assert partners(np.zeros(0, dtype=int), np.zeros(0, dtype=int)).tolist() == []


@given(
    st.integers(0, 30).flatmap(
        lambda n: st.tuples(
            arrays.arrays(np.int64, n, elements=st.integers(0, 4)),
            arrays.arrays(np.int64, n, elements=st.integers(0, 3)),
        )
    )
)
def test_a_partner_shares_the_vertex_and_differs_in_answer(case: tuple[np.ndarray, np.ndarray]) -> None:
    vertex, answer = case
    for item, partner in enumerate(partners(vertex, answer)):
        if partner != NONE:
            assert vertex[partner] == vertex[item]
            assert answer[partner] != answer[item]


@given(graphs(answers=(2, 3, 4), max_edges=50, vertices=6, simple=True))
def test_in_a_balanced_set_every_item_has_both_partners_and_is_the_partner_of_one(found: Graph) -> None:
    kept = found.part(largest_balanced(found).keep)
    for vertex, other in ((kept.question, kept.image), (kept.image, kept.question)):
        partner = partners(vertex, kept.answer)
        assert sorted(partner.tolist()) == list(range(len(kept)))  # a permutation, and nobody is left out
        assert (other[partner] != other).all()  # the other modality really is another
        even = np.bincount(vertex, minlength=1)[vertex] % 2 == 0
        assert (partner[partner][even] == np.arange(len(kept))[even]).all()


def test_quads_by_hand() -> None:
    # Items 0 1 2 3 are a quad; item 4 asks question 0 of a third image and finds no fourth corner.
    question, image, answer = np.array([0, 0, 1, 1, 0]), np.array([0, 1, 0, 1, 2]), np.array([0, 1, 1, 0, 1])
    assert quads(question, image, answer).tolist() == [0, 0, 0, 0, NONE]


def test_two_quads_that_share_an_item_are_not_both_packed() -> None:
    # Questions 0, 1 on images 0, 1 and on images 0, 2: both quads would need items (0, 0) and (1, 0).
    question, image, answer = np.array([0, 0, 0, 1, 1, 1]), np.array([0, 1, 2, 0, 1, 2]), np.array([0, 1, 1, 1, 0, 0])
    assert quads(question, image, answer).tolist() == [0, 0, NONE, 0, 0, NONE]


def test_contradictions_make_no_quad() -> None:
    # Two questions on one picture, each answered both ways, and one question on two: four items, but not two by two.
    one, two = np.array([0, 0, 0, 0]), np.array([0, 0, 1, 1])
    assert quads(two, one, np.array([0, 1, 0, 1])).tolist() == [NONE] * 4
    assert quads(one, two, np.array([0, 1, 0, 1])).tolist() == [NONE] * 4


def is_quad(members: np.ndarray, found: Graph) -> bool:
    """Two questions by two images, all four items, answers a b / b a."""
    cells = {(int(found.question[i]), int(found.image[i])): int(found.answer[i]) for i in members}
    first, *_ = cells
    questions, images = {q for q, _ in cells}, {i for _, i in cells}
    if (len(members), len(cells), len(questions), len(images)) != (4, 4, 2, 2):
        return False
    other_q, other_i = (questions - {first[0]}).pop(), (images - {first[1]}).pop()
    a, b = cells[first], cells[first[0], other_i]
    return a != b and cells[other_q, first[1]] == b and cells[other_q, other_i] == a


@given(graphs(answers=(2,), max_edges=20, min_edges=10, vertices=4))
def test_quads_are_disjoint_two_by_two_with_crossed_answers(found: Graph) -> None:
    quad = quads(found.question, found.image, found.answer)
    names = [name for name in np.unique(quad) if name != NONE]
    assert names == list(range(len(names)))
    for name in names:
        assert is_quad(np.flatnonzero(quad == name), found)


@given(graphs(answers=(2,), max_edges=14, min_edges=8, vertices=4, simple=True))
def test_no_further_quad_fits(found: Graph) -> None:
    left = np.flatnonzero(quads(found.question, found.image, found.answer) == NONE)
    assert not any(is_quad(np.array(members), found) for members in combinations(left.tolist(), 4))
