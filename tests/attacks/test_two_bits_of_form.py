"""Claim: no blind model that was tried beats chance on a certified set by more than the margin.

Attack: a word is in capitals in half of the items, and a space stands before the question mark in half of them; where
both or neither is so, 80 % of the answers are yes. Neither says anything by itself.

Before (ba22272): certified. Now: refused by the family that reads all plain features of a view together.
"""

from __future__ import annotations

import numpy as np

from tests.attacks.judging import agreeing, items_of, verdict
from tests.builder.certify.audited.items import NOUNS

ITEMS, MARGIN = 1_000, 0.1


def test_two_bits_that_say_something_together_are_found() -> None:
    rng = np.random.default_rng(0)
    yes = rng.permutation(np.arange(ITEMS) % 2)
    large = rng.integers(0, 2, ITEMS)
    apart = 1 - (agreeing(rng, yes, 0.8) ^ large)
    for bit in (large, apart):
        assert abs((bit == yes).mean() - 0.5) < 0.05
    questions = []
    for one, other in zip(large, apart, strict=True):
        first, second, third = rng.choice(NOUNS, 3, replace=False)
        questions.append(
            f"Is the {first} by the {str(second).upper() if one else second} or {third}{' ' * int(other)}?"
        )
    said = verdict("question", items_of(questions, np.where(yes == 1, "yes", "no").tolist()), MARGIN)
    assert said.outcome == "not certified"
    assert any(reason.startswith("question.together") for reason in said.reasons)
