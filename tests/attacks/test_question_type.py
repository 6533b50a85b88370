"""Claim: the bound speaks of predictors of one view, and what one view with a little of the other gives is stated.

Attack: who sees the image may guess the type of the question, or be told its first words. Of every image there are
three questions for a colour and three yes/no questions, each answered alike: over all its items no answer holds more
than one half, inside each answer type one answer holds all.

Before (ba22272): balanced inside splits alone by default, and nothing is said of the image with the question's first
two words, which give every item away. Now: balanced inside answer types by default, and the certificate states both
coarse joint views.
"""

from __future__ import annotations

import pandas as pd

from tests.attacks.blind import best_replies, item_table
from twokeys.builder.balance.select import select
from twokeys.builder.certify.balanced import certify
from twokeys.builder.recipe import Balance


def open_to_types() -> pd.DataFrame:
    """Questions by images such that each image has one answer to each type of question."""
    rows = []
    for image in range(8):
        yes, colour = ("yes", "no")[image % 2], ("red", "blue")[image // 2 % 2]
        rows += [(f"is there {what}?", f"i{image}", [], yes) for what in ("one", "two", "three")]
        rows += [(f"what colour is {what}?", f"i{image}", [], colour) for what in ("one", "two", "three")]
    table = item_table(rows, "open")
    table.loc[table["answer"].isin(["yes", "no"]), "answer_type"] = "yes/no"
    return table


def test_images_that_give_the_answer_of_each_type_are_not_kept() -> None:
    table = open_to_types()
    kept = select(table, Balance(within=["split"])).kept
    assert len(kept) == len(table), "balanced as a whole"
    assert not len(select(table, Balance()).kept), "and not inside answer types"


def test_the_certificate_says_what_the_image_and_the_type_of_the_question_give() -> None:
    table = open_to_types()
    said = certify(table, 0.5, ["split"], "")["ceilings"]["all"]
    assert said["image"]["right"] == 24
    assert said["image + question type"]["right"] == 48
    kind = table["image_key"] + table["question"].str.split().str[:2].str.join(" ")
    assert best_replies(table.assign(kind=kind), "kind", ["yes", "no", "red", "blue"]) == 48
    # All pictures look alike from afar here: their colour adds nothing to the question.
    assert said["question + image colour"]["right"] == said["question"]["right"]
