"""Known answers of `prior-neighbours`."""

from __future__ import annotations

import pandas as pd

from filters.prior_neighbours import PriorNeighbours


def test_drops_from_the_threshold_on_and_names_the_neighbours() -> None:
    table = pd.DataFrame(
        [("at", 0.75, "x, y"), ("above", 0.9, None), ("below", 0.74, "x"), ("unknown", None, "x")],
        columns=["id", "question.neighbours.p_gold", "question.neighbours.evidence"],
    )
    assert PriorNeighbours().decide(table) == {
        "at": "similar questions give its answer a probability of 0.75 (limit 0.75); nearest: x, y",
        "above": "similar questions give its answer a probability of 0.90 (limit 0.75)",
    }
