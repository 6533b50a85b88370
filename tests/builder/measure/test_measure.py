"""From a baseline's scores to predictions and gold probabilities, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twokeys.builder.measure.fit import _drawn, _frequent, _named


def test_answers_are_named_from_the_known_ones() -> None:
    # Class 0 stands for answer 7, class 1 for answer 3. The gold answers are 3, 7, 7 and 5, which nobody knew.
    scores = np.array([[0.9, 0.1], [0.4, 0.6], [0.5, 0.5], [0.2, 0.8]], dtype=np.float32)
    found = _named(scores, np.array([10, 11, 12, 13]), np.array([3, 7, 7, 5]), np.array([7, 3]))
    assert found["item"].tolist() == [10, 11, 12, 13]
    # Even scores go to the first class, which is the most frequent answer.
    assert found["prediction"].tolist() == [7, 3, 7, 3]
    assert found["p_gold"].tolist() == pytest.approx([0.1, 0.4, 0.5, 0])
    assert found["confidence"].tolist() == pytest.approx([0.9, 0.6, 0.5, 0.8])


def test_the_known_answers_are_the_most_frequent_ones_in_order() -> None:
    # 4 occurs three times, 2 and 9 twice, 1 once: ties go to the smaller code.
    labels = np.array([9, 4, 2, 4, 1, 9, 2, 4])
    assert _frequent(labels, 10).tolist() == [4, 2, 9, 1]
    assert _frequent(labels, 2).tolist() == [4, 2]


def test_options_of_an_item_compete() -> None:
    # Item 5 has options scored 1 and 3: shares 1/4 and 3/4. Item 2 has 2, 2 and 1: shares 0.4, 0.4, 0.2, and the tie
    # goes to the first. Item 8 has no score at all: both options are as likely as not.
    item = np.array([5, 5, 2, 2, 2, 8, 8])
    found = _drawn(np.array([1.0, 3, 2, 2, 1, 0, 0]), item, np.array([1, 0, 0, 1, 0, 0, 1]))
    assert found["item"].tolist() == [5, 2, 8]
    assert found["prediction"].tolist() == [1, 0, 0]
    assert found["p_gold"].tolist() == pytest.approx([0.25, 0.4, 0.5])
    assert found["confidence"].tolist() == pytest.approx([0.75, 0.4, 0.5])


def test_a_single_item_competes_with_itself_alone() -> None:
    found = _drawn(np.array([0.2, 0.6]), np.array([0, 0]), np.array([0, 1]))
    assert (found["item"].tolist(), found["prediction"].tolist()) == ([0], [1])
    assert found["p_gold"].tolist() == pytest.approx([0.75])


SCORES = st.one_of(st.just(0.0), st.floats(1e-6, 1))


@given(st.lists(st.lists(SCORES, min_size=2, max_size=5), min_size=1, max_size=6), st.data())
def test_gold_probabilities_over_all_options_sum_to_one(scores: list[list[float]], data: st.DataObject) -> None:
    names = data.draw(st.permutations(range(len(scores))))
    item = np.concatenate([[name] * len(row) for name, row in zip(names, scores, strict=True)])
    flat = np.concatenate(scores)
    total = np.zeros(len(scores))
    for place in range(max(map(len, scores))):
        gold = np.concatenate([np.arange(len(row)) == place for row in scores]).astype(np.int64)
        found = _drawn(flat, item, gold)
        assert found["item"].tolist() == names
        assert found["prediction"].tolist() == [int(np.argmax(row)) for row in scores]
        total += found["p_gold"]
    assert total == pytest.approx(np.ones(len(scores)), abs=1e-5)
