"""Draws: a shard is a function of its number, and the whole pipeline finds nothing in permuted labels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from tests.builder.certify.audited.items import NOUNS, table
from twokeys.builder.certify.audited.cells import Cells
from twokeys.builder.certify.audited.draws import Draw, Draws, Experiment, SavedSet, Setting, run_draw, save
from twokeys.builder.certify.audited.selection import excess
from twokeys.builder.measure.baselines import VIEWS, baselines
from twokeys.builder.measure.matrix import Reads
from twokeys.builder.measure.plain_matrices import PLAIN
from twokeys.builder.measure.stage import CrossFit, problems
from twokeys.builder.recipe import Measure
from twokeys.builder.run.files import write_table
from twokeys.core.folds import fold_of

ITEMS, FOLDS = 240, 3
SELECT, CERTIFY = ["question.prior"], ["question.tfidf"]


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of items whose every question gives its answer away."""
    folder, rng = tmp_path_factory.mktemp("saved"), np.random.default_rng(0)
    answers = rng.choice(["yes", "no"], ITEMS)
    age = np.where(answers == "yes", "old", "new")
    questions = [f"is the {word} {' '.join(rng.choice(NOUNS, 2))} here?" for word in age]
    items = table(questions, answers.tolist())
    names, settings = [*SELECT, *CERTIFY], Measure(folds=FOLDS)
    fold = fold_of(items["group"], FOLDS, 0)
    made = {}
    chosen = {name: baselines()[name] for name in names}
    for place, problem, able in problems(items, CrossFit(dict.fromkeys(VIEWS, fold), chosen, settings, Reads(PLAIN))):
        problem.save(folder / place)
        made[place] = able
    cells = [Cells("question", pd.factorize(items["question_key"])[0].astype(np.int64))]
    said = [(one.what, one.loose) for one in cells]
    setting = Setting(SELECT, CERTIFY, made, said, 0.05, 2, FOLDS, settings.max_answers, 0, [])
    save(folder, setting, items, cells, np.ones(ITEMS), np.arange(ITEMS))
    write_table(folder / "keep.parquet", pa.table({"keep": np.arange(ITEMS) % 4 > 0}))
    return folder


def drawn(saved: Path, place: Path, experiment: Experiment) -> np.ndarray:
    """Excesses of the one judge on the real labels and on three permutations."""
    keep = saved / "keep.parquet" if experiment == "refit" else None
    for part, number in enumerate((None, 0, 1, 2)):
        run_draw(Draw(saved, number, experiment, keep), place / f"part-{part}.parquet")
    names, excesses = Draws(folder=place).excesses()
    assert names == CERTIFY
    return excesses[:, 0]


@pytest.mark.parametrize("experiment", ["refit", "pipeline"])
def test_the_cue_is_found_in_the_real_labels_alone(saved: Path, tmp_path: Path, experiment: Experiment) -> None:
    found = drawn(saved, tmp_path, experiment)
    assert found[0] > 0.4
    assert np.abs(found[1:]).max() < 0.2


def test_a_draw_is_the_same_whenever_it_is_made(saved: Path, tmp_path: Path) -> None:
    for place in ("first", "again"):
        run_draw(Draw(saved, 1, "pipeline"), tmp_path / f"{place}.parquet")
    assert pd.read_parquet(tmp_path / "first.parquet").equals(pd.read_parquet(tmp_path / "again.parquet"))
    run_draw(Draw(saved, 2, "pipeline"), tmp_path / "other.parquet")
    assert not pd.read_parquet(tmp_path / "first.parquet").equals(pd.read_parquet(tmp_path / "other.parquet"))


def test_a_refit_is_the_refit_of_the_tier(saved: Path, tmp_path: Path) -> None:
    run_draw(Draw(saved, None, "refit", saved / "keep.parquet"), tmp_path / "real.parquet")
    read, keep = SavedSet.load(saved), np.arange(ITEMS) % 4 > 0
    answers = read.refits.ask(CERTIFY, read.labels.given, keep, read.fold(1), 1)
    assert pd.read_parquet(tmp_path / "real.parquet")["excess"][0] == pytest.approx(excess(answers[0], keep))
