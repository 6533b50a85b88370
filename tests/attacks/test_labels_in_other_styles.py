"""Claim: a reply that names an option by its letter is read as that option, and nothing else is.

Attack: labels in small letters, in circles, full widths or letters of other scripts, several letters in a sentence; and
texts that only look like a label.

Before (ba22272, and when marking had been written anew): "a) red", "Option a: red", "letter A", `Ⓐ`, and Cyrillic or
Greek letters are read as texts; "A) and C)" chooses A; "A and C are correct" chooses nothing. Now: all are read as
letters where nothing contradicts; "a dog" is a text, and a label beside the text of another option chooses none.
"""

from __future__ import annotations

import pytest

from twokeys.core.answers.marking import accepted, right
from twokeys.core.answers.parsing import token

COLOURS = ["red", "blue", "green"]
LABELS = [
    "b", "B", "(b)", "b) blue", "b: blue", "b. blue", "(b) blue", "[b] blue", "B - blue", "b - blue", "B: blue",
    "B> blue", "B – blue", "Option b: blue", "option b) blue", "option b", "Choice b", "letter B", "the letter b",
    "Answer b", "The correct option is b", "the correct option b", "Ｂ", "Ｂ）blue", "Ⓑ", "ⓑ blue", "🅑", "🅱 blue",
    "⒝ blue", "\u0412", "\u0412)", "\u0412) blue", "\u0412. blue", "(\u0412)", "Option \u0412", "\u0392) blue",
    "\u0392", "It is Ⓑ", "The answer is \u0412", "【B】", "<B>", "'B'", "B is the answer", "b)blue", "blue (B)",
    "blue [B].", "Blue (option B)", "Antwort: B", "答案是B", "Ответ: b) blue", "B) because it is blue",
]  # fmt: skip
NONE = [
    "a: blue", "b) red", "a) red\nb) blue\nc) green", "a) red b) blue c) green", "Ⓐ red Ⓑ blue", "a - red\nb - blue",
    "b) or c)", "either b) or c)", "Option b: red", "b: red, c: green", "b) is wrong", "A: red\nB: blue", "А) blue",
    "A B C", "a b c", "red (B)", "not blue (B)", "red or blue (B)", "b? c?",
]  # fmt: skip
TEXTS = [
    "a dog",
    "A dog",
    "a",
    "a.m.",
    "e.g. this",
    "i.e. that",
    "В лесу",
    "A dog is here",
    "c/o",
    "f(x)",
    "vitamin",
    "b-side",
]
SETS = [
    "A and C", "A, C", "Both A and C", "A and C are correct", "A and C are the correct answers.", "Options A and C",
    "The correct options are A and C.", "A) and C)", "A. and C.", "(A) and (C) are right", "a) and c)", "a and c",
    "A & C", "Only A and C", "A and C only", "A, and C", "The answers are (A), (C)", "Option A and option C",
    "C and A are both correct",
]  # fmt: skip


@pytest.mark.parametrize("reply", LABELS)
def test_a_label_in_any_style_is_that_letter(reply: str) -> None:
    assert token(reply) == "letter B"
    assert [right(reply, "choice", COLOURS, gold) for gold in COLOURS] == [False, True, False]


@pytest.mark.parametrize("reply", NONE)
def test_what_contradicts_itself_or_lists_all_chooses_none(reply: str) -> None:
    assert not any(right(reply, "choice", COLOURS, gold) for gold in COLOURS)


@pytest.mark.parametrize("reply", TEXTS)
def test_what_only_looks_like_a_label_stays_a_text(reply: str) -> None:
    assert right(reply, "open", [], reply)
    assert right(reply, "choice", ["x1", reply, "x2"], reply)
    if reply != "a":
        assert not token(reply).startswith("letter")
        assert not right(reply, "choice", COLOURS, "red")


@pytest.mark.parametrize("reply", SETS)
def test_several_letters_in_a_sentence_are_a_set(reply: str) -> None:
    assert right(reply, "open", [], "A, C")
    assert token(reply) in accepted("open", [], "A, C")
    for other in ("A", "C", "A, B", "A, B, C", "B, C"):
        assert not right(reply, "open", [], other)
    assert not any(right(reply, "choice", COLOURS, gold) for gold in COLOURS)
