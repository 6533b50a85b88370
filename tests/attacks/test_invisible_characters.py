"""Claim: two items are counterfactuals where their answers differ.

Attack: a character that nobody sees (a zero-width space, a soft hyphen, a direction mark, a tag) makes a second answer
of the first, and a second question, too. A file full of `yes` is then balanced.

Before (ba22272): `yes` against `yes` with U+200B, two questions by two pictures, is certified at 50 %: 4 of 4 items
kept, with each of 28 of the 33 characters below (the others were spaces before). When a first list of characters had
been written, U+1D159, U+13441, U+13442, U+2D7F and what arranges hieroglyphs still passed. Now: 0 kept, with every
character of category Cf or Default_Ignorable_Code_Point, every stacker and every blank; options that look alike and
texts that show nothing are bad rows.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from tests.attacks.reading import read_rows
from twokeys.builder.balance.select import select
from twokeys.builder.recipe import Balance
from twokeys.core.items import TextRule

HIDDEN = [
    "\u200b", "\u2060", "\ufeff", "\u00ad", "\u200e", "\u202e", "\u2066", "\u061c", "\U000e0041",
    "\ufe0f", "\U000e0100", "\u180b", "\u180e", "\u034f", "\u115f", "\u1160", "\u17b4", "\u2062",
    "\ufff9", "\ufffc", "\U0001d173", "\x00", "\x1b", "\u200d", "\u200c",
]  # fmt: skip
BLANK = ["\u00a0", "\u2003", "\u3000", "\u2800", "\u3164", "\uffa0", "\u2028", "\t"]

_UNSEEN = regex.compile(
    r"[\p{Cf}\p{Default_Ignorable_Code_Point}\p{InSC=Invisible_Stacker}\p{InSC=Number_Joiner}"
    r"\u2800\u3164\uffa0\u2d7f\U00016fe4\U00013441\U00013442\U0001d159]"
)
UNSEEN = [chr(code) for code in range(sys.maxunicode + 1) if _UNSEEN.fullmatch(chr(code))]


def test_no_character_that_shows_nothing_makes_another_text() -> None:
    text = TextRule()
    assert len(UNSEEN) > 4000
    passed = {sign for sign in UNSEEN if {text(f"yes{sign}"), text(f"{sign}yes")} != {"yes"}}
    passed |= {sign for sign in UNSEEN if text(f"y{sign}es") not in ("yes", "y es")}
    assert passed == set()


@given(st.lists(st.sampled_from(UNSEEN), min_size=2, max_size=5).map("".join))
def test_nor_do_several_of_them(signs: str) -> None:
    assert TextRule()(f"yes{signs}") == TextRule()(f"{signs}yes") == "yes"


@pytest.mark.parametrize("sign", [*HIDDEN, *BLANK], ids=lambda sign: f"U+{ord(sign):04X}")
def test_an_answer_with_an_invisible_character_is_the_same_answer(tmp_path: Path, sign: str) -> None:
    two = ("yes", f"yes{sign}")
    rows = [(f"Is it {q}?", None, picture, two[(picture + q) % 2]) for q in range(2) for picture in range(2)]
    items, aside = read_rows(tmp_path, rows)
    assert (len(items), len(aside)) == (4, 0)
    assert set(items["answer"]) == {"yes"}
    assert not len(select(items, Balance()).kept)


def test_a_question_with_an_invisible_character_is_the_same_question(tmp_path: Path) -> None:
    rows = [(f"Is it{sign} red{sign}?", None, n, "yes") for n, sign in enumerate(["", *HIDDEN])]
    assert read_rows(tmp_path, rows)[0]["question_key"].nunique() == 1


def test_options_that_look_alike_are_a_bad_row(tmp_path: Path) -> None:
    rows = [("Which?", ["red", f"red{sign}", "blue"], n, "blue") for n, sign in enumerate([*HIDDEN, *BLANK])]
    items, aside = read_rows(tmp_path, rows)
    assert (len(items), len(aside)) == (0, len(rows))
    # Persian letters that join or not: seen, but the same answer.
    joined = "\u0645\u06cc\u200c\u0631\u0648\u0645"
    assert len(read_rows(tmp_path / "p", [("Which?", [joined, joined.replace("\u200c", "")], 0, joined)])[1]) == 1


def test_a_text_that_shows_nothing_is_a_bad_row(tmp_path: Path) -> None:
    empty = "".join([*HIDDEN, *BLANK])
    rows = [(empty, None, 0, "yes"), ("Is it?", None, 0, empty), ("Which?", ["red", empty], 0, "red")]
    items, aside = read_rows(tmp_path, rows)
    assert (len(items), len(aside)) == (0, 3)
    assert all(" is empty" in problem for problem in aside["problem"])


@pytest.mark.parametrize("sign", ["\ue000", "\uffff", "\U000f0000"])
def test_a_character_without_meaning_is_a_bad_row(tmp_path: Path, sign: str) -> None:
    items, aside = read_rows(tmp_path, [(f"Is it {sign}?", None, 0, "yes"), ("Is it?", None, 0, f"yes{sign}")])
    assert (len(items), len(aside)) == (0, 2)
    assert f"U+{ord(sign):04X}" in aside["problem"][0]


def test_half_a_pair_of_surrogates_is_a_bad_row_and_ends_no_build(tmp_path: Path) -> None:
    items, aside = read_rows(tmp_path, [("Is it \ud83d?", None, 0, "yes"), ("Is it?", None, 0, "no")])
    assert (len(items), len(aside)) == (1, 1)
    assert "ud83d" in aside["problem"][0]
