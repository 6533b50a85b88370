"""The audited tier: select against some adversaries, judge by others, and say so either way.

items -> cells -> selection -> refits of other families -> permuted labels -> verdict per view
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import version
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pyarrow as pa

from twokeys.builder.certify.audited.bounds import Answers, Bools, Floats
from twokeys.builder.certify.audited.cells import Cells, cells
from twokeys.builder.certify.audited.certificate import audited_certificate, six_digits, verdicts_of, views_of
from twokeys.builder.certify.audited.control_stage import controls
from twokeys.builder.certify.audited.controls import Control, controlled_views
from twokeys.builder.certify.audited.draws import (
    FEWEST_REMOVED,
    Experiment,
    Setting,
    both,
    draw,
    first_bounds,
    save,
)
from twokeys.builder.certify.audited.evidence import TrainedOn
from twokeys.builder.certify.audited.families import families, quick
from twokeys.builder.certify.audited.judging import Bench, Weighed
from twokeys.builder.certify.audited.labels import Labels
from twokeys.builder.certify.audited.null import NullEvidence, compare, stated
from twokeys.builder.certify.audited.panel import Panel
from twokeys.builder.certify.audited.permutation import Permuted, summarise
from twokeys.builder.certify.audited.planted_pictures import planted_pictures
from twokeys.builder.certify.audited.selection import Chosen, choose, ties
from twokeys.builder.certify.audited.strata import strata
from twokeys.builder.certify.audited.whole import wholes
from twokeys.builder.measure.baselines import VIEWS, Baseline, baselines
from twokeys.builder.measure.matrices import Representations
from twokeys.builder.measure.matrix import Reads
from twokeys.builder.measure.stage import problems
from twokeys.builder.measure.survey import Survey
from twokeys.builder.recipe import Audited, Recipe
from twokeys.builder.run.keys import KeyedTable, NamedModel
from twokeys.builder.run.results import Result, WrittenFiles
from twokeys.builder.run.stages import Run, Workspace, stage
from twokeys.core.errors import BadInput
from twokeys.core.folds import fold_of
from twokeys.core.measured import AUDITED, PREDICTION, UNKEPT

MARKS: dict[TrainedOn, str] = {"set": f".{AUDITED}", "nothing": f".{AUDITED}", "removed": f".{UNKEPT}"}
"""Marks of the columns that hold what adversaries said, by what they were fitted on."""
SAID = f".{AUDITED}.{PREDICTION}"
VOTE, DISAGREEMENT = "adversaries.vote", "adversaries.disagreement"
"""Columns of the share of judges that are right about an item, and of those that say other than most."""
LIBRARY = "scikit-learn"
"""Its version decides what the cheap adversaries answer."""


@dataclass(frozen=True, eq=False)
class AuditedSet(Result):
    """The tier.

    Attributes:
        kept: `id`, what each certifying adversary said, and votes.
        removed: `id` and `reason` of the other items.
        certificate: The certificate, without the fingerprint.
    """

    kept: pd.DataFrame
    removed: pd.DataFrame
    certificate: dict[str, Any]

    SCHEMAS: ClassVar = {"removed": pa.schema([("id", pa.string()), ("reason", pa.string())])}


@dataclass(frozen=True, eq=False)
class _Trial:
    """All that the tier works on."""

    space: Workspace
    plan: Recipe
    settings: Audited
    panel: Panel
    represent: Representations
    select: list[str]
    certify: list[str]

    @property
    def items(self) -> pd.DataFrame:
        return self.panel.items

    @property
    def key(self) -> str:
        """Key of the tier's stage: what is done inside follows from the same arguments."""
        return self.space.key


def audit(run: Run, recipe: Recipe, survey: Survey) -> AuditedSet | None:
    """Make the tier of the items that go on; None if the recipe asks for none.

    Raises:
        BadInput: When an adversary is unknown, or of a family that selects and certifies.
    """
    if recipe.audited is None:
        return None
    known, represent = baselines(), survey.represent
    adversaries = {name: known[name] for names in families(recipe.audited) for name in names}
    encoders = [represent.text, *([represent.image] if represent.recipe.publishable else [])]
    items, needed = KeyedTable(survey.items, survey.key), recipe.only("audited", "measure", "seed")
    return audit_items(run, needed, items, represent, adversaries, represent.reads(adversaries), encoders)


@stage("audited", version=5)
def audit_items(
    space: Workspace,
    recipe: Recipe,
    items: KeyedTable,
    represent: Representations,
    adversaries: Mapping[str, Baseline],
    reads: Reads,
    encoders: Sequence[NamedModel],
) -> AuditedSet:
    """Select against some adversaries and judge by others.

    Args:
        space: Where the work is done.
        recipe: Its parts on this tier and on measuring.
        items: The items, sorted by id, default index.
        represent: What adversaries read of contents is made from it.
        adversaries: All that select or certify.
        reads: What they read.
        encoders: Encoders of the cells: clusters of questions and of images.
    """
    settings = recipe.audited
    assert settings is not None
    select, certify = families(settings)
    panel = Panel(
        space.run, items.frame, Labels.of(items.frame, settings.together), recipe.measure, represent.reads, items.key
    )
    trial = _Trial(space, recipe, settings, panel, represent, select, certify)
    if trial.items["group"].nunique() < 2:
        return _nothing(trial)
    known = cells(trial.items, represent, recipe.seed)
    chosen = _select(trial, known)
    weighed, said = _judge(trial, chosen, known)
    missing = unjudged(trial.items[chosen.keep], said)
    certificate = _stated(trial, chosen, weighed, missing, _controlled(trial, chosen, weighed, missing))
    return AuditedSet(said, _removed(trial.items, chosen), certificate)


def _nothing(trial: _Trial) -> AuditedSet:
    """Items of one group, or none: they cannot be folded, so nothing can be said of them."""
    reason = "all items are of one group: adversaries cannot be fitted on some and tried on others"
    nobody = Chosen(np.zeros(len(trial.items), dtype=bool), [reason] * len(trial.items), [], 0)
    none = pd.DataFrame({"id": pd.Series([], dtype=object)})
    return AuditedSet(none, _removed(trial.items, nobody), _stated(trial, nobody, [], {}, []))


def unjudged(kept: pd.DataFrame, said: pd.DataFrame) -> dict[str, int]:
    """Kept items of each view about which no adversary that was fitted on the set, or on nothing, said anything.

    Args:
        kept: The tier's items.
        said: What adversaries said, with `id` and one `<name>.audited.prediction` column each.
    """
    answers = said.set_index("id").reindex(kept["id"])
    options, everything = kept["choices"].map(len).to_numpy() > 0, np.ones(len(kept), dtype=bool)
    missing = {}
    for view, shown in (("question", everything), ("choices", options), ("image", everything)):
        names = [name for name in answers if str(name).startswith(f"{view}.") and str(name).endswith(SAID)]
        missing[view] = int((shown & answers[names].isna().all(axis=1).to_numpy()).sum())
    return missing


def _controlled(trial: _Trial, chosen: Chosen, weighed: list[Weighed], missing: dict[str, int]) -> list[Control]:
    """Positive controls of the views that evidence would certify."""
    settings, plan = trial.settings, trial.plan
    alpha = round(1 - plan.measure.confidence, 9)
    views = controlled_views(verdicts_of(views_of(trial.items), weighed, settings.margin, alpha, missing))
    if not views or not settings.controls:
        return []
    kept = trial.items[chosen.keep].reset_index(drop=True)
    shown = None
    if "image" in views and trial.represent.recipe.publishable:
        shown = planted_pictures(trial.space.run, trial.represent.pictures.part(kept["image_key"]))
    return controls(
        trial.space.run,
        KeyedTable(kept, trial.key),
        views,
        settings,
        plan.measure,
        plan.seed,
        trial.represent.reads,
        shown,
    )


def _stated(
    trial: _Trial, chosen: Chosen, weighed: list[Weighed], missing: dict[str, int], controls: list[Control]
) -> dict[str, Any]:
    said = audited_certificate(
        trial.settings, trial.plan.measure.confidence, trial.items, chosen, weighed, trial.select, missing, controls
    )
    return said | {LIBRARY: version(LIBRARY)}


def _removed(items: pd.DataFrame, chosen: Chosen) -> pd.DataFrame:
    left = ~chosen.keep
    reasons = [
        reason or "the bounds leave room for a part of it only"
        for reason, out in zip(chosen.reasons, left, strict=True)
        if out
    ]
    return pd.DataFrame({"id": items["id"][left].tolist(), "reason": reasons})


def _weight(trial: _Trial) -> Floats:
    """(n,) weights; what ids add decides between sets that would weigh the same."""
    return ties(_wanted(trial), trial.items["id"].tolist())


def _wanted(trial: _Trial) -> Floats:
    if trial.settings.weight is None:
        return np.ones(len(trial.items))
    if trial.settings.weight not in trial.items:
        measured = ", ".join(str(name) for name in trial.items if "." in str(name))
        problem = f"there is no measurement {trial.settings.weight!r}"
        raise BadInput("recipe", "audited.weight", problem, measured, "name one of these")
    column = trial.items[trial.settings.weight]
    if not pd.api.types.is_numeric_dtype(column):
        problem = f"the column {trial.settings.weight} holds text, such as {column.iloc[0]!r}"
        raise BadInput("recipe", "audited.weight", problem, "numbers", "name another column")
    found: Floats = column.to_numpy(dtype=np.float64)
    if not (found > 0).all():
        bad = trial.items["id"][~(found > 0)].iloc[0]
        problem = f"the column {trial.settings.weight} holds no positive number for the item {bad}"
        raise BadInput("recipe", "audited.weight", problem, "", "name another column")
    return found


def _select(trial: _Trial, known: list[Cells]) -> Chosen:
    def ask(keep: Bools) -> list[Answers]:
        return both(keep, partial(trial.panel.ask, trial.select, keep, trial.plan.seed))

    labels, settings = trial.panel.labels, trial.settings
    everything = np.ones(len(trial.items), dtype=bool)
    bounds = first_bounds(known, labels, labels.given, settings.margin)
    parts = list(strata(trial.items, settings.together).values())
    return choose(ask, settings.margin, settings.rounds, everything, bounds, _weight(trial), parts, wholes(trial.items))


# -------------------------------------------------------------------------------------------------------- judging


def _judge(trial: _Trial, chosen: Chosen, known: list[Cells]) -> tuple[list[Weighed], pd.DataFrame]:
    """Evidence of every certifying adversary, and what each said of every kept item."""
    items, keep, seed = trial.items, chosen.keep, trial.plan.seed + 1
    learning = [name for name in trial.certify if baselines()[name].fits]
    fitted: list[tuple[TrainedOn, list[str], Bools]] = [("set", trial.certify, keep)]
    if (~keep).sum() >= FEWEST_REMOVED:
        fitted.append(("removed", learning, ~keep))
    permuted, null = _permuted(trial, known, keep) if keep.any() else ({}, {})
    columns: dict[str, Any] = {"id": items["id"][keep].to_numpy()}
    bench = Bench.of(items, keep, trial.settings, trial.plan.measure.confidence, trial.plan.seed)
    weighed = [bench.constant()] if keep.any() else []
    for trained_on, names, fit_on in fitted:
        if items["group"][fit_on].nunique() < 2:
            continue
        said = trial.panel.table(names, fit_on, seed)
        for one in trial.panel.ask(names, keep, seed, on_removed=trained_on == "removed"):
            for ending in (".prediction", ".p_gold"):
                columns[f"{one.name}{MARKS[trained_on]}{ending}"] = said[f"{one.name}{ending}"][keep].to_numpy()
            if (keep & one.applies).any():
                learns: TrainedOn = trained_on if baselines()[one.name].fits else "nothing"
                own = (permuted.get(one.name), null.get(one.name)) if learns == "set" else (None, None)
                weighed.append(bench.weigh(one, learns, *own))
    return weighed, votes(pd.DataFrame(columns), items["compared"][keep].to_numpy())


def votes(said: pd.DataFrame, gold: np.ndarray[Any, Any]) -> pd.DataFrame:
    """Add how many of the adversaries that were fitted on the set are right about an item, and how they disagree.

    Args:
        said: Rows with one `<name>.audited.prediction` column per adversary.
        gold: (n,) gold answers.
    """
    answers = said[[name for name in said if str(name).endswith(SAID)]]
    asked = answers.notna().sum(axis=1).to_numpy()
    right = answers.eq(gold, axis=0).sum(axis=1).to_numpy()
    most = [row.value_counts().max() if row.notna().any() else 0 for _, row in answers.iterrows()]
    share = np.maximum(asked, 1)
    return said.assign(
        **{
            VOTE: (right / share).astype(np.float32).round(4),
            DISAGREEMENT: ((asked - np.array(most, dtype=np.int64)) / share).astype(np.float32).round(4),
        }
    )


def _permuted(trial: _Trial, known: list[Cells], keep: Bools) -> tuple[dict[str, Permuted], dict[str, NullEvidence]]:
    """What permuted labels say of the quick adversaries, by name."""
    prepared = _prepare(trial.space.run, trial, known)
    refits = _draws(trial, prepared, "refit", trial.settings.permutations, keep)
    # With a slow selecting adversary left out it would not be the same pipeline, and would say nothing of this one.
    same = quick(trial.select) == trial.select
    nulls = _draws(trial, prepared, "pipeline", trial.settings.null_draws if same else 0)
    permuted, null = {}, {}
    if refits is not None:
        names, excesses = refits
        tested = summarise(excesses[0], excesses[1:])
        permuted = {name: Permuted(**six_digits(asdict(tested.of(number)))) for number, name in enumerate(names)}
    if nulls is not None:
        names, excesses = nulls
        compared = compare(excesses[0], excesses[1:], trial.plan.measure.confidence)
        null = {name: stated(compared.of(number)) for number, name in enumerate(names)}
    return permuted, null


@stage("audited-problems", version=3)
def _prepare(space: Workspace, trial: _Trial, known: Sequence[Cells]) -> WrittenFiles:
    """Write what draws read."""
    names = quick([*trial.select, *trial.certify])
    fold = fold_of(trial.items["group"], trial.plan.measure.folds, trial.plan.seed)
    made: dict[str, list[str]] = {}
    asked = {name: baselines()[name] for name in names}
    reads = trial.represent.reads(asked)
    for place, problem, able in problems(
        trial.items, dict.fromkeys(VIEWS, fold), asked, trial.plan.measure, reads, held=True
    ):
        problem.save(space.folder / place)
        made[place] = able
    setting = Setting(
        select=quick(trial.select),
        certify=quick(trial.certify),
        problems=made,
        cells=[(one.what, one.loose) for one in known],
        margin=trial.settings.margin,
        rounds=trial.settings.rounds,
        folds=trial.plan.measure.folds,
        max_answers=trial.plan.measure.max_answers,
        seed=trial.plan.seed,
        together=list(trial.settings.together),
    )
    save(space.folder, setting, trial.items, list(known), _weight(trial), wholes(trial.items))
    return WrittenFiles()


def _draws(
    trial: _Trial, prepared: WrittenFiles, experiment: Experiment, runs: int, keep: Bools | None = None
) -> tuple[list[str], Floats] | None:
    """Excesses on the real labels and on permuted ones; None where none are wanted, or nobody is quick enough."""
    if not runs or not quick(trial.certify):
        return None
    names, excesses = draw.named(f"audited-{experiment}")(trial.space.run, prepared, experiment, runs, keep).excesses()
    return (names, excesses) if names else None
