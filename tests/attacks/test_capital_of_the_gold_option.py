"""Claim: no model that sees the options alone beats chance on a certified set by more than the margin.

Attack: in 75 % of the items the gold option, and no other, begins with a capital letter.

Before (ba22272): all families of text lower-cased options, the view `choices` was certified, and whoever chose the
option with the capital was right on 75 %. Now: refused.
"""

from __future__ import annotations

import numpy as np

from tests.attacks.judging import items_of, verdict
from tests.builder.certify.audited.items import NOUNS

ITEMS, MARGIN = 700, 0.12


def test_the_capital_of_the_gold_option_is_found() -> None:
    rng = np.random.default_rng(0)
    choices, answers, marked = [], [], []
    for _ in range(ITEMS):
        options = [f"{rng.choice(('a', 'the', 'one', 'no'))} {noun}" for noun in rng.choice(NOUNS, 3, replace=False)]
        gold = int(rng.integers(3))
        shown = gold if rng.random() < 0.75 else (gold + int(rng.integers(1, 3))) % 3
        options[shown] = options[shown].capitalize()
        choices.append(options)
        answers.append(options[gold])
        marked.append(shown == gold)
    assert 0.72 < np.mean(marked) < 0.79
    said = verdict("choices", items_of(["Which one is it?"] * ITEMS, answers, choices), MARGIN)
    assert said.outcome == "not certified"
    assert any(reason.startswith("choices.looks") for reason in said.reasons)
