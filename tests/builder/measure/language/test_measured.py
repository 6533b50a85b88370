"""From a recipe's language model to measurements: the whole way, on a model made from a seed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.builder.measure.language.killed import Dies, Killed
from tests.builder.measure.language.tiny import save
from twokeys.builder.measure.baselines import VIEWS, chosen
from twokeys.builder.measure.language.likelihoods import log_likelihoods
from twokeys.builder.measure.language.loading import language_model
from twokeys.builder.measure.language.prompts import ask
from twokeys.builder.measure.matrices import Representations
from twokeys.builder.measure.stage import CrossFit, Measurements, measure
from twokeys.builder.read.pictures import Pictures
from twokeys.builder.recipe import Recipe
from twokeys.builder.run.keys import KeyedTable
from twokeys.builder.run.stages import Run
from twokeys.core.items import question_key

COLOURS = ("red", "blue", "green", "white")


def items() -> pd.DataFrame:
    """Open questions and choices; the same question is asked of several pictures."""
    rows = []
    for number in range(24):
        open_question = number % 2 == 0
        question = f"is there a {COLOURS[number // 2 % 4]} cube?" if open_question else f"what colour is {number % 5}?"
        choices = [] if open_question else list(COLOURS[: 2 + number % 3])
        rows.append({
            "id": f"toy:test:{number:02d}", "question": question, "choices": choices,
            "answer": ("yes", "no")[number // 2 % 2] if open_question else choices[number % len(choices)],
            "question_key": question_key(question, choices), "image_key": f"i{number}",
        })  # fmt: skip
    return pd.DataFrame(rows).assign(compared=lambda table: table["answer"])


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Recipe:
    corpus = {"format": "table", "name": "toy", "revision": "1", "license": "mit", "images": "names"}
    language = {"language": save(tmp_path_factory.mktemp("tiny"))}
    return Recipe.model_validate({"name": "toy", "title": "Toy", "corpora": [corpus], "encoders": language})


def measured(recipe: Recipe, run: Run, names: list[str], table: pd.DataFrame | None = None) -> Measurements:
    whole = items()
    table = whole if table is None else table
    fold = np.arange(len(table)) // 2 % 3
    pictures = Pictures(pd.DataFrame(columns=["image_key"]), {}, recipe.images)
    represent, baselines = Representations(run, recipe, whole, pictures, "toy"), chosen(names)
    some = KeyedTable(table, f"{len(table)} of toy")
    return measure(
        run, some, CrossFit(dict.fromkeys(VIEWS, fold), baselines, recipe.measure, represent.reads(baselines)), 0
    )


def test_every_item_is_answered_from_the_models_likelihoods(recipe: Recipe, tmp_path: Path) -> None:
    names = [f"question.{name}" for name in ("lm", "lm_pmi", "lm_fitted")] + ["choices.lm", "choices.lm_fitted"]
    found = measured(recipe, Run(tmp_path), names).table
    table = items()
    multiple = table["choices"].map(len) > 0
    for name in names:
        assert found[f"{name}.prediction"].notna().tolist() == (
            [True] * len(table) if name.startswith("question") else multiple.tolist()
        )
    loaded = language_model(recipe.encoders.language)
    for row, prediction in zip(table.itertuples(), found["question.lm.prediction"], strict=True):
        answers = list(row.choices) or ["yes", "no"]
        assert prediction == answers[int(np.argmax(log_likelihoods(loaded, [ask(row.question)], [answers])[0]))]
    for row, prediction in zip(table[multiple].itertuples(), found["choices.lm.prediction"][multiple], strict=True):
        assert prediction == row.choices[int(np.argmax(log_likelihoods(loaded, [ask("")], [row.choices])[0]))]


def test_a_part_of_the_items_asks_the_model_nothing_again(recipe: Recipe, tmp_path: Path) -> None:
    run = Run(tmp_path)
    measured(recipe, run, ["question.lm", "choices.lm"])
    assert {"likelihoods-question", "likelihoods-choices", "measure"} == set(run.seconds)
    run.seconds.clear()
    measured(recipe, run, ["question.lm", "choices.lm"], items()[:18])
    assert set(run.seconds) == {"measure"}


def test_fine_tuning_goes_on_with_the_fold_it_was_killed_in(recipe: Recipe, tmp_path: Path) -> None:
    pytest.importorskip("peft")
    table = items()
    table = table[table["choices"].map(len) == 0].reset_index(drop=True)
    with pytest.raises(Killed):
        measured(recipe, Run(tmp_path / "again", Dies(2)), ["question.lora"], table)
    engine = Dies(9)
    again = measured(recipe, Run(tmp_path / "again", engine), ["question.lora"], table)
    assert engine.ran == 1  # three folds, two of them done before
    whole = measured(recipe, Run(tmp_path / "whole"), ["question.lora"], table)
    pd.testing.assert_frame_equal(again.table, whole.table)
