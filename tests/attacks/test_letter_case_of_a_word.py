"""Claim: no blind model that was tried beats chance on a certified set by more than the margin.

Attack: the answer is a bit of the question XOR a bit of the picture, and one word begins with a capital in 75 % of the
items whose answer is yes, and with a small letter in 75 % of the others. Published text keeps letter case.

Before (ba22272): every family of text lower-cased what it read, the question's view was certified, and whoever looked
at the capital was right on 75 % of the certified items. Now: refused by the family that reads how text looks.
"""

from __future__ import annotations

import numpy as np

from tests.attacks.judging import agreeing, items_of, verdict
from tests.builder.certify.audited.items import NOUNS

ITEMS, MARGIN = 1_000, 0.1


def test_the_capital_of_one_word_is_found() -> None:
    rng = np.random.default_rng(0)
    yes = rng.permutation(np.arange(ITEMS) % 2)
    capital = agreeing(rng, yes, 0.75)
    questions = []
    for large in capital:
        one, other, third = rng.choice(NOUNS, 3, replace=False)
        questions.append(f"Is the {one} beside the {str(other).title() if large else other} or the {third}?")
    assert 0.72 < (capital == yes).mean() < 0.78
    said = verdict("question", items_of(questions, np.where(yes == 1, "yes", "no").tolist()), MARGIN)
    assert said.outcome == "not certified"
    assert any(reason.startswith("question.looks") for reason in said.reasons)


def test_the_same_questions_without_the_cue_are_within_the_margin() -> None:
    rng = np.random.default_rng(1)
    yes = rng.permutation(np.arange(ITEMS) % 2)
    questions = [f"Is the {' beside the '.join(rng.choice(NOUNS, 3, replace=False))} there?" for _ in yes]
    said = verdict("question", items_of(questions, np.where(yes == 1, "yes", "no").tolist()), MARGIN)
    assert said.outcome == "certified"
