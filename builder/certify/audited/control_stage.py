"""The stage of positive controls: one part per view and kind of cue."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from twokeys.builder.certify.audited.controls import Control, search
from twokeys.builder.certify.audited.draws import ITEMS, SETTING
from twokeys.builder.certify.audited.families import families
from twokeys.builder.certify.audited.labels import Labels
from twokeys.builder.certify.audited.planted import Copies, Floats
from twokeys.builder.certify.audited.planted_pictures import PlantedPictures
from twokeys.builder.certify.audited.planting import OPTIONS, PICTURES, SEEN, TEXT, TWO_WAY, Kind
from twokeys.builder.certify.audited.refits import Refits
from twokeys.builder.measure.baselines import VIEWS, Baseline, View, baselines
from twokeys.builder.measure.baselines.problem import Problem
from twokeys.builder.measure.matrix import Reads
from twokeys.builder.measure.stage import CrossFit, problems
from twokeys.builder.recipe import Recipe
from twokeys.builder.run.files import write_json, write_table
from twokeys.builder.run.keys import KeyedTable
from twokeys.builder.run.results import Parts, WrittenFiles
from twokeys.builder.run.stages import Run, Workspace, stage
from twokeys.core.folds import fold_of
from twokeys.core.intervals.excess import excess
from twokeys.core.item_images import ImageLists

FEWEST = 50
"""Items with options, or without, from which cues are planted in them: in fewer nothing would be found."""


@dataclass(frozen=True)
class Setting:
    """What parts need beside the items and the problems.

    Attributes:
        problems: Folder of each problem, with the adversaries that can be run on it.
        margin: The margin.
        alpha: Level of the tests.
        tries: Tries a size.
        apart: Columns whose values are judged by themselves.
        folds: Number of folds.
        max_answers: Answers that are never predicted beyond.
        seed: Of folds, fits, permutations and cues.
    """

    problems: dict[str, list[str]]
    margin: float
    alpha: float
    tries: int
    apart: list[str]
    folds: int
    max_answers: int
    seed: int


@dataclass(frozen=True)
class Planting:
    """One part: a kind of cue in a view."""

    folder: Path
    view: View
    kind: str
    pictures: PlantedPictures | None


@dataclass(frozen=True, eq=False)
class Controls(Parts):
    """What became of each kind of cue, view by view."""

    def read(self) -> list[Control]:
        """The controls."""
        return [Control.read(json.loads(pd.read_parquet(part)["control"].iloc[0])) for part in self.parts]


def controls(
    run: Run, kept: KeyedTable, views: Collection[str], recipe: Recipe,
    reads: Callable[[Mapping[str, Baseline]], Reads], pictures: PlantedPictures | None,
) -> list[Control]:  # fmt: skip
    """Plant every kind of cue in some views of a set, and see whether the certifying adversaries find it.

    Args:
        run: The build under way.
        kept: The set, default index.
        views: The views.
        recipe: Its parts on the tier and on measuring, and its seed.
        reads: Says what some adversaries read of contents.
        pictures: Images with planted cues; None if images are known by name alone.
    """
    judges = {name: baselines()[name] for name in judges_of(kept.frame, views, recipe)}
    prepared = prepare_controls(run, kept, recipe, judges, reads(judges))
    return plant_controls(run, kept, sorted(views), prepared, pictures).read()


@stage("control-problems", version=3)
def prepare_controls(
    space: Workspace, kept: KeyedTable, recipe: Recipe, judges: Mapping[str, Baseline], reads: Reads
) -> WrittenFiles:
    """Write what plantings read, see `prepare`."""
    prepare(space.folder, kept.frame, recipe, judges, reads)
    return WrittenFiles()


@stage("controls", version=2)
def plant_controls(
    space: Workspace, kept: KeyedTable, views: Sequence[str], prepared: WrittenFiles, pictures: PlantedPictures | None
) -> Controls:
    """Plant every kind of cue in some views, one part per view and kind."""
    planted = kinds(kept.frame, views)
    space.parts(run_control, [Planting(prepared.folder, view, kind.name, pictures) for view, kind in planted])
    return Controls()


def prepare(folder: Path, kept: pd.DataFrame, recipe: Recipe, judges: Mapping[str, Baseline], reads: Reads) -> None:
    """Write what plantings read: the items, and the problems of all adversaries that may find a planted cue."""
    settings, measuring, seed = recipe.audited, recipe.measure, recipe.seed
    assert settings is not None
    fold = fold_of(kept["group"], measuring.folds, seed + 1)
    made: dict[str, list[str]] = {}
    how = CrossFit(dict.fromkeys(VIEWS, fold), judges, measuring, reads, held=True)
    for place, problem, names in problems(kept, how):
        problem.save(folder / place)
        made[place] = names
    columns = [name for name in kept if "." not in str(name)]
    write_table(folder / ITEMS, pa.Table.from_pandas(kept[columns], preserve_index=False))
    setting = Setting(
        made, settings.margin, round(1 - measuring.confidence, 9), settings.controls, recipe.judged_apart,
        measuring.folds, measuring.max_answers, seed,
    )  # fmt: skip
    write_json(folder / SETTING, asdict(setting))


def judges_of(kept: pd.DataFrame, views: Collection[str], recipe: Recipe) -> list[str]:
    """Certifying adversaries that may find some planted cue."""
    assert recipe.audited is not None
    able = {name for view, kind in kinds(kept, views) for name in named(view, kind)}
    return [name for name in families(recipe.audited)[1] if name in able]


def kinds(kept: pd.DataFrame, views: Collection[str]) -> list[tuple[View, Kind]]:
    """Which kinds are planted in which of some views of a set."""
    found: list[tuple[View, Kind]] = [("question", kind) for kind in TEXT]
    if (kept["choices"].map(len) > 0).any():
        found += [(view, kind) for view in ("question", "choices") for kind in OPTIONS]
    found += [("image", kind) for kind in PICTURES]
    return [(view, kind) for view, kind in found if view in views]


def named(view: str, kind: Kind) -> list[str]:
    """Full names of the adversaries that may find a kind."""
    return [f"{view}.{family}" for family in kind.judges]


def run_control(planting: Planting, path: Path) -> None:
    """Plant one kind of cue in one view: a table of one cell, the control as JSON."""
    found = control(PlantedSet.load(planting.folder), planting.view, planting.kind, planting.pictures)
    write_table(path, pa.table({"control": [json.dumps(asdict(found))]}))


@dataclass(frozen=True, eq=False)
class PlantedSet:
    """A set into copies of which cues are planted, with the problems that its adversaries are fitted to."""

    setting: Setting
    items: pd.DataFrame
    labels: Labels
    problems: dict[str, tuple[Problem, list[str]]]

    @classmethod
    def load(cls, folder: Path) -> PlantedSet:
        """Read what `prepare` wrote."""
        setting = Setting(**json.loads((folder / SETTING).read_text(encoding="utf-8")))
        items = pd.read_parquet(folder / ITEMS)
        problems = {place: (Problem.load(folder / place), able) for place, able in setting.problems.items()}
        return cls(setting, items, Labels.of(items, setting.apart), problems)

    def problem(self, judge: str, of_options: bool) -> Problem | None:
        """The problem that an adversary is fitted to; None if it cannot be run."""
        form = "option" if of_options else "answer"
        view = judge.partition(".")[0]
        for place, (problem, able) in self.problems.items():
            if judge in able and place.startswith(f"{view}-") and place.endswith(form):
                return problem
        return None


def control(chosen: PlantedSet, view: View, name: str, pictures: PlantedPictures | None) -> Control:
    """Plant a kind of cue in a view of a set, in sizes from the margin on, and see what is found."""
    kind = next(kind for kind in (*TEXT, *OPTIONS, *PICTURES) if kind.name == name)
    of_options, setting, labels = kind in OPTIONS, chosen.setting, chosen.labels
    seen = view == "image" and (name in SEEN or name == TWO_WAY)
    judges = [judge for judge in named(view, kind) if chosen.problem(judge, of_options) is not None]
    drawn = int((labels.options > 0).sum())
    if view != "image" and (drawn if of_options else len(chosen.items) - drawn) < FEWEST:
        judges = []
    shown = None
    if seen and judges and pictures is not None:
        lists = ImageLists.of(chosen.items, pd.Index(np.unique(chosen.items["image_key"])))
        shown = {part: _of_lists(pictures.of(part, lists.images), lists) for part in _planted(name)}
    judges = judges if shown is not None or not seen else []
    copies = Copies(chosen.items, labels, view, name, shown)
    attainable = round(copies.attainable(labels.given), 6)
    fold = fold_of(chosen.items["group"], setting.folds, setting.seed + 1)

    def finds(judge: str, size: float, seed: list[int]) -> bool:
        """Whether one adversary is proven to be above chance on one copy."""
        problem = chosen.problem(judge, of_options)
        assert problem is not None
        everything = np.ones(len(chosen.items), dtype=bool)
        golds = labels.permuted(everything, setting.seed, int(np.random.default_rng(seed).integers(2**31)))
        refits = Refits([(copies.copy(problem, golds, size, seed), [judge])], labels, setting.max_answers)
        (one,) = refits.ask([judge], golds, everything, fold, setting.seed + 1)
        inside = one.applies
        if not inside.any():
            return False
        measured = excess(one.right[inside], one.chance[inside], labels.group[inside]).cross_fitted()
        return measured.mean > 0 and measured.p_beyond() <= setting.alpha / len(judges)

    def found(size: float, number: int) -> bool:
        seed = [setting.seed, *name.encode(), round(size * 1e6), number]
        return any(finds(judge, size, seed) for judge in judges)

    tried, smallest = search(found, setting.margin, attainable if judges else 0.0, setting.tries)
    return Control(view, name, tuple(judges), attainable, tried, smallest)


def _planted(kind: str) -> list[str]:
    return ["corner pixel", "file size"] if kind == TWO_WAY else [kind]


def _of_lists(planted: Floats, lists: ImageLists) -> Floats:
    """(n, 2, k * f) details of lists of images, with a 0 and with a 1 in each of their images."""
    return np.stack([lists.side_by_side(planted[:, bit]) for bit in (0, 1)], axis=1)
