"""Claim: two items are counterfactuals where their questions or their answers differ.

Attack: a second spelling that looks the same: Cyrillic letters in a Latin word, curly quotation marks, another dash,
a ligature, full widths, letters of mathematical alphabets. It makes a second question of the first (and then partners
that ask the same), a second answer, a second option.

Before (ba22272, and when answers alone had been folded): each spelling is a question of its own; `yes` in Cyrillic
letters is another answer than `yes`, and a file of both is certified at 50 %. Now: one key, one answer, one option, and
one spelling is published under one key, since a model could tell spellings apart. Russian and Greek words stay apart.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.attacks.reading import read_rows
from twokeys.builder.balance.select import select
from twokeys.builder.recipe import Balance
from twokeys.core.answers.lookalikes import alike
from twokeys.core.answers.marking import right
from twokeys.core.answers.normal import compared, normalise
from twokeys.core.items import question_key

QUESTIONS = [
    "Is it the cat's fish - or \"the first\" one?",
    "Is it the cat’s fish – or “the first” one?",
    "Is it the \u0441\u0430t's fish - or \"the first\" \u043ene?",
    "Is it the c\u03b1t\u02bcs \ufb01sh \u2014 or \u201ethe \ufb01rst\u201f one?",
    "Ｉｓ ｉｔ the cat‘s fish ‑ or \"the first\" one？",
    "Is it the \U0001d41c\U0001d41a\U0001d42d's fish \u2212 or \"the fir\U0001d5cc\U0001d5cd\" one?",
    "Is\u00a0it the cat's\u2003fish - or \"the first\" one?",
    "\u0399s it the cat's fish - or \"the first\" one?",
]  # fmt: skip
YES = ["y\u0435s", "\u0443\u0435\u0455", "ｙｅｓ", "\U0001d432es"]
PAIRS = [
    ("don't", "don’t"), ("fish", "\ufb01sh"), ("X-ray", "X‑ray"), ("no\u0440e", "nope"), ("\u0422OYOTA", "TOYOTA"),
    ("café", "\u0441af\u00e9"), ("BLUE", "\u0412LU\u0415"),
    ("very", "\u03bdery"), ("cop", "\u0441\u043e\u0440"), ("\u0441лово", "cлово"), ("it's", "it\u02bcs"),
    ("IV", "\u2163"), ("5 °C", "5 ℃"), ("m²", "㎡"),
]  # fmt: skip
APART = [
    ("вода", "воды"), ("нет", "net"), ("кот", "кит"), ("α", "a"), ("ν", "v"), ("αx", "ax"), ("2πr", "2nr"), ("é", "e"),
    ("m²", "m2"), ("ℝ", "R"), ("сор", "сок"), ("ё", "е"), ("мёд", "мед"), ("½", "12"), ("Aβ", "αβ"), ("sinα", "sina"),
]  # fmt: skip


def test_questions_that_look_the_same_are_one_and_are_published_in_one_spelling(tmp_path: Path) -> None:
    rows = [(said, None, picture, "yes") for picture, said in enumerate([*QUESTIONS, QUESTIONS[3], QUESTIONS[3]])]
    items, aside = read_rows(tmp_path, rows)
    assert (len(items), len(aside)) == (len(rows), 0)
    assert items["question_key"].nunique() == 1
    assert set(items["question"]) == {QUESTIONS[3]}  # the most frequent one: nothing that is not of the source


def test_nor_do_spellings_of_options_tell_anything(tmp_path: Path) -> None:
    curly, straight = ["don’t", "do", "may"], ["don't", "do", "may"]
    rows = [("Do they?", curly, 0, "don’t"), ("Do they?", straight, 1, "don't"), ("Do they?", straight, 2, "don’t")]
    items, aside = read_rows(tmp_path, rows)
    assert (len(items), len(aside)) == (3, 0)
    assert items["question_key"].nunique() == 1
    assert set(items["answer"]) == set(items["compared"]) == {"don't"}
    assert len(set(map(tuple, items["choices"]))) == 1


@pytest.mark.parametrize("other", YES)
def test_answers_that_look_the_same_are_no_counterfactuals(tmp_path: Path, other: str) -> None:
    rows = [(f"Is it {q}?", None, picture, ("yes", other)[(picture + q) % 2]) for q in range(2) for picture in range(2)]
    items, _ = read_rows(tmp_path, rows)
    assert set(items["compared"]) == {"yes"}
    assert not len(select(items, Balance()).kept)


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_what_looks_the_same_is_one_answer_and_no_two_options(tmp_path: Path, one: str, other: str) -> None:
    assert alike(one) == alike(other)
    assert compared("open", (), one) == compared("open", (), other)
    assert right(one, "open", (), other)
    assert right(other, "open", (), one)
    if one != other:
        assert len(read_rows(tmp_path, [("Which?", [one, other, "red"], 0, "red")])[1]) == 1


@pytest.mark.parametrize(("one", "other"), APART)
def test_what_is_seen_to_differ_stays_two(one: str, other: str) -> None:
    assert alike(one) != alike(other)
    assert normalise(one) != normalise(other)
    assert question_key(f"{one}?", []) != question_key(f"{other}?", [])


RUSSIAN = st.text(st.characters(min_codepoint=0x410, max_codepoint=0x44F), min_size=1, max_size=6)
GREEK = st.text("αβγδεζηθικλμνξοπρστυφχψωΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ", min_size=1, max_size=6)


@given(st.tuples(RUSSIAN, RUSSIAN) | st.tuples(GREEK, GREEK))
def test_two_words_of_one_script_are_never_made_one(words: tuple[str, str]) -> None:
    one, other = words
    assert (alike(one) == alike(other)) == (one == other)
    if one.casefold() != other.casefold():
        assert normalise(one) != normalise(other)
    else:
        assert normalise(one) == normalise(other)
