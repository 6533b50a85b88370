"""The audited tier: select a set against some adversaries, and certify it, or not, by others.

items -> cells -> selection -> refits of other families -> permuted labels -> verdict on each view
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

from twokeys.builder.certify.audited.adversaries import Adversaries
from twokeys.builder.certify.audited.bounds import Answers, Bools, Floats
from twokeys.builder.certify.audited.cells import Cells, cells
from twokeys.builder.certify.audited.certificate import audited_certificate, six_digits, verdicts_of, views_of
from twokeys.builder.certify.audited.control_stage import controls as plant
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
from twokeys.builder.certify.audited.labels import Labels
from twokeys.builder.certify.audited.null import NullEvidence, compare, stated
from twokeys.builder.certify.audited.permutation import Permuted, summarise
from twokeys.builder.certify.audited.planted_pictures import planted_pictures
from twokeys.builder.certify.audited.selection import Chosen, choose, ties
from twokeys.builder.certify.audited.strata import strata
from twokeys.builder.certify.audited.weighing import TestedSet, Weighed
from twokeys.builder.certify.audited.whole import wholes
from twokeys.builder.measure.baselines import VIEWS, Baseline, baselines
from twokeys.builder.measure.matrices import Representations
from twokeys.builder.measure.matrix import Reads
from twokeys.builder.measure.stage import CrossFit, problems
from twokeys.builder.measure.survey import Survey
from twokeys.builder.recipe import Audited, Balance, Recipe
from twokeys.builder.run.keys import KeyedTable, NamedModel
from twokeys.builder.run.results import Result, WrittenFiles
from twokeys.builder.run.stages import Run, Workspace, stage
from twokeys.core.errors import BadInput
from twokeys.core.folds import fold_of
from twokeys.core.item_images import images_of
from twokeys.core.measured import AUDITED, PREDICTION, UNKEPT

MARKS: dict[TrainedOn, str] = {"set": f".{AUDITED}", "nothing": f".{AUDITED}", "removed": f".{UNKEPT}"}
"""Data on which an adversary was fitted -> mark of the columns with its answers."""
ANSWERED = f".{AUDITED}.{PREDICTION}"
"""Ending of columns with the answers of adversaries that were fitted on the set or on nothing."""
VOTE, DISAGREEMENT = "adversaries.vote", "adversaries.disagreement"
"""Columns: the share of certifying adversaries that are right on an item, and the share that disagrees with most."""
LIBRARY = "scikit-learn"
"""Package whose version decides the answers of the cheap adversaries."""


@dataclass(frozen=True, eq=False)
class AuditedSet(Result):
    """The tier.

    Attributes:
        kept: Table of `id`, the answers of each certifying adversary, and votes.
        removed: Table of `id` and `reason` of the other items.
        certificate: The certificate, without the fingerprint.
    """

    kept: pd.DataFrame
    removed: pd.DataFrame
    certificate: dict[str, Any]

    SCHEMAS: ClassVar = {"removed": pa.schema([("id", pa.string()), ("reason", pa.string())])}


@dataclass(frozen=True, eq=False)
class _Inputs:
    """Everything that the tier is made from."""

    space: Workspace
    recipe: Recipe
    settings: Audited
    adversaries: Adversaries
    represent: Representations
    select: list[str]
    certify: list[str]

    @property
    def items(self) -> pd.DataFrame:
        return self.adversaries.items

    @property
    def key(self) -> str:
        """Key of the tier's stage: its inner stages follow from the same arguments."""
        return self.space.key


def audit(run: Run, recipe: Recipe, survey: Survey) -> AuditedSet | None:
    """Make the tier of the remaining items; None if the recipe requests none.

    Raises:
        BadInput: When an adversary is unknown, or one family both selects and certifies.
    """
    if recipe.audited is None:
        return None
    all_baselines, represent = baselines(), survey.represent
    adversaries = {name: all_baselines[name] for names in families(recipe.audited) for name in names}
    encoders = [represent.text, *([represent.image] if represent.recipe.publishable else [])]
    categories = Balance(within=recipe.balance.categories)
    needed = recipe.only("audited", "measure", "seed").model_copy(update={"balance": categories})
    items = KeyedTable(survey.items, survey.key)
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
    """Select a set against some adversaries, and certify it by others.

    Args:
        space: Where the work is done.
        recipe: The recipe's parts on this tier and on measuring.
        items: The items, sorted by id, default index.
        represent: Makes the features of contents that adversaries read.
        adversaries: All adversaries that select or certify.
        reads: What the adversaries read.
        encoders: Encoders of the cells: clusters of questions and of images.
    """
    settings = recipe.audited
    assert settings is not None
    select, certify = families(settings)
    labels = Labels.of(items.frame, recipe.judged_apart)
    fitted = Adversaries(space.run, items.frame, labels, recipe.measure, represent.reads, items.key)
    inputs = _Inputs(space, recipe, settings, fitted, represent, select, certify)
    if inputs.items["group"].nunique() < 2:
        return _nothing(inputs)
    shared = cells(inputs.items, represent, recipe.seed)
    chosen = _select(inputs, shared)
    weighed, answers = _weigh(inputs, chosen, shared)
    missing = unanswered(inputs.items[chosen.keep], answers)
    controls = _controlled(inputs, chosen, weighed, missing)
    return AuditedSet(answers, _removed(inputs.items, chosen), _certificate(inputs, chosen, weighed, missing, controls))


def _nothing(inputs: _Inputs) -> AuditedSet:
    """Return the tier of items of a single group, or of no items: they cannot be split into folds, so none is kept."""
    reason = "all items are of one group: adversaries cannot be fitted on some and tried on others"
    chosen = Chosen(np.zeros(len(inputs.items), dtype=bool), [reason] * len(inputs.items), [], 0)
    kept = pd.DataFrame({"id": pd.Series([], dtype=object)})
    return AuditedSet(kept, _removed(inputs.items, chosen), _certificate(inputs, chosen, [], {}, []))


def unanswered(kept: pd.DataFrame, answers: pd.DataFrame) -> dict[str, int]:
    """Count, for each view, the kept items without an answer of an adversary fitted on the set or on nothing.

    Args:
        kept: The tier's items.
        answers: Answers of adversaries, with `id` and a column `<name>.audited.prediction` for each adversary.
    """
    answers = answers.set_index("id").reindex(kept["id"])
    options, everything = kept["choices"].map(len).to_numpy() > 0, np.ones(len(kept), dtype=bool)
    missing = {}
    for view, shown in (("question", everything), ("choices", options), ("image", everything)):
        names = [name for name in answers if str(name).startswith(f"{view}.") and str(name).endswith(ANSWERED)]
        missing[view] = int((shown & answers[names].isna().all(axis=1).to_numpy()).sum())
    return missing


def _controlled(inputs: _Inputs, chosen: Chosen, weighed: list[Weighed], missing: dict[str, int]) -> list[Control]:
    """Run the positive controls of the views that evidence would certify."""
    settings, recipe = inputs.settings, inputs.recipe
    alpha = round(1 - recipe.measure.confidence, 9)
    views = controlled_views(verdicts_of(views_of(inputs.items), weighed, settings.margin, alpha, missing))
    if not views or not settings.controls:
        return []
    kept = inputs.items[chosen.keep].reset_index(drop=True)
    shown = None
    if "image" in views and inputs.represent.recipe.publishable:
        shown = planted_pictures(inputs.space.run, inputs.represent.pictures.part(images_of(kept).explode()))
    return plant(inputs.space.run, KeyedTable(kept, inputs.key), views, recipe, inputs.represent.reads, shown)


def _certificate(
    inputs: _Inputs, chosen: Chosen, weighed: list[Weighed], missing: dict[str, int], controls: list[Control]
) -> dict[str, Any]:
    certificate = audited_certificate(inputs.recipe, inputs.items, chosen, weighed, missing, controls)
    return certificate | {LIBRARY: version(LIBRARY)}


def _removed(items: pd.DataFrame, chosen: Chosen) -> pd.DataFrame:
    removed = ~chosen.keep
    reasons = [
        reason or "the bounds leave room for a part of it only"
        for reason, out in zip(chosen.reasons, removed, strict=True)
        if out
    ]
    return pd.DataFrame({"id": items["id"][removed].tolist(), "reason": reasons})


def _weight(inputs: _Inputs) -> Floats:
    """(n,) weights; the share that ids add decides between sets of equal weight."""
    return ties(_wanted(inputs), inputs.items["id"].tolist())


def _wanted(inputs: _Inputs) -> Floats:
    if inputs.settings.weight is None:
        return np.ones(len(inputs.items))
    if inputs.settings.weight not in inputs.items:
        measured = ", ".join(str(name) for name in inputs.items if "." in str(name))
        problem = f"there is no measurement {inputs.settings.weight!r}"
        raise BadInput("recipe", "audited.weight", problem, measured, "name one of these")
    column = inputs.items[inputs.settings.weight]
    if not pd.api.types.is_numeric_dtype(column):
        problem = f"the column {inputs.settings.weight} holds text, such as {column.iloc[0]!r}"
        raise BadInput("recipe", "audited.weight", problem, "numbers", "name another column")
    weights: Floats = column.to_numpy(dtype=np.float64)
    if not (weights > 0).all():
        bad = inputs.items["id"][~(weights > 0)].iloc[0]
        problem = f"the column {inputs.settings.weight} holds no positive number for the item {bad}"
        raise BadInput("recipe", "audited.weight", problem, "", "name another column")
    return weights


def _select(inputs: _Inputs, shared: list[Cells]) -> Chosen:
    def ask(keep: Bools) -> list[Answers]:
        return both(keep, partial(inputs.adversaries.ask, inputs.select, keep, inputs.recipe.seed))

    labels, settings = inputs.adversaries.labels, inputs.settings
    bounds = first_bounds(shared, labels, labels.given, settings.margin)
    parts = list(strata(inputs.items, inputs.recipe.judged_apart).values())
    return choose(ask, settings.margin, settings.rounds, _weight(inputs), bounds, parts, wholes(inputs.items))


# ------------------------------------------------------------------------------------------------------- evidence


def _weigh(inputs: _Inputs, chosen: Chosen, shared: list[Cells]) -> tuple[list[Weighed], pd.DataFrame]:
    """Return the evidence of every certifying adversary, and its answers to every kept item."""
    items, keep, seed = inputs.items, chosen.keep, inputs.recipe.seed + 1
    learning = [name for name in inputs.certify if baselines()[name].fits]
    fitted: list[tuple[TrainedOn, list[str], Bools]] = [("set", inputs.certify, keep)]
    if (~keep).sum() >= FEWEST_REMOVED:
        fitted.append(("removed", learning, ~keep))
    permuted, null = _permuted(inputs, shared, keep) if keep.any() else ({}, {})
    columns: dict[str, Any] = {"id": items["id"][keep].to_numpy()}
    recipe = inputs.recipe
    tested = TestedSet.of(items, keep, inputs.settings, recipe.measure.confidence, recipe.seed, recipe.judged_apart)
    weighed = [tested.constant()] if keep.any() else []
    for trained_on, names, fit_on in fitted:
        if items["group"][fit_on].nunique() < 2:
            continue
        table = inputs.adversaries.table(names, fit_on, seed)
        for answers in inputs.adversaries.ask(names, keep, seed, on_removed=trained_on == "removed"):
            name = answers.name
            for ending in (".prediction", ".p_gold"):
                columns[f"{name}{MARKS[trained_on]}{ending}"] = table[f"{name}{ending}"][keep].to_numpy()
            if (keep & answers.applies).any():
                fitted_on: TrainedOn = trained_on if baselines()[name].fits else "nothing"
                refits = (permuted.get(name), null.get(name)) if fitted_on == "set" else (None, None)
                weighed.append(tested.weigh(answers, fitted_on, *refits))
    return weighed, votes(pd.DataFrame(columns), items["compared"][keep].to_numpy())


def votes(rows: pd.DataFrame, gold: np.ndarray[Any, Any]) -> pd.DataFrame:
    """Add the share of the adversaries fitted on the set that are right on an item, and their disagreement.

    Args:
        rows: Rows with one `<name>.audited.prediction` column for each adversary.
        gold: (n,) gold answers.
    """
    answers = rows[[name for name in rows if str(name).endswith(ANSWERED)]]
    given = answers.notna().sum(axis=1).to_numpy()
    right = answers.eq(gold, axis=0).sum(axis=1).to_numpy()
    most = [row.value_counts().max() if row.notna().any() else 0 for _, row in answers.iterrows()]
    number = np.maximum(given, 1)
    return rows.assign(
        **{
            VOTE: (right / number).astype(np.float32).round(4),
            DISAGREEMENT: ((given - np.array(most, dtype=np.int64)) / number).astype(np.float32).round(4),
        }
    )


def _permuted(inputs: _Inputs, shared: list[Cells], keep: Bools) -> tuple[dict[str, Permuted], dict[str, NullEvidence]]:
    """Return the results of the quick adversaries on permuted labels, by name."""
    prepared = _prepare(inputs.space.run, inputs, shared)
    refits = _draws(inputs, prepared, "refit", inputs.settings.permutations, keep)
    # Without its slow selecting adversaries this would be another pipeline, whose runs do not describe this one.
    same = quick(inputs.select) == inputs.select
    nulls = _draws(inputs, prepared, "pipeline", inputs.settings.null_draws if same else 0)
    permuted, null = {}, {}
    if refits is not None:
        names, excesses = refits
        tested = summarise(excesses[0], excesses[1:])
        permuted = {name: Permuted(**six_digits(asdict(tested.of(number)))) for number, name in enumerate(names)}
    if nulls is not None:
        names, excesses = nulls
        compared = compare(excesses[0], excesses[1:], inputs.recipe.measure.confidence)
        null = {name: stated(compared.of(number)) for number, name in enumerate(names)}
    return permuted, null


@stage("audited-problems", version=3)
def _prepare(space: Workspace, inputs: _Inputs, shared: Sequence[Cells]) -> WrittenFiles:
    """Write the input of draws."""
    names = quick([*inputs.select, *inputs.certify])
    fold = fold_of(inputs.items["group"], inputs.recipe.measure.folds, inputs.recipe.seed)
    made: dict[str, list[str]] = {}
    adversaries = {name: baselines()[name] for name in names}
    reads = inputs.represent.reads(adversaries)
    how = CrossFit(dict.fromkeys(VIEWS, fold), adversaries, inputs.recipe.measure, reads, held=True)
    for place, problem, able in problems(inputs.items, how):
        problem.save(space.folder / place)
        made[place] = able
    setting = Setting(
        select=quick(inputs.select),
        certify=quick(inputs.certify),
        problems=made,
        cells=[(division.what, division.loose) for division in shared],
        margin=inputs.settings.margin,
        rounds=inputs.settings.rounds,
        folds=inputs.recipe.measure.folds,
        max_answers=inputs.recipe.measure.max_answers,
        seed=inputs.recipe.seed,
        apart=inputs.recipe.judged_apart,
    )
    save(space.folder, setting, inputs.items, list(shared), _weight(inputs), wholes(inputs.items))
    return WrittenFiles()


def _draws(
    inputs: _Inputs, prepared: WrittenFiles, experiment: Experiment, runs: int, keep: Bools | None = None
) -> tuple[list[str], Floats] | None:
    """Return excesses on real and permuted labels; None if no runs are requested or no adversary is quick enough."""
    if not runs or not quick(inputs.certify):
        return None
    names, excesses = draw.named(f"audited-{experiment}")(inputs.space.run, prepared, experiment, runs, keep).excesses()
    return (names, excesses) if names else None
