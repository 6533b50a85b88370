"""Known answers of `solved-by-k` and of its relatives for the other blind views."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from twokeys.filters.solved_by_k import SolvedByK
from twokeys.filters.solved_from_choices import SolvedFromChoices
from twokeys.filters.solved_from_image import SolvedFromImage

TABLE = pd.DataFrame(
    [
        ("all", "red", "red", "red", "red", 0.9, 0.8, 0.7),
        ("two", "red", "red", "blue", "red", 0.9, 0.1, 0.3),
        ("one", "red", "blue", "red", "blue", 0.1, 0.5, 0.2),
        ("none", "red", "blue", "blue", "blue", 0.1, 0.1, 0.1),
        ("no answer", None, None, None, None, None, None, None),
    ],
    columns=[
        "id",
        "answer",
        "a.prediction",
        "b.prediction",
        "c.prediction",
        "a.p_gold",
        "b.p_gold",
        "c.p_gold",
    ],
)


@pytest.mark.parametrize(
    ("k", "dropped"), [(1, {"all", "two", "one"}), (2, {"all", "two"}), (3, {"all"}), (9, {"all"})]
)
def test_drops_what_k_of_the_baselines_solve(k: int, dropped: set[str]) -> None:
    assert set(SolvedByK(baselines=("a", "b", "c"), k=k).decide(TABLE)) == dropped


def test_reason_names_the_solvers() -> None:
    assert SolvedByK(baselines=("a", "b", "c"), k=2).decide(TABLE) == {
        "all": "3 of 3 baselines that see only the question answer it: a, b, c",
        "two": "2 of 3 baselines that see only the question answer it: a, c",
    }


def test_an_unsure_baseline_has_not_solved_it() -> None:
    rule = SolvedByK(baselines=("a", "b", "c"), min_p=0.7)
    reason = "3 of 3 baselines that see only the question answer it with a probability of at least 0.7: a, b, c"
    assert rule.decide(TABLE) == {"all": reason}


def test_single_precision_does_not_move_the_limit() -> None:
    table = TABLE.astype({"a.p_gold": np.float32})
    assert set(SolvedByK(baselines=("a",), min_p=0.9).decide(table)) == {"all", "two"}


def test_probabilities_are_read_only_when_they_matter() -> None:
    assert SolvedByK(baselines=("a",)).reads() == ("answer", "a.prediction")
    assert SolvedByK(baselines=("a",), min_p=0.5).reads() == ("answer", "a.prediction", "a.p_gold")


@pytest.mark.parametrize(("rule", "view"), [(SolvedFromChoices, "the options"), (SolvedFromImage, "the image")])
def test_relatives_name_their_view(rule: type[SolvedByK], view: str) -> None:
    assert rule(baselines=("b",)).decide(TABLE)["one"] == f"1 of 1 baselines that see only {view} answer it: b"
