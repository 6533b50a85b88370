"""The stage of positive controls: one part for each view and kind of cue."""

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
"""Fewest items with options, or without, in which cues are planted: in fewer items no cue can be detected."""


@dataclass(frozen=True)
class Setting:
    """Settings of the parts, besides the items and the problems.

    Attributes:
        problems: Folder of each problem -> the adversaries that can be fitted to it.
        margin: The margin.
        alpha: Level of the tests.
        tries: Tries for each size.
        apart: Columns whose values are strata.
        folds: Number of folds.
        max_answers: Only so many of the most frequent answers are ever predicted.
        seed: Seed of folds, fits, permutations and cues.
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
    """The control of each kind of cue in each view."""

    def read(self) -> list[Control]:
        """Read the controls."""
        return [Control.read(json.loads(pd.read_parquet(part)["control"].iloc[0])) for part in self.parts]


def controls(
    run: Run, kept: KeyedTable, views: Collection[str], recipe: Recipe,
    reads: Callable[[Mapping[str, Baseline]], Reads], pictures: PlantedPictures | None,
) -> list[Control]:  # fmt: skip
    """Plant every kind of cue in some views of a set, and test whether the certifying adversaries detect it.

    Args:
        run: The current build.
        kept: The set, default index.
        views: The views.
        recipe: The recipe's parts on the tier and on measuring, and its seed.
        reads: Returns what the given adversaries read of contents.
        pictures: Images with planted cues; None if only the names of images are available.
    """
    adversaries = {name: baselines()[name] for name in adversaries_of(kept.frame, views, recipe)}
    prepared = prepare_controls(run, kept, recipe, adversaries, reads(adversaries))
    return plant_controls(run, kept, sorted(views), prepared, pictures).read()


@stage("control-problems", version=5)
def prepare_controls(
    space: Workspace, kept: KeyedTable, recipe: Recipe, judges: Mapping[str, Baseline], reads: Reads
) -> WrittenFiles:
    """Write the input of plantings, see `prepare`."""
    # The parameter keeps the name `judges`, since names of parameters are a part of a stage's key.
    prepare(space.folder, kept.frame, recipe, judges, reads)
    return WrittenFiles()


@stage("controls", version=3)
def plant_controls(
    space: Workspace, kept: KeyedTable, views: Sequence[str], prepared: WrittenFiles, pictures: PlantedPictures | None
) -> Controls:
    """Plant every kind of cue in some views, one part for each view and kind."""
    planted = kinds(kept.frame, views)
    space.parts(run_control, [Planting(prepared.folder, view, kind.name, pictures) for view, kind in planted])
    return Controls()


def prepare(
    folder: Path, kept: pd.DataFrame, recipe: Recipe, adversaries: Mapping[str, Baseline], reads: Reads
) -> None:
    """Write the input of plantings: the items, and the problems of all adversaries that may detect a planted cue."""
    settings, measuring, seed = recipe.audited, recipe.measure, recipe.seed
    assert settings is not None
    fold = fold_of(kept["group"], measuring.folds, seed + 1)
    made: dict[str, list[str]] = {}
    how = CrossFit(dict.fromkeys(VIEWS, fold), adversaries, measuring, reads, held=True)
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


def adversaries_of(kept: pd.DataFrame, views: Collection[str], recipe: Recipe) -> list[str]:
    """Return the certifying adversaries that may detect some planted cue."""
    assert recipe.audited is not None
    able = {name for view, kind in kinds(kept, views) for name in named(view, kind)}
    return [name for name in families(recipe.audited)[1] if name in able]


def kinds(kept: pd.DataFrame, views: Collection[str]) -> list[tuple[View, Kind]]:
    """Return the kinds of cues that are planted in some views of a set, each with its view."""
    every: list[tuple[View, Kind]] = [("question", kind) for kind in TEXT]
    if (kept["choices"].map(len) > 0).any():
        every += [(view, kind) for view in ("question", "choices") for kind in OPTIONS]
    every += [("image", kind) for kind in PICTURES]
    return [(view, kind) for view, kind in every if view in views]


def named(view: str, kind: Kind) -> list[str]:
    """Return the full names of the adversaries that may detect a kind of cue."""
    return [f"{view}.{family}" for family in kind.families]


def run_control(planting: Planting, path: Path) -> None:
    """Plant one kind of cue in one view, and write a table of one cell: the control as JSON."""
    outcome = control(PlantedSet.load(planting.folder), planting.view, planting.kind, planting.pictures)
    write_table(path, pa.table({"control": [json.dumps(asdict(outcome))]}))


@dataclass(frozen=True, eq=False)
class PlantedSet:
    """A set whose copies get planted cues, with the problems to which its adversaries are fitted."""

    setting: Setting
    items: pd.DataFrame
    labels: Labels
    problems: dict[str, tuple[Problem, list[str]]]

    @classmethod
    def load(cls, folder: Path) -> PlantedSet:
        """Read the files that `prepare` wrote."""
        setting = Setting(**json.loads((folder / SETTING).read_text(encoding="utf-8")))
        items = pd.read_parquet(folder / ITEMS)
        problems = {place: (Problem.load(folder / place), able) for place, able in setting.problems.items()}
        return cls(setting, items, Labels.of(items, setting.apart), problems)

    def problem(self, adversary: str, of_options: bool) -> Problem | None:
        """Return the problem to which an adversary is fitted; None if it cannot be fitted."""
        form = "option" if of_options else "answer"
        view = adversary.partition(".")[0]
        for place, (problem, able) in self.problems.items():
            if adversary in able and place.startswith(f"{view}-") and place.endswith(form):
                return problem
        return None


def control(chosen: PlantedSet, view: View, name: str, pictures: PlantedPictures | None) -> Control:
    """Plant a kind of cue in a view of a set, in sizes from the margin on, and test whether adversaries detect it."""
    kind = next(kind for kind in (*TEXT, *OPTIONS, *PICTURES) if kind.name == name)
    of_options, setting, labels = kind in OPTIONS, chosen.setting, chosen.labels
    seen = view == "image" and (name in SEEN or name == TWO_WAY)
    adversaries = [each for each in named(view, kind) if chosen.problem(each, of_options) is not None]
    with_options = int((labels.options > 0).sum())
    if view != "image" and (with_options if of_options else len(chosen.items) - with_options) < FEWEST:
        adversaries = []
    shown = None
    if seen and adversaries and pictures is not None:
        lists = ImageLists.of(chosen.items, pd.Index(np.unique(chosen.items["image_key"])))
        shown = {part: _of_lists(pictures.of(part, lists.images), lists) for part in _planted(name)}
    adversaries = adversaries if shown is not None or not seen else []
    copies = Copies(chosen.items, labels, view, name, shown)
    attainable = round(copies.attainable(labels.given), 6)
    fold = fold_of(chosen.items["group"], setting.folds, setting.seed + 1)

    def detects(adversary: str, size: float, seed: list[int]) -> bool:
        """Whether an adversary is proven to be above chance on a copy with a planted cue."""
        problem = chosen.problem(adversary, of_options)
        assert problem is not None
        everything = np.ones(len(chosen.items), dtype=bool)
        golds = labels.permuted(everything, setting.seed, int(np.random.default_rng(seed).integers(2**31)))
        refits = Refits([(copies.copy(problem, golds, size, seed), [adversary])], labels, setting.max_answers)
        (answers,) = refits.ask([adversary], golds, everything, fold, setting.seed + 1)
        inside = answers.applies
        if not inside.any():
            return False
        measured = excess(answers.right[inside], answers.chance[inside], labels.group[inside]).cross_fitted()
        return measured.mean > 0 and measured.p_beyond() <= setting.alpha / len(adversaries)

    def detected(size: float, number: int) -> bool:
        seed = [setting.seed, *name.encode(), round(size * 1e6), number]
        return any(detects(adversary, size, seed) for adversary in adversaries)

    tried, smallest = search(detected, setting.margin, attainable if adversaries else 0.0, setting.tries)
    return Control(view, name, tuple(adversaries), attainable, tried, smallest)


def _planted(kind: str) -> list[str]:
    return ["corner pixel", "file size"] if kind == TWO_WAY else [kind]


def _of_lists(planted: Floats, lists: ImageLists) -> Floats:
    """(n, 2, k * f) details of lists of images, with a 0 and with a 1 planted in each of their images."""
    return np.stack([lists.side_by_side(planted[:, bit]) for bit in (0, 1)], axis=1)
