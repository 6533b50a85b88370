"""Known answers of `prior-neighbours`."""

from __future__ import annotations

import numpy as np
import pandas as pd

from twokeys.filters.prior_neighbours import PriorNeighbours


def test_drops_from_the_threshold_on_and_names_the_neighbours() -> None:
    table = pd.DataFrame(
        [("at", 0.75, "x, y"), ("above", 0.9, None), ("below", 0.74, "x"), ("unknown", None, "x")],
        columns=["id", "question.neighbours.p_gold", "question.neighbours.evidence"],
    )
    assert PriorNeighbours().decide(table) == {
        "at": "similar questions give its answer a probability of 0.75 (limit 0.75); nearest: x, y",
        "above": "similar questions give its answer a probability of 0.90 (limit 0.75)",
    }


def test_single_precision_does_not_move_the_limit() -> None:
    measured = {"question.neighbours.p_gold": np.float32([0.9]), "question.neighbours.evidence": "x"}
    assert "a" in PriorNeighbours(threshold=0.9).decide(pd.DataFrame({"id": ["a"], **measured}))
