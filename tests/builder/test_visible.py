"""What nobody sees is not published; what is seen stays."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twokeys.core.visible import joined, unreadable, visible

HIDDEN = {
    "zero-width space": "\u200b",
    "word joiner": "\u2060",
    "byte order mark": "\ufeff",
    "soft hyphen": "\u00ad",
    "left-to-right mark": "\u200e",
    "override": "\u202e",
    "isolate": "\u2066",
    "Arabic letter mark": "\u061c",
    "tag": "\U000e0041",
    "variation selector": "\ufe0f",
    "ideographic variation": "\U000e0100",
    "Mongolian variation": "\u180b",
    "Mongolian vowel separator": "\u180e",
    "grapheme joiner": "\u034f",
    "Hangul filler": "\u1160",
    "Khmer inherent vowel": "\u17b4",
    "invisible times": "\u2062",
    "annotation": "\ufff9",
    "object": "\ufffc",
    "musical control": "\U0001d173",
    "shorthand control": "\U0001bca0",
    "null": "\x00",
    "escape": "\x1b",
    "delete": "\x7f",
    "joiner where nothing joins": "\u200d",
    "non-joiner where nothing joins": "\u200c",
}
SEEN = {
    "Persian, two letters apart": "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    "Arabic letter that joins to nothing": "\u0647\u200d",
    "Hindi half form": "\u0928\u094d\u200d",
    "Hindi sign kept": "\u0915\u094d\u200c\u0937",
    "Bengali ya-phalaa": "\u09b0\u200d\u09cd\u09af",
    "family": "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "astronaut": "\U0001f469\U0001f3fd\u200d\U0001f680",
    "flag of Wales": "\U0001f3f4" + "".join(chr(0xE0000 + ord(sign)) for sign in "gbwls") + "\U000e007f",
    "Arabic number sign": "\u0600\u0661",
    "Burmese stack": "\u1000\u1039\u1000",
    "Khmer coeng": "\u1780\u17d2\u1780",
    "two hieroglyphs above each other": "\U00013000\U00013430\U00013001",
    "a cartouche": "\U0001337a\U0001343c\U00013000\U0001343d",
    "Tifinagh consonants joined": "\u2d30\u2d7f\u2d31",
    "a note's stem": "\U0001d159\U0001d165",
}


@pytest.mark.parametrize("character", HIDDEN.values(), ids=HIDDEN)
@pytest.mark.parametrize("word", ["yes", "\u7ea2\u8272", "да", "3"])
def test_a_hidden_character_goes_wherever_it_stands(word: str, character: str) -> None:
    for place in range(len(word) + 1):
        assert visible(word[:place] + character + word[place:]) == word


@pytest.mark.parametrize("text", SEEN.values(), ids=SEEN)
def test_what_is_seen_stays(text: str) -> None:
    assert visible(text) == text


def test_a_joiner_between_letters_that_do_not_join_goes() -> None:
    assert visible("\u062f\u200c\u0627") == "\u062f\u0627"  # dal joins to no letter after it
    assert visible("\U0001f3f4\U000e0067\U000e007f") == "\U0001f3f4"  # tags that spell no flag


def test_an_empty_place_is_a_space() -> None:
    assert [visible(f"a{blank}b") for blank in "\u2800\u3164\uffa0"] == ["a b"] * 3


def test_every_format_and_control_character_goes_or_is_seen() -> None:
    """Of all characters of the categories Cf and Cc those stay that show something: signs, and what arranges signs."""
    kept = [
        character
        for character in map(chr, range(sys.maxunicode + 1))
        if unicodedata.category(character) in ("Cf", "Cc") and visible(f"y{character}s") != "ys"
    ]
    spaces = [character for character in kept if character.isspace()]
    assert all(unicodedata.category(character) == "Cc" for character in spaces)
    named = [unicodedata.name(character) for character in kept if character not in spaces]
    assert all("NUMBER" in name or "SIGN" in name or "MARK" in name or "AYAH" in name or "HIEROGLYPH" in name
               for name in named), named  # fmt: skip
    assert not any("LEFT-TO-RIGHT" in name or "RIGHT-TO-LEFT" in name or "LETTER MARK" in name for name in named), named


@given(st.text())
def test_what_is_visible_stays_so(text: str) -> None:
    assert visible(visible(text)) == visible(text)


def test_texts_that_differ_in_joiners_alone_say_the_same() -> None:
    apart = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
    assert joined(apart) == apart.replace("\u200c", "")


def test_characters_without_meaning_are_named_once() -> None:
    assert unreadable("ok \u4f60") == []
    assert unreadable("\ue000a\ue000\ud83d\uffff") == ["U+E000", "U+D83D", "U+FFFF"]
