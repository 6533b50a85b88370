"""Folds by question: where a question's answers are balanced, they show what folds by image hide."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.pipeline.toy import Toy, draw
from twokeys.builder.diagnose import Diagnosis, diagnose
from twokeys.builder.measure.unseen import asked, recurring

WORDS = ["red", "big", "old", "new", "odd", "wet", "hot", "low"]


def crossed(folder: Path) -> Toy:
    """Two images and two questions each, answers a b / b a; the words tell nothing but for `no`, always asked of yes.

    Of each question one of two items is answered yes: no question tells its answer. Half of the questions are asked
    of a third image too, with the answer that `no` gives away.
    """
    toy = Toy(folder)
    rows = []
    for quad in range(24):
        names = [f"train/{quad}-{side}.png" for side in range(3)]
        for side, name in enumerate(names):
            draw(folder / toy.pictures / name, ("circle", "square", "triangle")[side], "red", quad * 3 + side)
        for place in range(2):
            denied = (quad + place) % 2 == 0
            question = (
                f"is {'no' if denied else 'any'} {WORDS[quad % 8]} {WORDS[(quad // 8 + place) % 8]} thing{quad} here"
            )
            golds = ["yes", "no", "yes" if denied else "no"]
            for side, (name, gold) in enumerate(zip(names, golds, strict=True)):
                rows.append({"id": f"{quad}-{place}-{side}", "picture": name, "question": question, "answer": gold})
    toy.rows["train"] = rows
    return toy.write()


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Diagnosis:
    """The diagnosis of that corpus."""
    folder = tmp_path_factory.mktemp("crossed")
    toy = crossed(folder / "corpora")
    columns = {"image": "picture", "id": "id"}
    recipe = toy.save(
        folder / "r.yaml",
        corpora=[toy.corpus(columns=columns)],
        measure={"baselines": ["question.tfidf", "question.prior", "image.majority"], "folds": 4},
    )
    return diagnose(recipe, folder / "report", corpora=toy.corpora, work=folder / "work", engine="serial")


def test_both_are_told_and_folds_by_question_find_what_folds_by_image_understate(found: Diagnosis) -> None:
    scores = {score.name: score.accuracy for score in found.blindness.scores if score.stratum == "all"}
    assert scores["question.tfidf, new questions"] > scores["question.tfidf"] + 0.1
    best = found.blindness.best()
    assert best is not None
    assert best.unseen


def test_only_predictors_that_read_the_question_are_fitted_anew(found: Diagnosis) -> None:
    again = {score.baseline for score in found.blindness.scores if score.unseen}
    assert again == {"question.tfidf", "question.prior"}


def table(keys: list[str], groups: list[str]) -> pd.DataFrame:
    choices = [["a", "b"] if key != "q0" else [] for key in keys]
    return pd.DataFrame({"question_key": keys, "group": groups, "choices": choices})


def test_a_question_recurs_if_another_group_has_it() -> None:
    assert recurring(table(["q1", "q1", "q2", "q2"], ["x", "x", "y", "z"]), "question") == 0.5
    assert recurring(table(["q1", "q2"], ["x", "y"]), "question") == 0.0
    assert recurring(table([], []), "question") == 0.0


def test_options_are_one_whatever_their_order_and_items_without_have_none() -> None:
    items = table(["q0", "q1", "q2"], ["x", "y", "z"])
    items["choices"] = [[], ["a", "b"], np.array(["b", "a"])]
    assert asked(items, "choices").nunique() == 1
    assert len(asked(items, "choices")) == 2
    assert recurring(items, "choices") == 1.0
