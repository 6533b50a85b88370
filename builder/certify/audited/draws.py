"""Draws: the cheap adversaries on permuted labels, one shard for each permutation.

There are two experiments. `refit` permutes the labels of a chosen set and fits the adversaries again: it measures how
far from chance they come without any cue (`twokeys.builder.certify.audited.permutation`). `pipeline` permutes all
labels and runs selection and certification from the start: it measures the effect of selection alone
(`twokeys.builder.certify.audited.null`).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pyarrow as pa

from twokeys.builder.certify.audited.bounds import Answers, Bools, Bound, Floats, Ints, balance_bounds
from twokeys.builder.certify.audited.cells import Cells
from twokeys.builder.certify.audited.labels import Labels
from twokeys.builder.certify.audited.prior import prior_bounds
from twokeys.builder.certify.audited.refits import Refits
from twokeys.builder.certify.audited.selection import SLACK, Chosen, choose, excess
from twokeys.builder.certify.audited.strata import strata
from twokeys.builder.run.files import write_json, write_table
from twokeys.builder.run.results import Parts, WrittenFiles
from twokeys.builder.run.stages import Workspace, stage
from twokeys.core.folds import fold_of
from twokeys.core.strata import STRATA

ITEMS, SETTING = "items.parquet", "setting.json"
FEWEST_REMOVED = 100
"""Fewest removed items on which adversaries are fitted, too."""
Experiment = Literal["refit", "pipeline"]


@dataclass(frozen=True)
class Setting:
    """Settings of the experiments, besides the items.

    Attributes:
        select: Cheap adversaries of the selection family.
        certify: Cheap adversaries that certify.
        problems: Folder of each problem -> the adversaries that can be fitted to it.
        cells: What the items of each kind of cell share, and whether they are merely alike, in the order of the columns
            `cell 0`, `cell 1`, ...
        margin: The margin.
        rounds: Most rounds of selection.
        folds: Number of folds.
        max_answers: Only so many of the most frequent answers are ever predicted.
        seed: Seed of folds, fits and permutations; certifying adversaries use the next seed.
        apart: Columns whose values are strata.
    """

    select: list[str]
    certify: list[str]
    problems: dict[str, list[str]]
    cells: list[tuple[str, bool]]
    margin: float
    rounds: int
    folds: int
    max_answers: int
    seed: int
    apart: list[str]


@dataclass(frozen=True)
class Draw:
    """One shard.

    Attributes:
        folder: Folder that `save` wrote.
        run: Number of the permutation; None for the real labels.
        experiment: The experiment.
        keep: Table of one boolean column `keep`, the chosen set; for `refit`.
    """

    folder: Path
    run: int | None
    experiment: Experiment
    keep: Path | None = None


def save(folder: Path, setting: Setting, items: pd.DataFrame, cells: list[Cells], weight: Floats, whole: Ints) -> None:
    """Write the input of shards, except for the problems, which are there already."""
    names = ["id", "source", "split", "group", "compared", "answer_type", "choices"]
    categories = set(setting.apart) - set(STRATA)
    table = items[[*names, *(["meta"] if categories else [])]].assign(
        weight=weight, whole=whole, **{f"cell {number}": division.code for number, division in enumerate(cells)}
    )
    write_table(folder / ITEMS, pa.Table.from_pandas(table, preserve_index=False))
    write_json(folder / SETTING, setting.__dict__)


@dataclass(frozen=True, eq=False)
class SavedSet:
    """The set that `save` wrote: items, labels, and adversaries that can be refitted."""

    setting: Setting
    table: pd.DataFrame
    labels: Labels
    refits: Refits

    @classmethod
    def load(cls, folder: Path) -> SavedSet:
        """Read the folder."""
        setting = Setting(**json.loads((folder / SETTING).read_text(encoding="utf-8")))
        table = pd.read_parquet(folder / ITEMS)
        labels = Labels.of(table, setting.apart)
        folders = [(folder / name, able) for name, able in setting.problems.items()]
        refits = Refits.load(folders, labels, setting.max_answers)
        return cls(setting, table, labels, refits)

    def fold(self, seed: int) -> Ints:
        """(n,) folds for a seed."""
        return fold_of(self.table["group"], self.setting.folds, seed)

    def bounds(self, given: Ints) -> list[Bound]:
        """Return the bounds that hold from the first round on, under the given labels."""
        cells = [
            Cells(what, self.table[f"cell {number}"].to_numpy(), loose)
            for number, (what, loose) in enumerate(self.setting.cells)
        ]
        return first_bounds(cells, self.labels, given, self.setting.margin)

    def chosen(self, given: Ints) -> Chosen:
        """Select a set under the given labels."""
        setting, fold = self.setting, self.fold(self.setting.seed)

        def ask(keep: Bools) -> list[Answers]:
            return both(keep, partial(self.refits.ask, setting.select, given, keep, fold, setting.seed))

        weight, whole = (self.table[name].to_numpy() for name in ("weight", "whole"))
        parts = list(strata(self.table, setting.apart).values())
        return choose(ask, setting.margin, setting.rounds, weight, self.bounds(given), parts, whole)

    def certified(self, given: Ints, keep: Bools) -> dict[str, float]:
        """Return the excess over chance of each certifying adversary, fitted on a set under the given labels."""
        seed = self.setting.seed + 1
        answers = self.refits.only(keep).ask(self.setting.certify, given, keep, self.fold(seed), seed)
        return {each.name: excess(each, keep) for each in answers}


def both(keep: Bools, ask: Callable[..., list[Answers]]) -> list[Answers]:
    """Return answers of adversaries fitted on a set and, if it leaves enough items out, of adversaries fitted there."""
    return [*ask(), *(ask(on_removed=True) if (~keep).sum() >= FEWEST_REMOVED else [])]


def first_bounds(cells: list[Cells], labels: Labels, given: Ints, margin: float) -> list[Bound]:
    """Return the bounds of the answer prior, then of balance inside all cells, the finest first.

    Args:
        cells: Divisions of the items into cells.
        labels: Meaning of the labels.
        given: (n,) labels.
        margin: Largest excess that counts as chance.
    """
    bounds = prior_bounds(labels, given, margin * SLACK)
    for division in cells:
        bounds += balance_bounds(division.code, labels.gold(given), division.what, division.loose)
    return bounds


def run_draw(draw: Draw, path: Path) -> None:
    """Make one draw, and write a table of `adversary` and `excess`."""
    saved = SavedSet.load(draw.folder)
    everything = np.ones(len(saved.table), dtype=bool)
    keep = everything if draw.keep is None else pd.read_parquet(draw.keep)["keep"].to_numpy()
    labels, seed = saved.labels, saved.setting.seed
    given = labels.given if draw.run is None else labels.permuted(keep, seed, draw.run)
    if draw.experiment == "pipeline":
        keep = saved.chosen(given).keep
    excesses = saved.certified(given, keep)
    write_table(path, pa.table({"adversary": list(excesses), "excess": list(excesses.values())}))


@dataclass(frozen=True, eq=False)
class Draws(Parts):
    """Excesses on the real labels and on each permutation of them."""

    def excesses(self) -> tuple[list[str], Floats]:
        """Return the adversaries (a,) and their excesses (draws, a); the first draw is on the real labels."""
        tables = [pd.read_parquet(path).set_index("adversary")["excess"] for path in self.parts]
        names = sorted(set.intersection(*(set(table.index) for table in tables)))
        return names, np.stack([table.loc[names].to_numpy(dtype=np.float64) for table in tables])


@stage("draws", version=3)
def draw(space: Workspace, prepared: WrittenFiles, experiment: Experiment, runs: int, keep: Bools | None) -> Draws:
    """Run an experiment on the real labels and on permutations.

    Args:
        space: Where the work is done.
        prepared: The files that `save` wrote.
        experiment: The experiment.
        runs: Number of permutations.
        keep: (n,) the chosen set, for `refit`.
    """
    chosen = None
    if keep is not None:
        chosen = space.folder / "keep.parquet"
        write_table(chosen, pa.table({"keep": keep}))
    space.parts(run_draw, [Draw(prepared.folder, number, experiment, chosen) for number in (None, *range(runs))])
    return Draws()
