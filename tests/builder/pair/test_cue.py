"""By how much it helps to know that an item was edited, against counts made by hand."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twokeys.builder.pair.artefacts.cue import NONE, Cue, Help, alone, beside

Answers = list[str]


def marked(original: Answers, edited: Answers) -> pd.DataFrame:
    """One item a group and side."""
    rows = [(answer, f"g{at}", side) for side in (False, True) for at, answer in enumerate((original, edited)[side])]
    return pd.DataFrame(rows, columns=["answer", "group", "edited"])


@pytest.mark.parametrize(
    ("original", "edited", "share"),
    [
        (["yes", "no"], ["yes", "no"], 0.0),  # a closed quad
        (["yes", "yes"], ["no", "no"], 0.5),  # one side only: 4 of 4 instead of 2
        (["yes", "yes", "yes", "no"], ["no", "no", "no", "yes"], 0.25),  # 6 of 8 instead of 4
        (["red", "blue"], ["green", "green"], 0.25),  # 3 of 4 instead of 2
        ([], [], 0.0),
        (["yes", "no"], [], 0.0),  # nothing to tell
    ],
)
def test_the_help_of_the_mark_alone(original: Answers, edited: Answers, share: float) -> None:
    found = alone(marked(original, edited))
    assert (found.share, found.high) == (share, share)


@given(st.lists(st.sampled_from("abc")), st.lists(st.sampled_from("abc")))
def test_the_mark_alone_never_hurts_and_helps_by_half_at_most(original: Answers, edited: Answers) -> None:
    found = alone(marked(original, edited))
    assert 0 <= found.share <= 0.5
    assert 0 < found.p <= 1


def test_few_items_that_help_by_luck_are_not_called_a_cue_and_many_are() -> None:
    """Three of four go one way: with 4 groups half of all swaps do as well (2 of 8 or 6 of 8), with 400 none does."""
    few, many = (alone(marked(["yes", "yes", "yes", "no"] * n, ["no", "no", "no", "yes"] * n)) for n in (1, 100))
    assert few.share == many.share == 0.25
    assert few.p > 0.3
    assert many.p == 1 / 1000


def test_fair_coins_are_refused_no_more_often_than_the_level_says() -> None:
    rng = np.random.default_rng(0)
    coins = [[["yes", "no"][side] for side in rng.integers(0, 2, 17)] for _ in range(400)]
    p = np.array([alone(marked(one, other), seed).p for seed, (one, other) in enumerate(pairwise(coins))])
    assert (p <= 0.05).mean() < 0.05 + 3 * np.sqrt(0.05 * 0.95 / len(p))


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
    told = edited(items)
    assert alone(items.assign(edited=told)).share == 0.0
    # 24 edited items, all known from the other groups; the ceiling of a question is one half.
    found = Cue(NONE, beside(items, told, "question", 0.05, 0))
    assert found.most.share == 0.5
    assert found.verdict(0.05, 0.05) == "helps"


def test_edits_of_both_directions_are_no_cue() -> None:
    items = quads(600, lambda group: group % 2 == 0)
    found = Cue(alone(items.assign(edited=edited(items))), beside(items, edited(items), "question", 0.05, 0))
    assert found.verdict(0.05, 0.05) == "none"


def test_three_of_four_edits_of_one_direction_help_by_a_quarter() -> None:
    """The other groups say blue; 3 of 4 edits are. Questions stay balanced, for each has as many originals."""
    items = quads(200, lambda group: group % 4 != 0)
    found = beside(items, edited(items), "question", 0.05, 0)
    assert found.share == 0.25
    assert found.p < 0.001


@pytest.mark.parametrize("groups", [8, 16, 24])
def test_what_few_groups_leave_open_is_not_called_none(groups: int) -> None:
    """The truth is a help of a quarter; so few groups do not show it, and do not show the contrary."""
    items = quads(groups, lambda group: group % 4 != 0)
    assert Cue(NONE, beside(items, edited(items), "question", 0.05, 0)).verdict(0.05, 0.05) == "undecided"


def test_questions_of_one_beginning_speak_for_each_other() -> None:
    """Every question is asked in one group alone, and begins as all others do."""
    items = quads(40, lambda group: True)
    items["question"] = [f"is it not thing {n}?" for n in items["group"]]
    red = items.drop_duplicates(["question", "image_key"], ignore_index=True)
    # "is it not" has one answer about edited pictures, and the ceiling of each question is one half.
    assert beside(red, edited(red), "question", 0.05, 0).share == 0.5


def test_nothing_is_learned_from_the_own_group_and_nothing_from_few() -> None:
    one = quads(1, lambda group: True)
    assert beside(one, edited(one), "question", 0.05, 0) == Help(0.0, 1.0, 1.0)
    two = quads(2, lambda group: True)
    found = Cue(NONE, beside(two, edited(two), "question", 0.05, 0))
    assert found.verdict(0.05, 0.05) == "undecided"  # right twice can be luck


def test_a_balanced_set_without_edits_has_no_cue() -> None:
    items = quads(5, lambda group: True)
    assert beside(items, np.zeros(len(items), dtype=bool), "question", 0.05, 0) == NONE


def test_a_word_of_edits_is_balanced_by_the_question_and_beside_the_picture_it_says_nothing() -> None:
    """Questions about edited wordings have both answers, as each question of a balanced set has."""
    items = quads(30, lambda group: group % 2 == 0)
    wording = (items["question"] == "is it blue?").to_numpy()
    assert beside(items, wording, "image_key", 0.05, 0).share <= 0
