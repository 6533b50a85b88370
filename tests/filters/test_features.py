"""What is taken from the table when a rule trains a model."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from twokeys.core.errors import BadInput
from twokeys.filters.features import read_features


def test_rows_are_sorted_by_id_and_answers_numbered_by_their_text() -> None:
    table = pd.DataFrame({"id": ["b", "a", "c"], "answer": ["red", "blue", "red"], "v": [[1, 2], [3, 4], [5, 6]]})
    features = read_features(table, "v")
    assert features.ids == ["a", "b", "c"]
    assert features.vectors.tolist() == [[3, 4], [1, 2], [5, 6]]
    assert features.labels.tolist() == [0, 1, 1]


def test_items_without_answer_or_whole_vector_are_left_out() -> None:
    vectors = [[1.0], None, [np.nan], np.array([2.0]), [3.0]]
    table = pd.DataFrame({"id": list("abcde"), "answer": ["x", "x", "x", "y", None], "v": vectors})
    assert read_features(table, "v").ids == ["a", "d"]


def test_vectors_of_different_length_are_an_error_that_names_items() -> None:
    table = pd.DataFrame({"id": ["a", "b"], "answer": "x", "v": [[1.0], [1.0, 2.0]]})
    with pytest.raises(BadInput, match=r"v: the vectors have the shapes \(1,\) of item a, \(2,\) of item b"):
        read_features(table, "v")
