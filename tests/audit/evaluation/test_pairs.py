"""Accuracy over pairs and quads: known answers, and what ignoring one side gets."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.audit.conftest import rows
from twokeys.audit.evaluation.pairs import among, guess_rate, named, pair_accuracy

TABLE = pd.DataFrame(rows()).assign(compared=lambda table: table["answer"])


def test_pairs_are_found_once_and_quads_whole() -> None:
    found = named(TABLE)
    assert found["question"].tolist() == [[0, 1], [2, 3], [4, 5], [6, 7], [8, 9], [10, 11]]
    assert found["image"].tolist() == [[0, 2], [1, 3], [4, 6], [5, 7], [8, 10], [9, 11]]
    assert found["group"].tolist() == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]
    assert named(TABLE[:7])["group"].tolist() == [[0, 1, 2, 3]]
    assert named(TABLE[:7])["question"].tolist() == [[0, 1], [2, 3], [4, 5]]


def test_one_wrong_answer_costs_its_pairs_and_its_quad() -> None:
    right = np.ones(12, dtype=bool)
    right[0] = False
    found = pair_accuracy(TABLE, right)
    assert found["question"].accuracy.estimate == pytest.approx(5 / 6)
    assert found["image"].accuracy.estimate == pytest.approx(5 / 6)
    assert found["group"].accuracy.estimate == pytest.approx(2 / 3)
    assert (found["question"].chance, found["image"].chance, found["group"].chance) == (1 / 4, 1 / 4, 1 / 16)


@given(st.lists(st.sampled_from(["yes", "no"]), min_size=2, max_size=2))
def test_who_sees_the_question_alone_gets_no_question_pair(say: list[str]) -> None:
    said = [say[0] if "red" in question else say[1] for question in TABLE["question"]]
    found = pair_accuracy(TABLE, np.array(said) == TABLE["answer"].to_numpy())
    assert found["question"].accuracy.estimate == 0
    assert found["group"].accuracy.estimate == 0


def test_pairs_among_any_items_share_one_side_and_differ_in_the_answer() -> None:
    found = among(TABLE)
    for kind, same, other in (("question", "question_key", "image_key"), ("image", "image_key", "question_key")):
        assert len(found[kind])
        for one, two in found[kind]:
            assert TABLE[same][one] == TABLE[same][two]
            assert TABLE[other][one] != TABLE[other][two]
            assert TABLE["answer"][one] != TABLE["answer"][two]
    assert len(found["group"]) == 3
    for quad in found["group"]:
        assert TABLE["question_key"][quad].nunique() == TABLE["image_key"][quad].nunique() == 2


def test_guesses_are_uniform_over_options_or_answers_of_the_type() -> None:
    table = pd.DataFrame({
        "choices": [["a", "b", "c"], [], [], []],
        "answer_type": ["choice", "open", "open", "yes/no"],
        "compared": ["a", "x", "y", "yes"],
    })  # fmt: skip
    assert guess_rate(table).tolist() == pytest.approx([1 / 3, 1 / 2, 1 / 2, 1])
