"""Two sides at every vertex, one half: the circulation finds what the programme finds."""

from __future__ import annotations

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.strategies import graphs, is_balanced
from twokeys.builder.graph.circulation import directions, largest_circulation
from twokeys.builder.graph.graph import Graph
from twokeys.builder.graph.programme import largest_by_programme

ONE = {"min_edges": 1, "max_weight": 5}


@given(
    st.one_of(
        graphs((2,), 8, 60, **ONE),
        graphs((2, 3, 4), 6, 12, **ONE),
        graphs((2, 3), 3, 8, letters=True, **ONE),
        graphs((2, 3), 2, 6, letters=True, **ONE),
    )
)
def test_circulation_and_programme_reach_the_same_optimum(found: Graph) -> None:
    forward = directions(found)
    assume(forward is not None)
    assert forward is not None
    kept, weight = largest_circulation(found, forward)
    other, bound = largest_by_programme(found, 0.5, 10_000)
    assert weight == bound == int(found.weight[kept].sum()) == int(found.weight[other].sum())
    assert is_balanced(found, kept)
    assert is_balanced(found, other)


def test_a_trail_of_six_is_kept_whole_and_a_path_is_not() -> None:
    # q0 -a- i0 -b- q1 -a- i1 -b- q2 -a- i2 -b- q0: consecutive items differ in answer.
    question, image = np.array([0, 1, 1, 2, 2, 0]), np.array([0, 0, 1, 1, 2, 2])
    answer, weight = np.array([0, 1, 0, 1, 0, 1]), np.ones(6, dtype=np.int64)
    kept, total = _solved(Graph.plain(question, image, answer, weight))
    assert kept.all()
    assert total == 6
    kept, total = _solved(Graph.plain(question[:5], image[:5], answer[:5], weight[:5]))
    assert not kept.any()
    assert total == 0


@given(graphs((2,), 8, 40, min_edges=1))
def test_two_answers_always_are_a_flow(found: Graph) -> None:
    assert directions(found) is not None


def test_three_answers_are_a_flow_where_no_vertex_has_more_than_two() -> None:
    # A trail of six over three answers: every vertex has two of them, and which one comes in can be chosen.
    question, image = np.array([0, 1, 1, 2, 2, 0]), np.array([0, 0, 1, 1, 2, 2])
    trail = Graph.plain(question, image, np.array([0, 1, 2, 0, 1, 2]), np.ones(6, dtype=np.int64))
    assert directions(trail) is not None
    assert _solved(trail)[0].all()
    # A third answer at one vertex is a third side.
    more = Graph.plain(np.append(question, 0), np.append(image, 3), np.arange(7) % 4, np.ones(7, dtype=np.int64))
    assert directions(more) is None


def test_sides_that_no_choice_makes_agree_are_no_flow() -> None:
    # One question, two images with two edges each. At the question an image's edges are alike, at the image they
    # differ: whichever comes in there, one of them does not leave the question.
    question, image, weight = np.zeros(4, dtype=np.int64), np.array([0, 0, 1, 1]), np.ones(4, dtype=np.int64)
    tokens = np.array([[0], [1], [1], [0]])
    assert directions(Graph(question, image, np.array([0, 0, 1, 1]), weight, tokens)) is None
    # Where they differ at both ends, an image is turned so that they agree.
    assert directions(Graph(question, image, np.array([0, 1, 0, 1]), weight, tokens)) is not None


def test_letters_that_cut_an_image_as_its_answers_do_add_nothing_and_others_are_no_flow() -> None:
    quad = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]), np.array([0, 1, 1, 0]), np.ones(4, dtype=np.int64)
    same, other = np.array([[0, 2], [1, 3], [1, 3], [0, 2]]), np.array([[0, 2], [1, 3], [1, 2], [0, 3]])
    assert directions(Graph(*quad, same)) is not None
    assert directions(Graph(*quad, other)) is None
    # An option that reads like a letter is a colour in both columns.
    assert directions(Graph(*quad, np.array([[0, 1], [1, 0], [1, 0], [0, 1]]))) is None


def _solved(graph: Graph) -> tuple[np.ndarray, int]:
    forward = directions(graph)
    assert forward is not None
    return largest_circulation(graph, forward)
