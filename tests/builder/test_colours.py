"""The theorem by brute force: no reply that can be put together is right more often than a vertex's colours allow."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.attacks.blind import best_replies, item_table
from twokeys.core.ceilings import ceilings, most_frequent
from twokeys.core.colours import accepted_tokens, colours, contradicted

OPTIONS = (
    ("Yes", "No"), ("yes", "no"), ("true", "false"), ("red", "blue", "dark blue"), ("B", "A"), ("A and C", "B and D"),
    ("-2", "2"), ("B+", "B-"), ("3", "4"), ("three", "four"), ("None of these", "red"), ("cat", "A cat sits"),
)  # fmt: skip
GOLDS = (
    "yes", "No", "true", "3", "three", "-3", "3.0", "red", "Dark blue", "A", "b", "C#", "1/2", "$5.99", "Dr. Pepper",
    "unknown", "no dog", "none", "a cat", "letter A", "<5%", "红色", "2 feet",
)  # fmt: skip
TYPES = ("yes/no", "number", "open")
FRAMES = (
    "{}", "{}.", "The answer is {}.", "({})", "It is {}.", "I think it is {}", "Answer: {}\nAnswer: no",
    "\\boxed{{{}}}",
    "{}, I think", "Yes, {}", "No, it is {}", "Option {}", "{} or A", "B) {}", "There are {}", "not {}",
)  # fmt: skip
WORDS = (*GOLDS, *(word for options in OPTIONS for word in options), *"ABCD", "A, B", "(B)", "")
REPLIES = tuple(dict.fromkeys(frame.format(word) for frame, word in product(FRAMES, WORDS)))


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    """Items of many kinds about two images, a question's options always in one order."""
    rows = []
    for _ in range(draw(st.integers(2, 8))):
        options = list(draw(st.sampled_from([(), *OPTIONS])))
        gold = draw(st.sampled_from(options or GOLDS))
        rows.append((draw(st.sampled_from(["q?", "r?"])), draw(st.sampled_from(["i", "j"])), options, gold))
    table = item_table(rows)
    table["answer_type"] = ["choice" if options else draw(st.sampled_from(TYPES)) for options in table["choices"]]
    return table


@settings(max_examples=20)
@given(tables())
def test_no_reply_is_right_more_often_than_the_ceiling(table: pd.DataFrame) -> None:
    found = ceilings(table)
    assert best_replies(table, "image_key", REPLIES) <= found["image"].right
    assert best_replies(table, "question_key", REPLIES) <= found["question"].right
    both = table.assign(both=table["question_key"] + table["image_key"])
    assert best_replies(both, "both", REPLIES) <= found["both"].right


@given(tables())
def test_the_ceiling_is_reached_by_golds_and_letters(table: pd.DataFrame) -> None:
    # At a question the gold itself is a reply that all items of its colour take for right.
    golds = [*dict.fromkeys(table["answer"])]
    assert best_replies(table, "question_key", golds) == ceilings(table)["question"].right


@given(tables())
def test_contradicted_items_are_those_whose_question_and_image_have_two_colours(table: pd.DataFrame) -> None:
    colour = colours(table).question.tolist()
    rows = list(zip(table["question_key"], table["image_key"], colour, strict=True))
    expected = [any(other[:2] == row[:2] and other[2] != row[2] for other in rows) for row in rows]
    assert contradicted(table).tolist() == expected


def test_colours_by_hand() -> None:
    table = item_table([("q", "i", ["B", "A"], "A"), ("q", "j", ["B", "A"], "B"), ("r", "i", ["no", "A"], "no")])
    # The option A stands under B: by text it reads as the letter A, by place it is B.
    assert accepted_tokens(table) == [("letter A", "letter B"), ("letter B", "letter A"), ("no", "letter A")]
    found = colours(table)
    # At the image i "A" is right on both of its items.
    assert most_frequent(np.array([0, 1, 0]), found.image).tolist() == [2, 1]
    assert found.question.tolist() == [1, 0, 0]


def test_two_questions_in_one_order_of_options_are_told_apart_by_option() -> None:
    table = item_table([("q", "i", ["3", "three"], "3"), ("q", "j", ["3", "three"], "three")])
    assert ceilings(table)["question"].right == 1
    assert contradicted(table.assign(image_key="i")).all()
