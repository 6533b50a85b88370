"""Known answers of `low-agreement`."""

from __future__ import annotations

import numpy as np
import pandas as pd

from twokeys.filters.low_agreement import LowAgreement

TABLE = pd.DataFrame(
    [
        ("3 of 10", "red", ["red"] * 3 + ["pink"] * 7),
        ("2 of 10", "red", ["red"] * 2 + ["pink"] * 8),
        ("none of 3", "red", np.array(["pink"] * 3, dtype=object)),
        ("two annotators", "red", ["pink", "pink"]),
        ("no annotators", "red", []),
        ("unknown annotators", "red", None),
        ("some missing", "red", ["pink", None, "pink"]),
        ("no answer", None, ["red"] * 3),
    ],
    columns=["id", "answer", "answers"],
)


def test_drops_below_the_threshold_and_keeps_at_it() -> None:
    assert LowAgreement().decide(TABLE) == {
        "2 of 10": "2 of 10 annotators answered 'red', fewer than 30 %",
        "none of 3": "0 of 3 annotators answered 'red', fewer than 30 %",
    }


def test_how_many_annotators_it_takes_is_a_parameter() -> None:
    assert "two annotators" in LowAgreement(min_answers=2).decide(TABLE)
    assert set(LowAgreement(min_answers=4).decide(TABLE)) == {"2 of 10"}
