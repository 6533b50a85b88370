"""No function of a key beats its ceiling, and one reaches it."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import items, keyed_answers
from twokeys.core.ceilings import Ceiling, all_ceilings, ceiling, ceilings, codes, most_frequent
from twokeys.core.colours import NONE
from twokeys.core.strata import strata


@pytest.mark.parametrize(
    ("keys", "answers", "right"),
    [
        # One key, answers a a b: the best constant gets 2 of 3.
        ([0, 0, 0], [0, 0, 1], 2),
        # Every item has its own key: the key tells the answer.
        ([0, 1, 2], [0, 1, 0], 3),
        # A quad, 2 questions by 2 images with answers a b / b a: each question holds each answer once.
        ([0, 0, 1, 1], [0, 1, 1, 0], 2),
        # Three answers on one key: 2 of 5. The other key: 1 of 1.
        ([0, 0, 0, 0, 0, 1], [0, 0, 1, 1, 2, 2], 3),
    ],
)
def test_the_ceiling_by_hand(keys: list[int], answers: list[int], right: int) -> None:
    assert ceiling(np.array(keys), np.array(answers)) == Ceiling(right, len(keys), len(set(keys)))


def test_the_ceiling_of_nothing_is_no_number() -> None:
    nothing = ceiling(np.zeros(0, dtype=int), np.zeros(0, dtype=int))
    assert (nothing.right, nothing.items, nothing.keys) == (0, 0, 0)
    assert np.isnan(nothing.share)


@given(keyed_answers())
def test_no_function_of_the_key_beats_the_ceiling_and_one_reaches_it(case: tuple[np.ndarray, np.ndarray]) -> None:
    key, answer = case
    # All functions from keys to answers, as tables: at most 3^3.
    scores = [int((np.array(table)[key] == answer).sum()) for table in product(range(3), repeat=int(key.max()) + 1)]
    assert max(scores) == ceiling(key, answer).right


def test_no_random_function_of_the_key_beats_the_ceiling() -> None:
    rng = np.random.default_rng(0)
    key, answer = rng.integers(0, 40, 500), rng.integers(0, 4, 500)
    best = ceiling(key, answer).right
    scores = [int((rng.integers(0, 4, 40)[key] == answer).sum()) for _ in range(2_000)]
    assert max(scores) <= best
    # The function that answers with each key's most frequent answer reaches it.
    table = [np.bincount(answer[key == number]).argmax() for number in range(40)]
    assert int((np.array(table)[key] == answer).sum()) == best


def test_a_predictor_that_draws_at_random_obeys_the_ceiling_in_expectation() -> None:
    # Given key k it answers a with probability p[k, a]: it expects sum p[k(i), a(i)] hits, a mean over functions.
    rng = np.random.default_rng(1)
    key, answer = rng.integers(0, 30, 400), rng.integers(0, 3, 400)
    for _ in range(200):
        p = rng.dirichlet([0.2] * 3, 30)
        assert p[key, answer].sum() <= ceiling(key, answer).right + 1e-9


@given(keyed_answers(max_items=20, keys=6), st.lists(st.integers(0, 5), min_size=6, max_size=6))
def test_a_coarser_key_never_has_a_higher_ceiling(case: tuple[np.ndarray, np.ndarray], merge: list[int]) -> None:
    key, answer = case
    assert ceiling(np.array(merge)[key], answer).right <= ceiling(key, answer).right


@given(keyed_answers(max_items=20))
def test_a_ceiling_lies_between_the_commonest_answer_and_all(case: tuple[np.ndarray, np.ndarray]) -> None:
    key, answer = case
    assert np.bincount(answer).max() <= ceiling(key, answer).right <= len(key)


def test_codes_that_do_not_occur_count_nothing() -> None:
    assert most_frequent(np.array([0, 2, 2]), np.array([1, 0, 0])).tolist() == [1, 0, 2]
    assert ceiling(np.array([0, 2, 2]), np.array([1, 0, 0])).keys == 2


def test_codes_number_values_in_order_of_appearance() -> None:
    assert codes(pd.Series(["b", "a", "b", "c"])).tolist() == [0, 1, 0, 2]


def test_ceilings_of_a_table_by_hand() -> None:
    # q asks i -> yes, j -> no, k -> no: the question gets 2 of 3; r asks i -> yes: 1 of 1. Images: i has yes yes.
    table = pd.DataFrame(
        {"question_key": list("qqqr"), "image_key": list("ijki"), "answer": ["yes", "no", "no", "yes"]}
    ).assign(choices=[[]] * 4, answer_type="yes/no")
    assert ceilings(table) == {"question": Ceiling(3, 4, 2), "image": Ceiling(4, 4, 3), "both": Ceiling(4, 4, 4)}


def test_an_item_with_several_colours_counts_for_each_of_them_once() -> None:
    # One image: texts red, blue, red; letters A, A, none. "red" is right on two items, "A" on two, nothing on three.
    red, blue, first = 0, 1, 2
    colours = np.array([[red, first], [blue, first], [red, NONE]])
    assert ceiling(np.zeros(3, dtype=int), colours) == Ceiling(2, 3, 1)
    # With a third item whose letter is A, that reply is right on all.
    assert ceiling(np.zeros(3, dtype=int), np.array([[red, first], [blue, first], [red, first]])).right == 3


def test_coarse_joint_views_by_hand() -> None:
    table = pd.DataFrame(
        {
            "question": ["Is there a dog?", "is There a cat?", "Why is it red?", "Why?"],
            "question_key": list("qrst"),
            "image_key": list("iijj"),
            "image_colour": ["0-0-0", "0-0-0", "7-7-7", "7-7-7"],
            "answer": ["yes", "no", "paint", "rust"],
            "answer_type": ["yes/no", "yes/no", "open", "open"],
            "choices": [[]] * 4,
        }
    )
    found = all_ceilings(table)
    # Both questions about i begin alike, those about j do not.
    assert found["image + question type"] == Ceiling(3, 4, 3)
    assert found["question + image colour"] == Ceiling(4, 4, 4)
    assert "question + image colour" not in all_ceilings(table.assign(image_colour=None))


@given(items())
def test_every_stratum_splits_all_items(table: pd.DataFrame) -> None:
    parts = strata(table)
    assert parts["all"] is table
    for column in ("source", "split", "answer_type"):
        named = [part for name, part in parts.items() if name.startswith(f"{column}=")]
        assert sorted(pd.concat(named)["id"]) == sorted(table["id"])
        # The best function of a key is at least as good when it may also know the stratum.
        for view in ("question", "image"):
            inside = sum(ceilings(part)[view].right for part in named)
            assert inside >= ceilings(table)[view].right
