"""Claim: two questions or answers that a person cannot tell apart are one, and two that a person can are two.

Attack: pairs in scripts and signs that were not looked at: Persian and Arabic keh and yeh in the middle of a word,
Persian digits that are drawn as Arabic ones, two Thai sara e for one sara ae, the okina of Hawaiian, operators that are
Greek letters in looks.

Before (84b1322): each pair is two questions, and two answers. Now: one; where the shapes differ (keh at the end of a
word, the digit four) there are two as before.
"""

from __future__ import annotations

import pytest

from twokeys.core.answers.normal import compared
from twokeys.core.items import question_key

ONE = [
    ("\u06a9\u062a\u0627\u0628", "\u0643\u062a\u0627\u0628"), ("\u0628\u06cc\u062a", "\u0628\u064a\u062a"),
    ("\u06f1\u06f2\u06f3", "\u0661\u0662\u0663"), ("\u0e40\u0e40\u0e21\u0e27", "\u0e41\u0e21\u0e27"),
    ("Hawai\u02bbi", "Hawai'i"), ("\u2206x", "\u0394x"), ("a \u22c5 b", "a \u00b7 b"), ("3 \u2a2f 4", "3 \u00d7 4"),
    ("\u2211 n", "\u03a3 n"), ("\u220f n", "\u03a0 n"), ("x \u2500 y", "x - y"),
]  # fmt: skip
TWO = [
    ("\u06a9", "\u0643"), ("\u0639\u0644\u06cc", "\u0639\u0644\u064a"), ("\u0639\u0644\u0649", "\u0639\u0644\u064a"),
    ("\u0e40\u0e21\u0e27", "\u0e41\u0e21\u0e27"), ("\u2206x", "Ax"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), ONE)
def test_what_looks_the_same_is_one(one: str, other: str) -> None:
    assert question_key(one, []) == question_key(other, [])
    assert compared("open", [], one) == compared("open", [], other)


@pytest.mark.parametrize(("one", "other"), TWO)
def test_what_does_not_is_two(one: str, other: str) -> None:
    assert question_key(one, []) != question_key(other, [])
    assert compared("open", [], one) != compared("open", [], other)


def test_digits_that_are_drawn_otherwise_are_two_questions() -> None:
    assert question_key("\u06f4", []) != question_key("\u0664", [])
