"""Claim: who names the right option by its letter is right.

Attack: options that are letters themselves, or speak of others. Ordered by a hash, `(A) E (B) C (C) A` asks for "C"
under the letter B, "C or D" points at other options than it did, "None of the above" stands first.

Before (ba22272): in MATH-Vision the letter of the right option is marked wrong in 340 of 1,530 items with options.
Now: in 0 of 1,530; letters stand at their places (437 items), options that speak of others keep the order of the source
(50), and what has no order is a bad row (0).
"""

from __future__ import annotations

import os
from itertools import permutations
from pathlib import Path
from string import ascii_uppercase

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.attacks.reading import read_rows
from twokeys.builder.read.corpora import reader
from twokeys.builder.recipe import load
from twokeys.core.answers.marking import right
from twokeys.core.errors import BadInput
from twokeys.core.items import TextRule, hashed_order
from twokeys.core.option_places import clash, freedom

NAMES = ("{}", "({})", "{}.", "Option {}")


@pytest.mark.parametrize("form", [*NAMES, "${}$", "**{}**"])
def test_every_letter_means_one_option(tmp_path: Path, form: str) -> None:
    """All orders of letters, some out of the range of the options: the letter of a place is right there alone."""
    rows = [
        (f"Which one {number}?", [form.format(sign) for sign in signs], number, form.format(signs[number % 3]))
        for number, signs in enumerate(permutations("ABCDE", 3))
    ]
    items, aside = read_rows(tmp_path, rows)
    assert (len(items), len(aside)) == (60, 0)
    for choices, answer in zip(items["choices"], items["answer"], strict=True):
        options = list(choices)
        for place, option in enumerate(options):
            for name in NAMES:
                reply = name.format(ascii_uppercase[place])
                assert right(reply, "choice", options, answer) == (option == answer), options


FORMS = (
    "{}", "({})", "{}.", "Option {}", "Figure {}", "{}) red", "The answer is {}", "${}$", "\\boxed{{{}}}", "{} only",
)  # fmt: skip
WORDS = (
    "red", "blue", "$a - b$", "None of these", "A and B", "C or D", "both", "I", "a dog", "C. elegans", "yes", "-2",
)  # fmt: skip
OPTIONS = st.one_of(st.sampled_from(WORDS), st.builds(str.format, st.sampled_from(FORMS), st.sampled_from("ABCDEabc")))


@given(st.lists(OPTIONS, min_size=2, max_size=5, unique=True))
@settings(deadline=None)
def test_the_letter_of_a_place_is_right_for_the_option_there_and_for_no_other(options: list[str]) -> None:
    if clash("Which one?", options):
        return
    published = hashed_order("Which one?", options)
    for place, option in enumerate(published):
        for name in NAMES:
            reply = name.format(ascii_uppercase[place])
            assert [right(reply, "choice", published, gold) for gold in published] == [
                gold == option for gold in published
            ]


def test_small_letters_too(tmp_path: Path) -> None:
    rows = [(f"Which {number}?", list(signs), number, "b") for number, signs in enumerate(permutations("abc"))]
    items, _ = read_rows(tmp_path, rows)
    assert {tuple(options) for options in items["choices"]} == {("a", "b", "c")}


@pytest.mark.parametrize(
    "options",
    [
        ["A", "B", "C", "D", "C or D"],
        ["A and B", "A and C", "B and C"],
        ["red", "blue", "both (A) and (B)"],
        ["red", "blue", "None of these"],
        ["red", "blue", "All of the above"],
        ["left", "right", "neither"],
    ],
    ids=str,
)
def test_options_that_speak_of_others_stand_as_in_the_source(tmp_path: Path, options: list[str]) -> None:
    rows = [(f"Which {n}?", options, n, options[n % len(options)]) for n in range(12)]
    items, _ = read_rows(tmp_path, rows)
    assert {tuple(found) for found in items["choices"]} == {tuple(options)}
    both = [("Which?", options, 0, options[0]), ("Which?", options[::-1], 1, options[0])]
    turned, _ = read_rows(tmp_path / "t", both)
    # Another order is another question, or no order that can be read: one key has one order.
    assert turned["question_key"].nunique() == len(turned)


def test_letters_that_have_no_order_are_bad_rows(tmp_path: Path) -> None:
    rows = [("Which?", options, 0, options[0]) for options in (["A", "a"], ["(A)", "A", "red"], ["A and B", "A", "B"])]
    items, aside = read_rows(tmp_path, rows)
    assert (len(items), len(aside)) == (0, 3)


def test_no_letter_of_math_vision_is_marked_wrong() -> None:
    folder = os.environ.get("TWOKEYS_CORPORA", "")
    if not folder or not (Path(folder) / "mathv").is_dir():
        pytest.skip("TWOKEYS_CORPORA names no folder with 'mathv'")
    corpus = load("math-vision-text").corpora[0]
    form, text = reader(corpus.format), TextRule()
    root, wrong, asked, kinds = form.root(corpus, Path(folder)), 0, 0, {"free": 0, "pinned": 0, "source order": 0}
    for row in form.read(corpus, root, "test"):
        if isinstance(row, BadInput) or not row.choices:
            continue
        question, options, answer = text(row.question), [text(option) for option in row.choices], text(row.answer)
        published = hashed_order(question, options)
        wrong += not right(ascii_uppercase[published.index(answer)], "choice", published, answer)
        kinds[freedom(question, options)] += 1
        asked += 1
    assert (asked, wrong) == (1530, 0)
    assert kinds == {"free": 1043, "pinned": 437, "source order": 50}
