"""Claim: no predictor that sees only the image is right on more than the image ceiling.

Attack: one answer in two spellings. Half of the items have the options Yes and No, the others yes and no, on the same
images; whoever compares texts takes them for two answers.

Before (ba22272): certified 50/50, and "yes" or "no" from the image alone is right on 80 of 80. Now: golds that one
reply satisfies are one colour, nothing can be kept, and the set as it is is not certified.
"""

from __future__ import annotations

from tests.attacks.blind import best_replies, item_table
from twokeys.builder.balance.select import select
from twokeys.builder.certify.balanced import certify
from twokeys.builder.recipe import Balance

SPELLINGS = (["Yes", "No"], ["yes", "no"])


def test_two_spellings_of_an_answer_are_no_counterfactuals() -> None:
    table = item_table(
        (f"Is it {options[0]}?", f"i{image}", options, options[image % 2])
        for image in range(40)
        for options in SPELLINGS
    )
    assert best_replies(table, "image_key", ["yes", "no"]) == 80
    assert not len(select(table, Balance(within=[])).kept)
    said = certify(table, 0.5, [], "")
    assert "the image ceiling on all is 80 of 80, above 50%" in said["reasons"]


def test_numbers_in_words_and_digits_are_one_answer() -> None:
    table = item_table(
        ((f"How many {things}?", f"i{image}", [], answers[image % 2]) for image in range(6)
         for things, answers in (("cats", ("3", "2")), ("dogs", ("three", "two")))),
        "number",
    )  # fmt: skip
    assert best_replies(table, "image_key", ["3", "2"]) == 12
    assert not len(select(table, Balance(within=[])).kept)
