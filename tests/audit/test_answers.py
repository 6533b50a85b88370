"""The normal form drops what tells no answers apart and keeps what does."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.strategies import texts, words
from twokeys.core.answers.folding import folded
from twokeys.core.answers.normal import CONTRACTIONS, compared, normalise

CASES = {
    # letter case and white space
    "Yes": "yes",
    " yes\n": "yes",
    "hot\tdog": "hot dog",
    "STRASSE": "strasse",
    "Straße": "strasse",
    # articles go where a word follows, but not inside words
    "The dog": "dog",
    "a cat and an owl": "cat and owl",
    "theatre": "theatre",
    "vitamin A": "vitamin a",
    "A and C": "a and c",
    "A, C": "a,c",
    "a,d": "a,d",
    "x , y": "x,y",
    "a, the dog": "dog",
    # number words, not as parts of others
    "two": "2",
    "Ten": "10",
    "eleven": "11",
    "Twenty-One": "21",
    "twenty one": "21",
    "no one": "no one",
    "someone": "someone",
    "None": "none",
    # contractions without their apostrophes, typographic ones
    "dont": "don't",
    "Isnt": "isn't",
    "couldntve": "couldn't've",
    "y'alld've": "y'all'd've",
    "its": "its",  # a word of its own, not a contraction that lost its apostrophe
    "boy's": "boy's",
    "McDonald’s": "mcdonald's",
    # numbers
    "1,000": "1000",
    "10,000,000": "10000000",
    "1,2,3": "1,2,3",
    "3.0": "3",
    "0.50": "0.5",
    ".5": "0.5",
    "5.": "5",
    "100": "100",
    "007": "007",
    "2.50 feet": "2.5 feet",
    "5cm": "5 cm",
    "50 percent": "50%",
    "90 degrees": "90°",
    "$ 5.00": "$5",
    # signs, comparisons, fractions, intervals
    "-5": "-5",
    "−5": "-5",
    "<5%": "<5%",
    "> 5 %": ">5%",
    "B-": "b-",
    "B +": "b+",
    "C++": "c++",
    "C#": "c#",
    "#1": "#1",
    "1/2": "1/2",
    "X + Y < Z": "x+y<z",
    "s - 1": "s-1",
    "s+1": "s+1",
    "(0, 1]": "(0,1]",
    "[0,1)": "[0,1)",
    "n/a": "n/a",
    "12:00": "12:00",
    "5!": "5!",
    # LaTeX and superscripts
    "$\\frac{1}{2}$": "1/2",
    "\\dfrac{\\sqrt{3}}{2}": "√3/2",
    "\\frac{a+b}{c}": "(a+b)/c",
    "$x^{2}$": "x^2",
    "m²": "m^2",
    "$90^\\circ$": "90°",
    "\\text{red}": "red",
    "\\$5": "$5",
    "$5 and $6": "$5 and $6",
    # commas and points
    "red, blue": "red blue",
    "red,blue": "red blue",
    "St. Louis": "st louis",
    "Dr. Pepper": "dr pepper",
    "p.m.": "pm",
    "p.m": "pm",
    "U.S.A.": "usa",
    "www.google.com": "www.google.com",
    "nokia.com": "nokia.com",
    # marks that only join words, brackets and quotation marks
    "x-ray": "x ray",
    "x - ray": "x ray",
    "7-up": "7 up",
    "black/white": "black white",
    "black / white": "black white",
    "black & white": "black and white",
    'says "stop"': "says stop",
    "‘stop’": "stop",
    "**stop**": "stop",
    '6"': '6"',
    "(left)": "left",
    "dog (brown)": "dog brown",
    "yes!": "yes",
    # other scripts
    "红色。": "红色",
    "हाँ।": "हाँ",
    "أحمر؟": "أحمر",
    "３": "3",
    "٣": "3",
    "ＡＢＣ": "abc",
    "\u200byes": "yes",
    # an answer does not vanish
    "A": "a",
    "?": "?",
    "...": "...",
    "the.": "the",
    "-": "-",
}  # fmt: skip


@pytest.mark.parametrize(("answer", "plain"), CASES.items())
def test_the_table(answer: str, plain: str) -> None:
    assert normalise(answer) == plain


APART = [
    ("-5", "5"), ("<5%", ">5%"), ("5%", "5"), ("B-", "B+"), ("B-", "B"), ("C++", "C"), ("C#", "C"), ("1/2", "12"),
    ("1/2", "1 2"), ("nokia.com", "nokiacom"), ("X+Y<Z", "X+Y=Z"), ("s-1", "s+1"), ("(0,1]", "[0,1)"), ("m²", "m2"),
    ("$5", "5"), ("5!", "5"), ("+5", "5"), ("≤5", "<5"), ("3:4", "34"), ("x^2", "x2"), ("None", "0"),
    ("1.10.2", "1.1.2"),
    ("2 feet", "2 inches"), ('6"', "6'"), ("|x|", "x"), ("a≠b", "a=b"), ("(1,2)", "12"), ("±5", "5"), ("O-", "O+"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), APART)
def test_different_answers_stay_apart(one: str, other: str) -> None:
    assert normalise(one) != normalise(other)


@given(words())
@example("a\u00a0-a-a")
@example(".one")
@example("1,?2")
def test_a_second_pass_changes_nothing(answer: str) -> None:
    once = normalise(answer)
    assert normalise(once) == once
    assert once == " ".join(once.split())


@given(st.one_of(texts(), st.text(st.sampled_from("aB1.,-+<>=$#%/()[]{}\\'\"* _^°:;!?²½√０Ａé\u0345ßİ"), max_size=14)))
@example("０½²")
def test_a_second_pass_changes_nothing_whatever_the_script(answer: str) -> None:
    once = normalise(answer)
    assert normalise(once) == once
    assert once == " ".join(once.split())


@given(st.one_of(words(), texts()))
def test_an_answer_never_vanishes(answer: str) -> None:
    assert bool(normalise(answer)) == bool(answer.split())


@given(st.text(max_size=8), st.sampled_from(["“{}”", "**{}**", "{}.", " {} ", "{}。"]))
def test_what_models_put_around_an_answer_goes(answer: str, form: str) -> None:
    if answer.strip().isalpha() and answer == answer.strip():
        assert normalise(form.format(answer)) == normalise(answer)


@pytest.mark.parametrize("piece", ["<b>", "**", "$", "\\frac{", "a.", "(", "1,", "- ", "'", "{{", "²", "\\text{"])
def test_long_answers_take_no_long_time(piece: str) -> None:
    start = time.perf_counter()
    normalise(piece * (4000 // len(piece)))
    assert time.perf_counter() - start < 2


def test_folding_keeps_case_and_lines() -> None:
    assert folded("**A**\nb’s") == "A\nb's"


@pytest.mark.parametrize(
    ("kind", "choices", "answer", "as_what"),
    [
        ("yes/no", (), "True", "yes"),
        ("yes/no", (), "false", "no"),
        ("yes/no", (), "Correct", "yes"),
        ("yes/no", (), "maybe", "maybe"),
        ("open", (), "true", "yes"),
        ("open", (), "Correct", "correct"),
        ("number", (), "Three", "3"),
        ("number", (), "3.0", "3"),
        ("number", (), "none", "0"),
        ("open", (), "None", "none"),
        ("number", (), "2 feet", "2 feet"),
        ("number", (), "-5", "-5"),
        ("open", (), "The Dog.", "dog"),
        ("choice", ("The Dog.", "dog"), "The Dog.", "The Dog."),
    ],
)
def test_what_a_gold_is_compared_as(kind: str, choices: tuple[str, ...], answer: str, as_what: str) -> None:
    assert compared(kind, choices, answer) == as_what
    assert compared(kind, np.array(choices, dtype=object), answer) == as_what  # as a table gives them


def test_no_contraction_is_the_misspelling_of_another() -> None:
    assert not set(CONTRACTIONS) & set(CONTRACTIONS.values())
    assert all(right.replace("'", "") == wrong.replace("'", "") for wrong, right in CONTRACTIONS.items())
