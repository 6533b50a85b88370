"""A gold is its own right reply, no other option is, and tokens bound what any reply can get."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import product
from string import ascii_uppercase

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import texts, words
from twokeys.core.answers.marking import accepted, right
from twokeys.core.answers.parsing import token
from twokeys.core.answers.picking import picked

Item = tuple[str, tuple[str, ...], str]

TYPES = st.sampled_from(["yes/no", "number", "open"])
TEXTS = st.one_of(texts(16), words(), st.sampled_from(["true", "Dr. Pepper", "$5.99", "3.0", "2 feet", "many", "p.m."]))
GOLDS = TEXTS.map(lambda text: " ".join(text.split())).filter(bool)
POOL: tuple[Item, ...] = (
    ("yes/no", (), "yes"), ("yes/no", (), "true"), ("yes/no", (), "no"), ("open", (), "Yes"),
    ("open", (), "no parking"),
    ("number", (), "2"), ("number", (), "2 feet"), ("number", (), "2 m"), ("number", (), "none"), ("open", (), "none"),
    ("open", (), "2 dogs"), ("open", (), "-2"), ("open", (), "red"), ("open", (), "It is red"), ("open", (), "B"),
    ("open", (), "Dr. Pepper"), ("open", (), "red, blue"), ("open", (), "unknown"), ("number", (), "0"),
    ("choice", ("red", "blue"), "red"), ("choice", ("blue", "red"), "red"), ("choice", ("Yes", "No"), "No"),
    ("choice", ("2", "-2"), "-2"), ("choice", ("B", "A"), "A"), ("choice", ("A", "C", "red"), "red"),
    ("choice", ("2 feet", "2 m", "B"), "2 m"), ("open", (), "A, B"), ("open", (), "cat; dog"),
    ("choice", ("no", "2"), "2"),
)  # fmt: skip
PIECES = (
    "The answer is ", "It is ", "(B)", "A", "B", " or ", " and ", ", ", "; ", ". ", "\n", "no", "yes", "red", "blue",
    "not ", "2", " feet", "Dr. Pepper", "unknown", "-2", "none", "Answer: ", "\\boxed{A}",
)  # fmt: skip
LISTS = tuple(
    mark.join(golds)
    for mark in (", ", "; ", "\n", ". ", " or ", " ")
    for golds in ([answer for _, _, answer in POOL], ["yes", "no", "red", "2", "A", "B"], ["A", "B"], ["red", "blue"])
)
REPLIES = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=6).map("".join),
    st.sampled_from([answer for _, _, answer in POOL]),
    st.sampled_from(LISTS),
    texts(30),
)
ITEMS = st.lists(st.sampled_from(POOL), min_size=1, max_size=8)


@given(GOLDS, TYPES)
def test_a_gold_is_its_own_right_reply(gold: str, kind: str) -> None:
    assert right(gold, kind, (), gold)
    assert right(f" {gold}\n", kind, (), gold)


@given(st.lists(GOLDS, min_size=2, max_size=5, unique=True))
def test_among_options_only_the_gold_is_right_and_only_its_letter(choices: list[str]) -> None:
    for place, gold in enumerate(choices):
        for other, choice in enumerate(choices):
            assert right(choice, "choice", choices, gold) == (other == place)
            letter = ascii_uppercase[other]
            if picked(letter, choices)[1] == "letter":  # no option is that letter itself
                assert right(letter, "choice", choices, gold) == (other == place)
                assert right(f"({letter})", "choice", choices, gold) == (other == place)


@pytest.mark.parametrize(
    "options", [("2", "-2"), ("B+", "B-"), ("X+Y<Z", "X+Y=Z"), ("s-1", "s+1"), ("(0,1]", "[0,1)"), ("red", "Red")]
)
def test_options_that_once_cleaned_alike_stay_apart(options: tuple[str, str]) -> None:
    for gold, wrong in (options, options[::-1]):
        assert right(gold, "choice", options, gold)
        assert not right(wrong, "choice", options, gold)


SAID = (
    ("true", "yes/no", "Yes", True), ("true", "yes/no", "false", False), ("no", "yes/no", "There is no dog", True),
    ("yes", "open", "Yes, it is.", True), ("maybe", "yes/no", "Maybe.", True), ("maybe", "yes/no", "yes", False),
    ("3", "number", "three", True), ("3", "number", "There are 3.0 dogs", True), ("5", "number", "-5", False),
    ("2 feet", "number", "2", True), ("2 feet", "number", "2 feet", True), ("2 feet", "number", "2 m", False),
    ("2 feet", "number", "about 2 feet", True), ("2", "number", "2 feet", True), ("12:00", "number", "12:00", True),
    ("12:00", "number", "12", False), ("many", "number", "Many.", True), ("0", "number", "none", True),
    ("0", "open", "none", False), ("1/2", "number", "2", False), ("<5%", "open", ">5%", False),
    ("5%", "open", "5", False),
    ("$5.99", "open", "It costs $5.99.", False), ("$5.99", "open", "It is $5.99.", True), ("C#", "open", "C", False),
    ("Dr. Pepper", "open", "The answer is dr pepper.", True), ("unknown", "open", "Unknown.", True),
    ("can't tell", "open", "Can’t tell", True), ("McDonald’s", "open", "McDonald's", True),
    ("红色", "open", "红色。", True), ("3", "number", "３", True), ("dark blue", "open", "blue", False),
    ("None", "open", "0", False), ("None", "open", "None", True), ("red", "open", "red, blue, green", False),
)  # fmt: skip


@pytest.mark.parametrize(("gold", "kind", "reply", "good"), SAID)
def test_replies_in_other_words(gold: str, kind: str, reply: str, good: bool) -> None:
    assert right(reply, kind, (), gold) == good


SETS = {
    "A, C": (
        ["A and C", "C, A", "(A)(C)", "A, C", "a,c", "The answer is A and C."],
        ["A", "C", "A, B", "A, B, C", "B"],
    ),
    "a,d": (["A, D", "d, a", "(A) and (D)"], ["a", "d", "a, c"]),
    "cat; dog": (["dog; cat", "Cat; Dog.", "The answer is cat; dog"], ["cat", "dog", "cat; dog; cow", "cat; cow"]),
    "C, A, B": (["C, A, B", "c, a, b"], ["A, B, C", "C, B, A"]),  # an order
}
MARKED = [(gold, reply, good) for gold, both in SETS.items() for good in (True, False) for reply in both[not good]]


@pytest.mark.parametrize(("gold", "reply", "good"), MARKED)
def test_several_golds_are_a_set(gold: str, reply: str, good: bool) -> None:
    assert right(reply, "open", (), gold) == good


@given(st.sampled_from(POOL), REPLIES)
@settings(max_examples=300)
def test_a_right_reply_has_an_accepted_token(item: Item, reply: str) -> None:
    if right(reply, *item):
        assert token(reply) in accepted(*item)
        if item[1]:
            assert picked(reply, item[1])[0] == item[1].index(item[2])


def most(items: Sequence[Item]) -> int:
    """Items that the most frequent accepted token is accepted by: what the theorem bounds replies by."""
    return max(Counter(one for item in items for one in accepted(*item)).values())


@given(ITEMS, REPLIES)
@settings(max_examples=300)
def test_no_reply_is_right_more_often_than_the_most_frequent_token(items: list[Item], reply: str) -> None:
    assert sum(right(reply, *item) for item in items) <= most(items)


def test_no_reply_of_three_pieces_beats_the_bound_on_one_image() -> None:
    replies = {"".join(parts) for parts in product(PIECES, repeat=2)} | {answer for _, _, answer in POOL} | set(LISTS)
    replies |= {f"{lead}{end}" for lead in LISTS for end in PIECES}
    found = Counter({reply: sum(right(reply, *item) for item in POOL) for reply in replies})
    assert 0 < max(found.values()) <= most(POOL)


@given(st.integers(1, 4), REPLIES)
def test_with_the_same_options_a_reply_picks_one(size: int, reply: str) -> None:
    choices = ("red", "blue", "2", "B")[: size + 1] if size < 4 else ("A", "B", "yes", "no")
    assert sum(right(reply, "choice", choices, gold) for gold in choices) <= 1
