"""Draws: the cheap adversaries on permuted labels, one shard per permutation.

Two experiments. `refit`: the labels of a chosen set are permuted and the adversaries fitted again, which says how far
from chance they come when there is nothing to find (`twokeys.builder.certify.audited.permutation`). `pipeline`: all
labels are permuted, and selection and certification are run from the start, which says what selection alone does
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
"""Items left out from which adversaries are fitted on them too."""
Experiment = Literal["refit", "pipeline"]


@dataclass(frozen=True)
class Setting:
    """What the experiments need beside the items.

    Attributes:
        select: Cheap adversaries of the selection family.
        certify: Cheap adversaries that certify.
        problems: Folder of each problem, with the adversaries that can be run on it.
        cells: What the items of each kind of cell share, and whether they are merely alike, in the order of the columns
            `cell 0`, `cell 1`, ...
        margin: The margin.
        rounds: Rounds of selection at most.
        folds: Number of folds.
        max_answers: Answers that are never predicted beyond.
        seed: Of folds, fits and permutations; those that certify use the next one.
        apart: Columns whose values are judged by themselves.
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
        folder: Where `save` wrote.
        run: Number of the permutation; None for the real labels.
        experiment: Which one.
        keep: Table of one boolean column `keep`, the chosen set; for `refit`.
    """

    folder: Path
    run: int | None
    experiment: Experiment
    keep: Path | None = None


def save(folder: Path, setting: Setting, items: pd.DataFrame, known: list[Cells], weight: Floats, whole: Ints) -> None:
    """Write what shards read; the problems are there already."""
    names = ["id", "source", "split", "group", "compared", "answer_type", "choices"]
    categories = set(setting.apart) - set(STRATA)
    table = items[[*names, *(["meta"] if categories else [])]].assign(
        weight=weight, whole=whole, **{f"cell {number}": one.code for number, one in enumerate(known)}
    )
    write_table(folder / ITEMS, pa.Table.from_pandas(table, preserve_index=False))
    write_json(folder / SETTING, setting.__dict__)


@dataclass(frozen=True, eq=False)
class SavedSet:
    """The set as `save` wrote it: items, labels, and adversaries that can be refitted."""

    setting: Setting
    table: pd.DataFrame
    labels: Labels
    refits: Refits

    @classmethod
    def load(cls, folder: Path) -> SavedSet:
        """Read a folder."""
        setting = Setting(**json.loads((folder / SETTING).read_text(encoding="utf-8")))
        table = pd.read_parquet(folder / ITEMS)
        labels = Labels.of(table, setting.apart)
        folders = [(folder / name, able) for name, able in setting.problems.items()]
        refits = Refits.load(folders, labels, setting.max_answers)
        return cls(setting, table, labels, refits)

    def fold(self, seed: int) -> Ints:
        """(n,) folds under a seed."""
        return fold_of(self.table["group"], self.setting.folds, seed)

    def bounds(self, given: Ints) -> list[Bound]:
        """The bounds that hold from the first round on, under some labels."""
        cells = [
            Cells(what, self.table[f"cell {number}"].to_numpy(), loose)
            for number, (what, loose) in enumerate(self.setting.cells)
        ]
        return first_bounds(cells, self.labels, given, self.setting.margin)

    def chosen(self, given: Ints) -> Chosen:
        """Select under some labels."""
        setting, fold = self.setting, self.fold(self.setting.seed)

        def ask(keep: Bools) -> list[Answers]:
            return both(keep, partial(self.refits.ask, setting.select, given, keep, fold, setting.seed))

        weight, whole = (self.table[name].to_numpy() for name in ("weight", "whole"))
        parts = list(strata(self.table, setting.apart).values())
        return choose(ask, setting.margin, setting.rounds, weight, self.bounds(given), parts, whole)

    def certified(self, given: Ints, keep: Bools) -> dict[str, float]:
        """Excess over chance of each certifying adversary, fitted on a set under some labels."""
        seed = self.setting.seed + 1
        answers = self.refits.only(keep).ask(self.setting.certify, given, keep, self.fold(seed), seed)
        return {one.name: excess(one, keep) for one in answers}


def both(keep: Bools, ask: Callable[..., list[Answers]]) -> list[Answers]:
    """Answers of adversaries fitted on a set and, if enough other items are there, of adversaries fitted on these."""
    return [*ask(), *(ask(on_removed=True) if (~keep).sum() >= FEWEST_REMOVED else [])]


def first_bounds(cells: list[Cells], labels: Labels, given: Ints, margin: float) -> list[Bound]:
    """Bounds of the answer prior, then of balance inside all cells, the finest first.

    Args:
        cells: What items share.
        labels: What labels stand for.
        given: (n,) labels.
        margin: Largest excess that may be called chance.
    """
    found = prior_bounds(labels, given, margin * SLACK)
    for one in cells:
        found += balance_bounds(one.code, labels.gold(given), one.what, one.loose)
    return found


def run_draw(draw: Draw, path: Path) -> None:
    """Make one draw: a table of `adversary` and `excess`."""
    saved = SavedSet.load(draw.folder)
    everything = np.ones(len(saved.table), dtype=bool)
    keep = everything if draw.keep is None else pd.read_parquet(draw.keep)["keep"].to_numpy()
    labels, seed = saved.labels, saved.setting.seed
    given = labels.given if draw.run is None else labels.permuted(keep, seed, draw.run)
    if draw.experiment == "pipeline":
        keep = saved.chosen(given).keep
    found = saved.certified(given, keep)
    write_table(path, pa.table({"adversary": list(found), "excess": list(found.values())}))


@dataclass(frozen=True, eq=False)
class Draws(Parts):
    """Excesses on the real labels, and on each permutation of them."""

    def excesses(self) -> tuple[list[str], Floats]:
        """Adversaries (a,) and their excesses (draws, a), those on the real labels first."""
        tables = [pd.read_parquet(path).set_index("adversary")["excess"] for path in self.parts]
        names = sorted(set.intersection(*(set(table.index) for table in tables)))
        return names, np.stack([table.loc[names].to_numpy(dtype=np.float64) for table in tables])


@stage("draws", version=3)
def draw(space: Workspace, prepared: WrittenFiles, experiment: Experiment, runs: int, keep: Bools | None) -> Draws:
    """Run an experiment on the real labels, and on as many permutations.

    Args:
        space: Where the work is done.
        prepared: What `save` wrote.
        experiment: Which experiment.
        runs: Permutations.
        keep: (n,) the chosen set, for `refit`.
    """
    chosen = None
    if keep is not None:
        chosen = space.folder / "keep.parquet"
        write_table(chosen, pa.table({"keep": keep}))
    space.parts(run_draw, [Draw(prepared.folder, number, experiment, chosen) for number in (None, *range(runs))])
    return Draws()
