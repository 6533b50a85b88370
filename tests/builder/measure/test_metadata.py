"""Published fields as numbers, by hand."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from twokeys.builder.measure.baselines.problem import Form, Problem
from twokeys.builder.measure.matrix import Matrix
from twokeys.builder.measure.metadata import PICTURE_FIELDS, of_items, of_pictures
from twokeys.builder.measure.plain_matrices import FieldMatrix, LexicalMatrix
from twokeys.builder.measure.stage import build_problem


def table(*meta: dict[str, Any], **columns: list[Any]) -> pd.DataFrame:
    """Items of one source."""
    n = len(meta)
    return pd.DataFrame(
        {
            "id": [f"toy:test:{place}" for place in range(n)],
            "question": ["Is it red?"] * n,
            "question_key": ["k"] * n,
            "choices": [[]] * n,
            "answer": ["yes"] * n,
            "compared": ["yes"] * n,
            "source": ["toy"] * n,
            "meta": [json.dumps(fields) for fields in meta],
        }
        | columns
    )


def test_names_become_their_rank_by_frequency() -> None:
    found = of_items(table(*({"organ": organ} for organ in ("head", "chest", "chest", "belly", "belly"))))
    assert found["meta.organ"].tolist() == [2, 1, 1, 0, 0]  # as frequent as each other: by spelling
    assert found.index.tolist()[0] == "toy:test:0"


def test_what_is_missing_has_a_number_of_its_own() -> None:
    found = of_items(table({"level": 3}, {}, {"level": 3}, {"level": 5}, {"level": None}))
    assert found["meta.level"].tolist() == [3, 2, 3, 5, 2]
    found = of_items(table({"kind": "a"}, {}, {"kind": "a"}))
    assert found["meta.kind"].tolist() == [0, -1, 0]


def test_what_names_each_row_or_is_the_same_for_all_is_left_out() -> None:
    meta = [{"qid": f"q{n}", "number": 100 + n, "same": "x", "area": n + 0.5, "of": [n // 2]} for n in range(6)]
    found = of_items(table(*meta, split=["train", "test"] * 3))
    assert found.columns.tolist() == ["split", "meta.area", "meta.of"]


def test_a_value_of_two_types_counts_as_names() -> None:
    found = of_items(table({"level": 1}, {"level": "1"}, {"level": "two"}, {"level": "two"}))
    assert found["meta.level"].tolist() == [0, 0, 1, 1]


def test_labels_play_no_part() -> None:
    items = table({"level": 1}, {"level": 2}, {"level": 1})
    assert of_items(items).equals(of_items(items.assign(answer=["no", "yes", "maybe"], answers=[[]] * 3)))


def test_pictures_by_hand() -> None:
    pictures = pd.DataFrame(
        {"image_key": ["a", "b"], "size": [600, 50], "width": [20, 5], "height": [10, 5], "contrast": [7.5, 0.0]}
    )
    found = of_pictures(pictures, pd.Index(["b", "a"]))
    assert dict(zip(PICTURE_FIELDS, found[1].tolist(), strict=True)) == {
        "bytes": 600, "width": 20, "height": 10, "aspect ratio": 2, "bytes per pixel": 3, "contrast": 7.5,
    }  # fmt: skip


@pytest.mark.parametrize("multiple", [False, True])
def test_rows_of_one_question_that_say_different_things_are_different_contents(multiple: bool) -> None:
    choices = [["yes", "no"] if multiple else []] * 4
    items = table({"level": 1}, {"level": 2}, {"level": 1}, {"level": 1}, choices=choices)
    form: Form = "option" if multiple else "answer"

    def problem(matrix: Matrix) -> Problem:
        return build_problem(items, np.zeros(4, int), np.arange(4), "question", form, [matrix], 8)

    times = 2 if multiple else 1
    plain, described = problem(LexicalMatrix()), problem(FieldMatrix(items))
    assert len(plain.text) == times
    assert len(described.text) == 2 * times
    level = described.matrices["metadata"][:, 0][described.content]
    assert level.tolist() == np.repeat([1, 2, 1, 1], times).tolist()
