"""Answers compare as the VQA v2 evaluation compares them."""

from __future__ import annotations

import pytest
from hypothesis import example, given

from audit.answers import CONTRACTIONS, normalise
from tests.strategies import texts, words

CASES = {
    # letter case and white space
    "Yes": "yes",
    " yes\n": "yes",
    "hot\tdog": "hot dog",
    # articles go wherever they stand, but not inside words
    "The dog": "dog",
    "a cat and an owl": "cat and owl",
    "theatre": "theatre",
    # number words up to ten, and none
    "two": "2",
    "Ten": "10",
    "None": "0",
    "eleven": "eleven",
    "twenty one": "twenty 1",
    # contractions without their apostrophes
    "dont": "don't",
    "Isnt": "isn't",
    "couldntve": "couldn't've",
    "couldnt've": "couldn't've",
    "y'alld've": "y'all'd've",
    "its": "its",  # a word of its own, not a contraction that lost its apostrophe
    "boy's": "boy's",
    # commas inside a number join it, others do not
    "1,000": "1000",
    "10,000,000": "10000000",
    "red, blue": "red blue",
    "red,blue": "red blue",
    # periods go, decimal points stay
    "3.5": "3.5",
    ".5": ".5",
    "5.": "5",
    "St. Louis": "st louis",
    "U.S.A.": "usa",
    # a mark between words separates them, a mark beside a space is dropped
    "x-ray": "x ray",
    "x - ray": "x ray",
    "black/white": "black white",
    "black / white": "black white",
    'says "stop"': "says stop",
    "yes!": "yes",
    "(left)": "left",
    # ... and it is dropped everywhere once it stands beside a space, as in the evaluation
    "black/ white/red": "black whitered",
    # ... as is every mark where a number holds a comma
    "1,000/2": "10002",
    # other signs stay
    "50%": "50%",
    "$5": "$5",
    "5:30": "5:30",
    # an answer does not vanish: here the evaluation would compare with nothing
    "A": "a",
    "?": "?",
    "the.": "the.",
}


@pytest.mark.parametrize(("answer", "compared"), CASES.items())
def test_normalised_as_the_evaluation_documents(answer: str, compared: str) -> None:
    assert normalise(answer) == compared


@given(words())
@example("a\u00a0-a-a")  # the mark stands beside a space only once the hard space has become one
@example(".one")
@example("1,?2")
def test_a_second_pass_changes_nothing(answer: str) -> None:
    once = normalise(answer)
    assert normalise(once) == once
    assert once == " ".join(once.lower().split())


@given(texts())
def test_a_second_pass_changes_nothing_whatever_the_script(answer: str) -> None:
    once = normalise(answer)
    assert normalise(once) == once
    assert once == " ".join(once.lower().split())


@given(words())
def test_an_answer_never_vanishes(answer: str) -> None:
    assert bool(normalise(answer)) == bool(answer.split())


def test_no_contraction_is_the_misspelling_of_another() -> None:
    assert not set(CONTRACTIONS) & set(CONTRACTIONS.values())
    assert all(right.replace("'", "") == wrong.replace("'", "") for wrong, right in CONTRACTIONS.items())
