"""Claim: no model that sees neither picture nor question beats chance on a certified set by more than the margin.

Attack: each question with the answer yes has an odd number in `source_id`, each no an even one, as in POPE; or all yes
rows of the source come first. The id is published beside the question.

Before (ba22272): ids were left out of what the metadata judge read ("it says nothing of another row") and the view was
certified; parity told 100 %. Now: refused by the metadata judge.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.attacks.judging import items_of, verdict
from tests.builder.certify.audited.items import NOUNS

ITEMS, MARGIN = 600, 0.13


@pytest.mark.parametrize("cue", ["parity", "yes first"])
def test_what_numbers_say_is_found(cue: str) -> None:
    rng = np.random.default_rng(0)
    yes = rng.permutation(np.arange(ITEMS) % 2)
    order = rng.permutation(ITEMS)
    numbers = 2 * order + yes if cue == "parity" else order + ITEMS * (1 - yes)
    questions = [f"Is the {' beside the '.join(rng.choice(NOUNS, 3, replace=False))} there?" for _ in yes]
    answers = np.where(yes == 1, "yes", "no").tolist()
    said = verdict("question", items_of(questions, answers, ids=numbers.tolist()), MARGIN)
    assert said.outcome == "not certified"
    assert any(reason.startswith("question.metadata") for reason in said.reasons)
