"""A reply that is the gold, word for word, is right; in choices no other option is, and no other letter.

Claim: a reply that gives the gold answer is marked right.
Attack: every gold of every corpus at hand, replied as it stands; and the kinds of golds that were lost, one by one.
Before (ba22272): wrong on 2.5 % of VQA v2 60k, 30.3 % of MATH-Vision, 100 % of NLVR, 1 item of VQA-RAD and 3 of
SugarCrepe unrefined. Marks that replies lost and golds kept, typographic apostrophes, a cut at the first full stop,
numbers, golds that look like refusals, other scripts.
Now: 0 of all golds. What is equal is right before anything is parsed, and both sides are cleaned alike.
"""

from __future__ import annotations

from string import ascii_uppercase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.attacks.corpora import Gold, golds, photo_golds, recipes
from twokeys.core.answers.labels import letters
from twokeys.core.answers.marking import right
from twokeys.core.answers.parsing import answer_part

KINDS = [
    "$5.99", "C#", "C++", "#1", "$\\frac{1}{2}$", "x^{2}", "McDonald’s", "McDonald's", "Dr. Pepper", "p.m.", "U.S.A.",
    "www.google.com", "3.0", "0.50", ".5", "2 feet", "12:00", "many", "unknown", "can't tell", "Can’t tell", "none",
    "None", "n/a", "I don't know", "红色", "红色。", "लाल।", "أحمر؟", "５", "٣", "yes!", "-5", "<5%", "B-", "1/2", "A",
    "a",
    "The answer is 3", "No image", "It is red", "red; blue", "A, C", "\\boxed{3}", "...", "?", "“stop”", "1,000", "I",
]  # fmt: skip
TYPES = ("yes/no", "number", "open")


@pytest.mark.parametrize("gold", KINDS)
def test_the_gold_itself_is_right_whatever_its_type(gold: str) -> None:
    for kind in TYPES:
        assert right(gold, kind, [], gold)
        assert right(f"{gold}\n", kind, [], gold)
    for options in ((gold, "other"), ("other", gold), ("other", "C", gold)):
        assert right(gold, "choice", options, gold)


@given(st.text(max_size=30).map(str.split).map(" ".join).filter(bool), st.sampled_from(TYPES))
def test_any_gold_is(gold: str, kind: str) -> None:
    assert right(gold, kind, [], gold)


def wrong(gold: Gold) -> list[str]:
    """What is marked wrongly of an item: its gold, another option, a letter."""
    kind, choices, answer = gold
    found = [] if right(answer, kind, choices, answer) else [answer]
    found += [choice for choice in choices if choice != answer and right(choice, kind, choices, answer)]
    if any(letters(answer_part(choice)) for choice in choices):
        return found  # options that are letters themselves are named by their texts
    for letter, choice in zip(ascii_uppercase, choices, strict=False):
        found += [letter] if right(letter, kind, choices, answer) != (choice == answer) else []
    return found


@pytest.mark.parametrize("name", recipes())
def test_every_gold_of_every_shipped_recipe(name: str) -> None:
    assert {gold: said for gold in golds(name) if (said := wrong(gold))} == {}


def test_every_gold_beside_the_photos() -> None:
    found = set(photo_golds())
    assert len(found) > 1000
    assert {gold: said for gold in found if (said := wrong(gold))} == {}
