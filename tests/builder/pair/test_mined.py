"""Mined partners: the nearest, found as brute force finds them; matchings keep what the cyclic step proves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import graphs
from twokeys.builder.balance import nearest
from twokeys.builder.balance.nearest import NONE, matched_partners, nearest_other
from twokeys.builder.graph.largest import largest_balanced
from twokeys.builder.pair.lexicon import Substitution, learn, substitution
from twokeys.core.intervals.accuracy import wilson
from twokeys.core.partners import partners


def directions(degrees: list[float]) -> np.ndarray:
    angle = np.radians(degrees)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1).astype(np.float32)


def test_the_nearest_with_another_answer_by_hand() -> None:
    # One question on pictures at 0, 10, 40, 90 degrees; answers a a b b. A second question stands alone.
    vectors = directions([0, 10, 40, 90])
    vertex, answer, content = np.array([0, 0, 0, 0, 1]), np.array([0, 0, 1, 1, 0]), np.array([0, 1, 2, 3, 0])
    found, similarity = nearest_other(vertex, answer, content, vectors)
    assert found.tolist() == [2, 2, 1, 1, NONE]
    assert similarity[:4] == pytest.approx(np.cos(np.radians([40, 30, 30, 80])), abs=1e-6)
    assert np.isnan(similarity[4])


def test_the_same_picture_with_another_gold_is_no_partner() -> None:
    found, _ = nearest_other(np.zeros(2, int), np.array([0, 1]), np.array([0, 0]), directions([0]))
    assert found.tolist() == [NONE, NONE]


def test_the_matching_takes_near_pairs_by_hand() -> None:
    # a at 0 and 90 degrees, b at 85 and 5: the step would pair 0 with 85, the matching takes 0-5 and 90-85.
    content = np.arange(4)
    answer = np.array([0, 0, 1, 1])
    found = matched_partners(np.zeros(4, int), answer, content, directions([0, 90, 85, 5]))
    assert found.tolist() == [3, 2, 1, 0]
    assert partners(np.zeros(4, int), answer).tolist() == [2, 3, 0, 1]


@given(graphs(answers=(2, 3, 4), max_edges=50, vertices=6, simple=True), st.integers(0, 5))
def test_a_matching_keeps_what_the_step_proves(found, seed: int) -> None:
    kept = found.part(largest_balanced(found).keep)
    rng = np.random.default_rng(seed)
    for vertex, other in ((kept.question, kept.image), (kept.image, kept.question)):
        vectors = rng.normal(size=(int(other.max(initial=0)) + 1, 3)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        partner = matched_partners(vertex, kept.answer, other, vectors)
        assert sorted(partner.tolist()) == list(range(len(kept)))
        assert (vertex[partner] == vertex).all()
        assert (kept.answer[partner] != kept.answer).all()
        even = np.bincount(vertex, minlength=1)[vertex] % 2 == 0
        assert (partner[partner][even] == np.arange(len(kept))[even]).all()
        step = partners(vertex, kept.answer)
        near, any_ = (np.einsum("nd,nd->n", vectors[other], vectors[other[p]]).sum() for p in (partner, step))
        if len(set(kept.answer.tolist())) == 2:
            assert near >= any_ - 1e-4


@given(graphs(answers=(2, 3), max_edges=40, min_edges=4, vertices=5), st.integers(0, 5))
def test_faiss_and_brute_force_agree(found, seed: int) -> None:
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(int(found.image.max()) + 1, 4)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    index, similarity = nearest_other(found.question, found.answer, found.image, vectors)
    for item in range(len(found)):
        others = np.flatnonzero(
            (found.question == found.question[item])
            & (found.answer != found.answer[item])
            & (found.image != found.image[item])
        )
        if not len(others):
            assert index[item] == NONE
        else:
            best = (vectors[found.image[others]] @ vectors[found.image[item]]).max()
            assert similarity[item] == pytest.approx(best, abs=1e-5)
    small = nearest.SMALL
    try:
        nearest.SMALL = 0
        again = nearest_other(found.question, found.answer, found.image, vectors)
    finally:
        nearest.SMALL = small
    assert again[1] == pytest.approx(similarity, abs=1e-5, nan_ok=True)


def test_blocks_of_a_large_vertex_are_matched_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearest, "BLOCK", 8)
    rng = np.random.default_rng(0)
    vectors = directions(rng.uniform(0, 180, 100).tolist())
    answer = np.repeat([0, 1], 50)
    found = matched_partners(np.zeros(100, int), answer, np.arange(100), vectors)
    assert sorted(found.tolist()) == list(range(100))
    assert (answer[found] != answer).all()
    step = partners(np.zeros(100, int), answer)
    near, far = (np.einsum("nd,nd->n", vectors, vectors[p]).mean() for p in (found, step))
    assert near > 0.95
    assert far < 0.5


def items(rows: list[tuple[str, str, str]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["image_key", "question", "answer"])
    return table.assign(question_key=table["question"], choices=[[]] * len(table), answer_source="annotated")


def test_the_lexicon_by_hand() -> None:
    # On five pictures both are asked; on four the answers differ. "a" against "the" never flips.
    rows = [(str(i), f"Is it a {c} shape?", a) for i in range(4) for c, a in (("red", "yes"), ("blue", "no"))]
    rows += [("4", "Is it a red shape?", "no"), ("4", "Is it a blue shape?", "no")]
    rows += [("4", "Is it the red shape?", "no"), ("5", "Is there any red shape in the old picture?", "no")]
    found = learn(items(rows), support=5, confidence=0.1)
    low = wilson(4 / 5, 5)[0]
    assert found == (Substitution("blue", "red", 5, 4, low), Substitution("red", "blue", 5, 4, low))
    assert found[0].confidence == 0.8
    assert low == pytest.approx(0.3755, abs=1e-4)
    assert learn(items(rows), support=6, confidence=0.0) == ()
    assert learn(items(rows), support=5, confidence=0.5) == ()
    assert learn(items([]), support=1, confidence=0.0) == ()


def test_substitutions_are_one_phrase() -> None:
    assert substitution(("is", "it", "red"), ("is", "it", "not", "red")) is None
    assert substitution(("a", "b", "c", "d"), ("a", "x", "c", "y")) == ("b c d", "x c y")
    assert substitution(("what",), ("where",)) is None
    assert substitution(("on", "the", "left"), ("on", "the", "right", "side")) == ("left", "right side")


def test_constructed_items_teach_nothing() -> None:
    rows = [(str(i), f"Is it {c}?", a) for i in range(5) for c, a in (("red", "yes"), ("blue", "no"))]
    assert learn(items(rows).assign(answer_source="constructed"), 1, 0.0) == ()


def test_many_items_of_an_item_s_own_content_hide_no_other() -> None:
    """Twenty items with yes show the very image of the item with no; the one that shows another is its partner."""
    answer = np.array([0] * 20 + [1, 0])
    content = np.array([0] * 21 + [1])
    vectors = np.array([[1.0, 0.0], [0.0, 1.0]], dtype=np.float32)
    index, similarity = nearest_other(np.zeros(22, dtype=np.int64), answer, content, vectors)
    assert (index[20], similarity[20]) == (21, 0.0)
    assert (index[21], similarity[21]) == (20, 0.0)
