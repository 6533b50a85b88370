"""By how much it helps to know that an item was edited, against counts made by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.counterfactuals.cue import alone, beside


@pytest.mark.parametrize(
    ("original", "edited", "cue"),
    [
        (["yes", "no"], ["yes", "no"], 0.0),  # a closed quad
        (["yes", "yes"], ["no", "no"], 0.5),  # one side only: 4 of 4 instead of 2
        (["yes", "yes", "yes", "no"], ["no", "no", "no", "yes"], 0.25),  # 6 of 8 instead of 4
        (["red", "blue"], ["green", "green"], 0.25),  # 3 of 4 instead of 2
        ([], [], 0.0),
    ],
)
def test_the_help_of_the_mark_alone(original: list[str], edited: list[str], cue: float) -> None:
    assert alone(original, edited) == cue


@given(st.lists(st.sampled_from("abc")), st.lists(st.sampled_from("abc")))
def test_the_mark_alone_never_hurts_and_helps_by_half_at_most(original: list[str], edited: list[str]) -> None:
    assert 0 <= alone(original, edited) <= 0.5


def quads(number: int, red_first: Callable[[int], bool]) -> pd.DataFrame:
    """Two questions about a picture and its edit, with the answers a b / b a: every view alone is balanced."""
    rows = []
    for group in range(number):
        answers = ("yes", "no") if red_first(group) else ("no", "yes")
        for picture, said in ((f"{group}", answers), (f"{group} edited", answers[::-1])):
            for question, answer in zip(("is it red?", "is it blue?"), said, strict=True):
                rows.append((question, picture, answer, str(group)))
    return pd.DataFrame(rows, columns=["question", "image_key", "answer", "group"])


def edited(items: pd.DataFrame) -> np.ndarray:
    return items["image_key"].str.endswith("edited").to_numpy()


def test_edits_of_one_direction_are_found_where_each_question_is_looked_at() -> None:
    """All red things were made blue. Half of all edited items are yes, and yet "edited" answers either question."""
    items = quads(12, lambda group: True)
    marked = edited(items)
    assert alone(items["answer"][~marked].tolist(), items["answer"][marked].tolist()) == 0.0
    # 24 edited items, all known from the other groups; the ceiling of a question is one half.
    assert beside(items, marked, "question", 0.05, 0) == 0.5


def test_edits_of_both_directions_are_no_cue() -> None:
    items = quads(12, lambda group: group % 2 == 0)
    assert beside(items, edited(items), "question", 0.05, 0) == 0.0


def test_three_of_four_edits_of_one_direction_help_by_a_quarter() -> None:
    """The other groups say blue; 3 of 4 edits are. Questions stay balanced, for each has as many originals."""
    items = quads(200, lambda group: group % 4 != 0)
    assert beside(items, edited(items), "question", 0.05, 0) == 0.25


def test_questions_of_one_beginning_speak_for_each_other() -> None:
    """Every question is asked in one group alone, and begins as all others do."""
    items = quads(40, lambda group: True)
    items["question"] = [f"is it not thing {n}?" for n in items["group"]]
    red = items.drop_duplicates(["question", "image_key"], ignore_index=True)
    # "is it not" has one answer about edited pictures, and the ceiling of each question is one half.
    assert beside(red, edited(red), "question", 0.05, 0) == 0.5


def test_nothing_is_learned_from_the_own_group_and_nothing_from_few() -> None:
    one = quads(1, lambda group: True)
    assert beside(one, edited(one), "question", 0.05, 0) == 0.0
    two = quads(2, lambda group: True)
    assert beside(two, edited(two), "question", 0.05, 0) == 0.0  # right twice can be luck


def test_a_balanced_set_without_edits_has_no_cue() -> None:
    items = quads(5, lambda group: True)
    assert beside(items, np.zeros(len(items), dtype=bool), "question", 0.05, 0) == 0.0


def test_a_word_of_edits_is_balanced_by_the_question_and_beside_the_picture_it_says_nothing() -> None:
    """Questions about edited wordings have both answers, as each question of a balanced set has."""
    items = quads(30, lambda group: group % 2 == 0)
    wording = (items["question"] == "is it blue?").to_numpy()
    assert beside(items, wording, "image_key", 0.05, 0) == 0.0
