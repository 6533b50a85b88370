"""Recount the audited tier from published rows, and refit the cheap adversaries on them."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd

from twokeys.builder.certify.audited.certificate import overall, reasons_of, rounded, verdicts_of, views_of
from twokeys.builder.certify.audited.control_stage import kinds
from twokeys.builder.certify.audited.controls import Control, controlled, controlled_views, faults
from twokeys.builder.certify.audited.draws import FEWEST_REMOVED
from twokeys.builder.certify.audited.evidence import TrainedOn
from twokeys.builder.certify.audited.families import families
from twokeys.builder.certify.audited.judging import JudgedSet, Weighed
from twokeys.builder.certify.audited.labels import Labels, Predicted
from twokeys.builder.certify.audited.null import stated
from twokeys.builder.certify.audited.permutation import Permuted
from twokeys.builder.certify.audited.prior import VIEW
from twokeys.builder.certify.audited.refits import Refits
from twokeys.builder.certify.audited.tier import DISAGREEMENT, LIBRARY, MARKS, VOTE, unjudged, votes
from twokeys.builder.measure.baselines import VIEWS, baselines
from twokeys.builder.measure.matrix import Reads
from twokeys.builder.measure.plain_matrices import PLAIN
from twokeys.builder.measure.stage import CrossFit, problems
from twokeys.builder.recipe import Audited, Recipe
from twokeys.core.folds import fold_of


def recount(items: pd.DataFrame, kept: pd.DataFrame, said: Mapping[str, Any], plan: Recipe) -> Iterator[str]:
    """Say what of the certificate does not follow from the rows.

    Args:
        items: All items that selection chose from, sorted by id.
        kept: Published rows of the tier, with what adversaries said of them.
        said: The certificate of the tier.
        plan: The recipe.
    """
    assert plan.audited is not None
    keep = items["id"].isin(set(kept["id"])).to_numpy()
    if (int(keep.sum()), len(items)) != (said["items"], said["chosen_from"]) or len(kept) != keep.sum():
        yield f"{len(kept)} rows of {len(items)} are in the tier, the certificate says otherwise"
        return
    if said["margin"] != plan.audited.margin:
        yield f"the margin is {said['margin']}, the recipe says {plan.audited.margin}"
    if (stated := _judges(said)) != (expected := judges(plan.audited, kept, len(items) - len(kept))):
        yield f"judges are {_listed(stated - expected)} too many and {_listed(expected - stated)} too few"
        return
    if said["selected_against"] != families(plan.audited)[0]:
        yield "the adversaries that it was selected against are not the recipe's"
    views = views_of(items)
    if sorted(views) != sorted(said["views"]):
        yield f"the views are {', '.join(views)}, the certificate decides on {', '.join(sorted(said['views']))}"
        return
    counted = votes(kept, kept["compared"].to_numpy())
    for column in (VOTE, DISAGREEMENT):
        if (wrong := ~np.isclose(counted[column], kept[column], atol=1e-4)).any():
            yield f"{column} of {kept['id'][wrong].iloc[0]} is not what the published answers give"
    settings = plan.audited, plan.measure.confidence, plan.seed
    judged = JudgedSet.of(items, keep, *settings, plan.judged_apart)
    weighed = [_again(one, items, kept, judged, plan) for one in _evidence(said)]
    if {one.whole.permuted.runs for one in weighed if one.whole.permuted is not None} - {plan.audited.permutations}:
        yield f"the recipe asks for {plan.audited.permutations} permutations, the certificate states another number"
    alpha = round(1 - plan.measure.confidence, 9)
    weighed = [*([judged.constant()] if keep.any() else []), *weighed]
    plain = verdicts_of(views, weighed, plan.audited.margin, alpha, unjudged(kept, kept))
    controls = [Control.read(one) for one in said["controls"]]
    certified = controlled_views(plain) if plan.audited.controls else []
    if [(one.view, one.kind) for one in controls] != [(view, kind.name) for view, kind in kinds(kept, certified)]:
        yield "the positive controls are not those of the views that the evidence would certify"
    yield from faults(controls, plan.audited.margin, plan.audited.controls)
    verdicts = [controlled(one, controls) for one in plain]
    if reasons_of(verdicts) != said["reasons"]:
        yield "the reasons differ from a recount"
    for verdict in verdicts:
        if rounded(verdict) != said["views"][verdict.view]:
            yield f"{verdict.view}: the verdict or its evidence differs from a recount"
    if overall(verdicts) != said["verdict"]:
        yield f"the verdict is {overall(verdicts)}, the certificate says {said['verdict']}"


TIES = 0.01
"""Share of items that may be answered otherwise by a refit with the same library."""
Judge = tuple[str, TrainedOn]
"""An adversary, and what it was fitted on."""


def judges(settings: Audited, kept: pd.DataFrame, left_out: int) -> set[Judge]:
    """Who must have judged the tier: all that the recipe names and that had anything to say.

    Args:
        settings: The recipe's part on the tier.
        kept: Published rows.
        left_out: How many items are not in it.
    """
    asked: list[Judge] = []
    for name in families(settings)[1]:
        fits = baselines()[name].fits
        asked.append((name, "set" if fits else "nothing"))
        if fits and left_out >= FEWEST_REMOVED:
            asked.append((name, "removed"))
    columns = {judge: f"{judge[0]}{MARKS[judge[1]]}.prediction" for judge in asked}
    return {judge for judge, column in columns.items() if column in kept and kept[column].notna().any()}


def _judges(said: Mapping[str, Any]) -> set[Judge]:
    return {(one["adversary"], one["trained_on"]) for one in _evidence(said)}


def _evidence(said: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What is stated of each adversary that says something of its own; constant answers are counted."""
    return [one for name, view in said["views"].items() if name != VIEW for one in view["evidence"]]


def _listed(judges: set[Judge]) -> str:
    return ", ".join(f"{name} ({trained_on})" for name, trained_on in sorted(judges)) or "none"


def refit(items: pd.DataFrame, kept: pd.DataFrame, said: Mapping[str, Any], plan: Recipe) -> Generator[str, None, int]:
    """Fit the adversaries that need no more than the published text again, and compare what they answer.

    Ties are broken by the last digit, which machines do not share: about one item in a hundred may come out otherwise.
    Where the library is of another version than the build's, more may: then the accuracy must lie in the certificate's
    interval.

    Returns:
        How many were fitted again.
    """
    assert plan.audited is not None
    evidence = {
        one["adversary"]: one for one in _evidence(said) if one["trained_on"] == "set" and cheap(one["adversary"])
    }
    if not evidence:
        return 0
    labels, keep = Labels.of(items, plan.judged_apart), items["id"].isin(set(kept["id"])).to_numpy()
    published = kept.set_index("id").reindex(items["id"])
    seed = plan.seed + 1
    fold = fold_of(items["group"], plan.measure.folds, seed)
    chosen = {name: baselines()[name] for name in evidence}
    texts = items.assign(choices_key=items["choices"].map("\n".join))
    made = problems(texts, CrossFit(dict.fromkeys(VIEWS, fold), chosen, plan.measure, Reads(PLAIN)))
    refits = Refits([(problem, able) for _, problem, able in made], labels, plan.measure.max_answers)
    for one in refits.only(keep).ask(list(evidence), labels.given, keep, fold, seed):
        inside = keep & one.applies
        accuracy = float(one.right[inside].mean())
        claim = evidence[one.name]
        low, high = (claim["chance"] + end for end in claim["interval"])
        if said[LIBRARY] == version(LIBRARY):
            answers = published[f"{one.name}{MARKS['set']}.prediction"]
            differ = int((one.right != (answers == items["compared"].to_numpy()).to_numpy())[inside].sum())
            if differ > max(1, TIES * inside.sum()):
                yield f"{one.name}, fitted again, is right or wrong on {differ} items other than the published answers"
        elif not low <= accuracy <= high:
            yield f"{one.name}, fitted again, is right on {accuracy:.4f}, outside of the certificate's interval"
    return len(evidence)


def cheap(name: str) -> bool:
    """Whether an adversary needs seconds, and nothing but text."""
    baseline = baselines()[name]
    return baseline.needs == "seconds" and set(baseline.reads) <= {"lexical"} and not name.startswith("image.")


def _again(one: Mapping[str, Any], items: pd.DataFrame, kept: pd.DataFrame, judged: JudgedSet, plan: Recipe) -> Weighed:
    """Evidence from published answers; what permuted labels gave is taken as stated."""
    labels, keep = judged.labels, judged.keep
    answers = kept.set_index("id")[f"{one['adversary']}{MARKS[one['trained_on']]}.prediction"].reindex(items["id"])
    said = pd.Index(labels.texts).get_indexer(pd.Index(answers.to_numpy())).astype(np.int64)
    applies = answers.notna().to_numpy() & keep
    fold = fold_of(items["group"], plan.measure.folds, plan.seed + 1)
    predicted = Predicted(one["adversary"], said, np.zeros(len(items)), applies)
    found = labels.judged(predicted, labels.given, fold, keep)
    permuted = Permuted(**one["permuted"]) if one["permuted"] else None
    null = stated(one["null"]) if one["null"] else None
    return judged.weigh(found, one["trained_on"], permuted, null)
