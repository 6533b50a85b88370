"""Known answers of `gold-not-in-choices`."""

from __future__ import annotations

import numpy as np
import pandas as pd

from twokeys.filters.gold_not_in_choices import GoldNotInChoices


def test_drops_what_cannot_be_answered() -> None:
    rows = [
        ("answerable", "cat", ["cat", "dog"]),
        ("open", "cat", []),
        ("options unknown", "cat", None),
        ("as an array", "cat", np.array(["cat", "dog"], dtype=object)),
        ("one option", "cow", ["cat"]),
        ("part of an option", "cat", ["cats", "dog"]),
        ("no answer", None, ["cat", "dog"]),
    ]
    assert GoldNotInChoices().decide(pd.DataFrame(rows, columns=["id", "answer", "choices"])) == {
        "one option": "the answer 'cow' is not among the options: 'cat'",
        "part of an option": "the answer 'cat' is not among the options: 'cats', 'dog'",
        "no answer": "there is no answer among the options: 'cat', 'dog'",
    }
