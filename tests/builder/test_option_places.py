"""Which options have a place of their own, by hand."""

from __future__ import annotations

import pytest

from twokeys.core.items import hashed_order
from twokeys.core.option_places import clash, freedom, pins

PINNED = {
    "letters of any order": (["E", "C", "A"], {"C": 2, "A": 0}),
    "small letters": (["b", "a"], {"b": 1, "a": 0}),
    "in brackets": (["(B)", "(A)", "red"], {"(B)": 1, "(A)": 0}),
    "with a dot": (["B.", "A."], {"B.": 1, "A.": 0}),
    "named": (["Option B", "Option A"], {"Option B": 1, "Option A": 0}),
    "in LaTeX": (["$B$", "\\textbf{A}"], {"$B$": 1, "\\textbf{A}": 0}),
    "labels": (["Figure C", "Figure A", "Figure B"], {"Figure C": 2, "Figure A": 0, "Figure B": 1}),
    "carried": (["B) blue", "A) red"], {"B) blue": 1, "A) red": 0}),
}
SOURCE = {
    "statements": ["I and II only", "I only", "II only", "III only"],
    "two letters": ["A", "B", "C or D", "E"],
    "and": ["A and C", "A and B", "B and C"],
    "brackets": ["red", "both (A) and (C)", "blue"],
    "only": ["only A", "only B"],
    "a range": ["A-C", "red", "blue"],
    "letters in LaTeX": ["$A$ and $B$", "$B$ and $C$", "$C$ and $A$"],
    "from to": ["1", "2", "3", "None of A to C"],
    "none of these": ["red", "None of these", "blue"],
    "none of the above": ["red", "blue", "none of the above."],
    "all of the above": ["red", "blue", "All of the above"],
    "LaTeX": ["$1$", "$\\text{none of these}$"],
    "neither": ["left", "right", "neither"],
    "both": ["left", "right", "Both"],
    "other answer": ["3", "4", "other answer"],
    "ordinal": ["the first option", "the second option"],
    "former": ["the former", "the latter"],
    "Chinese": ["\u7ea2", "\u84dd", "\u4ee5\u4e0a\u90fd\u4e0d\u662f"],
    "Spanish": ["uno", "dos", "Ninguna de las anteriores"],
    "French": ["un", "deux", "Aucune de ces réponses"],
    "German": ["eins", "zwei", "Keine der genannten Antworten"],
    "one letter wanted twice": ["Group A", "Team A", "red"],
}
FREE = {
    "words": ["red", "blue"],
    "Roman numbers": ["I", "II", "III", "IV"],
    "letters of no place": ["x", "y"],
    "articles": ["A dog", "a cat and a dog"],
    "segments": ["AB and CD", "AC and BD"],
    "where a thing is": ["above", "below", "above the table", "shown above the door"],
    "digits": ["1)", "2)"],
    "captions": ["A man by a bicycle and a dog", "Two men, one of them throws a ball to the other men"],
    "yes and no": ["yes", "no"],
}


@pytest.mark.parametrize(("options", "places"), PINNED.values(), ids=PINNED)
def test_options_that_are_letters_stand_at_their_places(options: list[str], places: dict[str, int]) -> None:
    assert freedom("Which?", options) == "pinned"
    assert pins(options) == places
    order = hashed_order("Which?", options)
    assert sorted(order) == sorted(options)
    assert {option: order.index(option) for option in places} == places


@pytest.mark.parametrize("options", SOURCE.values(), ids=SOURCE)
def test_options_that_speak_of_others_keep_the_order_of_the_source(options: list[str]) -> None:
    assert freedom("Which?", options) == "source order"
    assert hashed_order("Which?", options) == options
    assert hashed_order("Which?", options[::-1]) == options[::-1]


@pytest.mark.parametrize("options", FREE.values(), ids=FREE)
def test_all_other_options_are_free(options: list[str]) -> None:
    assert freedom("Which?", options) == "free"


@pytest.mark.parametrize(
    ("question", "speaks"),
    [
        ("What is wrong with option B?", True),
        ("Which is right? (A) red (B) blue", True),
        ("What does the second option show?", True),
        ("Answer: A or B?", True),
        ("Vertices: A is red, B is yellow and C is blue. Which is it?", False),
        ("Answer with the option's letter from the given choices directly.", False),
        ("Which of the options is right?", False),
        ("What lies between A and B?", False),
    ],
)
def test_a_question_that_speaks_of_letters_keeps_the_order(question: str, speaks: bool) -> None:
    assert (freedom(question, ["red", "blue", "green"]) == "source order") == speaks


@pytest.mark.parametrize(
    ("options", "sound"),
    [
        (["A", "a", "red"], False),
        (["(A)", "A", "red"], False),
        (["A and B", "A", "B"], False),
        (["A", "B", "A and B"], True),
        (["red", "A and B"], True),
        (["E", "C", "A"], True),
    ],
)
def test_letters_that_cannot_stand_at_their_places_are_no_options(options: list[str], sound: bool) -> None:
    assert (clash("Which?", options) is None) == sound
