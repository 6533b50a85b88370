"""Forms of texts that look alike: stable, plain text as it is, no letter forgotten that Unicode calls confusable."""

from __future__ import annotations

import json
import unicodedata
from importlib.resources import files
from string import ascii_letters

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twokeys.core.answers.lookalikes import _MIXED, _QUANTITIES, TWINS, alike

SCRIPTS = ("CYRILLIC", "GREEK")
LEFT = set(
    "\u0399\u0406\u04cf"  # capital I, which the table takes for a small L, and a palochka, which it takes for an i
    "\u03c3\u03f1\u0433\u1d26\u042c\u0461\u04bd\ua647\u03dc\u03fa\u03d2"  # seen to differ: sigma, a curly rho, ghe, ...
    "\u037a\u1fbe\U0001d213\U0001d22a\U0001d216\U0001d20d"  # no letters of words
)
"""What the table calls confusable with a Latin letter, and is not folded into that letter."""


@given(st.text())
def test_a_second_pass_changes_nothing(text: str) -> None:
    for cased in (True, False):
        once = alike(text, cased)
        assert alike(once, cased) == once


@given(st.text(st.characters(max_codepoint=127)))
def test_plain_text_stays(text: str) -> None:
    assert alike(text) == text


def test_no_two_letters_of_a_script_share_a_twin() -> None:
    seen = {(unicodedata.name(letter).split()[0], twin) for letter, twin in TWINS.items()}
    assert len(seen) == len(TWINS)


def test_confusable_letters_of_cyrillic_and_greek_are_all_there() -> None:
    pytest.importorskip("confusable_homoglyphs")
    table = json.loads(files("confusable_homoglyphs").joinpath("confusables.json").read_text(encoding="utf-8"))
    confusable = {
        other["c"]: latin for latin in ascii_letters for other in table[latin] if other["n"].split()[0] in SCRIPTS
    }
    folded = {**_MIXED, **_QUANTITIES}
    left = {letter for letter, latin in confusable.items() if folded.get(letter) != latin}
    assert left == LEFT
