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
from twokeys.builder.certify.audited.labels import Labels, Predicted
from twokeys.builder.certify.audited.null import stated as stated_null
from twokeys.builder.certify.audited.permutation import Permuted
from twokeys.builder.certify.audited.prior import VIEW
from twokeys.builder.certify.audited.refits import Refits
from twokeys.builder.certify.audited.tier import DISAGREEMENT, LIBRARY, MARKS, VOTE, unanswered, votes
from twokeys.builder.certify.audited.weighing import TestedSet, Weighed
from twokeys.builder.measure.baselines import VIEWS, baselines
from twokeys.builder.measure.matrix import Reads
from twokeys.builder.measure.plain_matrices import PLAIN
from twokeys.builder.measure.stage import CrossFit, problems
from twokeys.builder.recipe import Audited, Recipe
from twokeys.core.folds import fold_of


def recount(items: pd.DataFrame, kept: pd.DataFrame, certificate: Mapping[str, Any], recipe: Recipe) -> Iterator[str]:
    """Yield what does not follow from the rows.

    Args:
        items: All items that selection chose from, sorted by id.
        kept: Published rows of the tier, with the answers of adversaries.
        certificate: The certificate of the tier.
        recipe: The recipe.
    """
    assert recipe.audited is not None
    keep = items["id"].isin(set(kept["id"])).to_numpy()
    if (int(keep.sum()), len(items)) != (certificate["items"], certificate["chosen_from"]) or len(kept) != keep.sum():
        yield f"{len(kept)} rows of {len(items)} are in the tier, the certificate says otherwise"
        return
    if certificate["margin"] != recipe.audited.margin:
        yield f"the margin is {certificate['margin']}, the recipe says {recipe.audited.margin}"
    stated, expected = _stated_fits(certificate), expected_fits(recipe.audited, kept, len(items) - len(kept))
    if stated != expected:
        yield f"adversaries are {_listed(stated - expected)} too many and {_listed(expected - stated)} too few"
        return
    if certificate["selected_against"] != families(recipe.audited)[0]:
        yield "the adversaries that it was selected against are not the recipe's"
    views = views_of(items)
    if sorted(views) != sorted(certificate["views"]):
        yield f"the views are {', '.join(views)}, the certificate decides on {', '.join(sorted(certificate['views']))}"
        return
    counted = votes(kept, kept["compared"].to_numpy())
    for column in (VOTE, DISAGREEMENT):
        if (wrong := ~np.isclose(counted[column], kept[column], atol=1e-4)).any():
            yield f"{column} of {kept['id'][wrong].iloc[0]} is not what the published answers give"
    settings = recipe.audited, recipe.measure.confidence, recipe.seed
    tested = TestedSet.of(items, keep, *settings, recipe.judged_apart)
    weighed = [_again(evidence, items, kept, tested, recipe) for evidence in _evidence(certificate)]
    refits = [each.whole.permuted for each in weighed]
    if {permuted.runs for permuted in refits if permuted is not None} - {recipe.audited.permutations}:
        yield f"the recipe asks for {recipe.audited.permutations} permutations, the certificate states another number"
    alpha = round(1 - recipe.measure.confidence, 9)
    weighed = [*([tested.constant()] if keep.any() else []), *weighed]
    plain = verdicts_of(views, weighed, recipe.audited.margin, alpha, unanswered(kept, kept))
    controls = [Control.read(control) for control in certificate["controls"]]
    certified = controlled_views(plain) if recipe.audited.controls else []
    planted = [(control.view, control.kind) for control in controls]
    if planted != [(view, kind.name) for view, kind in kinds(kept, certified)]:
        yield "the positive controls are not those of the views that the evidence would certify"
    yield from faults(controls, recipe.audited.margin, recipe.audited.controls)
    verdicts = [controlled(verdict, controls) for verdict in plain]
    if reasons_of(verdicts) != certificate["reasons"]:
        yield "the reasons differ from a recount"
    for verdict in verdicts:
        if rounded(verdict) != certificate["views"][verdict.view]:
            yield f"{verdict.view}: the verdict or its evidence differs from a recount"
    if overall(verdicts) != certificate["verdict"]:
        yield f"the verdict is {overall(verdicts)}, the certificate says {certificate['verdict']}"


TIES = 0.01
"""Largest share of items that a refit with the same library may answer differently."""
Fit = tuple[str, TrainedOn]
"""An adversary, and what it was fitted on."""


def expected_fits(settings: Audited, kept: pd.DataFrame, left_out: int) -> set[Fit]:
    """Return the adversaries whose evidence the certificate must contain.

    These are the certifying adversaries of the recipe that answered some item.

    Args:
        settings: The recipe's part on the tier.
        kept: Published rows.
        left_out: Number of items that are not in the tier.
    """
    fits: list[Fit] = []
    for name in families(settings)[1]:
        learns = baselines()[name].fits
        fits.append((name, "set" if learns else "nothing"))
        if learns and left_out >= FEWEST_REMOVED:
            fits.append((name, "removed"))
    columns = {(name, trained_on): f"{name}{MARKS[trained_on]}.prediction" for name, trained_on in fits}
    return {fit for fit, column in columns.items() if column in kept and kept[column].notna().any()}


def _stated_fits(certificate: Mapping[str, Any]) -> set[Fit]:
    return {(evidence["adversary"], evidence["trained_on"]) for evidence in _evidence(certificate)}


def _evidence(certificate: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the evidence of each adversary; constant answers are counted instead."""
    return [evidence for name, view in certificate["views"].items() if name != VIEW for evidence in view["evidence"]]


def _listed(fits: set[Fit]) -> str:
    return ", ".join(f"{name} ({trained_on})" for name, trained_on in sorted(fits)) or "none"


def refit(
    items: pd.DataFrame, kept: pd.DataFrame, certificate: Mapping[str, Any], recipe: Recipe
) -> Generator[str, None, int]:
    """Fit the adversaries that only need the published text again, and compare their answers.

    The last digit breaks ties, and machines differ in it: about one answer in a hundred may differ. If the library is
    not of the build's version, more answers may differ; then the accuracy must lie in the certificate's interval.

    Returns:
        Number of adversaries that were fitted again.
    """
    assert recipe.audited is not None
    stated = [claim for claim in _evidence(certificate) if claim["trained_on"] == "set" and cheap(claim["adversary"])]
    evidence = {claim["adversary"]: claim for claim in stated}
    if not evidence:
        return 0
    labels, keep = Labels.of(items, recipe.judged_apart), items["id"].isin(set(kept["id"])).to_numpy()
    published = kept.set_index("id").reindex(items["id"])
    seed = recipe.seed + 1
    fold = fold_of(items["group"], recipe.measure.folds, seed)
    chosen = {name: baselines()[name] for name in evidence}
    texts = items.assign(choices_key=items["choices"].map("\n".join))
    made = problems(texts, CrossFit(dict.fromkeys(VIEWS, fold), chosen, recipe.measure, Reads(PLAIN)))
    refits = Refits([(problem, able) for _, problem, able in made], labels, recipe.measure.max_answers)
    for refitted in refits.only(keep).ask(list(evidence), labels.given, keep, fold, seed):
        name, inside = refitted.name, keep & refitted.applies
        accuracy = float(refitted.right[inside].mean())
        claim = evidence[name]
        low, high = (claim["chance"] + end for end in claim["interval"])
        if certificate[LIBRARY] == version(LIBRARY):
            answers = published[f"{name}{MARKS['set']}.prediction"]
            differ = int((refitted.right != (answers == items["compared"].to_numpy()).to_numpy())[inside].sum())
            if differ > max(1, TIES * inside.sum()):
                yield f"{name}, fitted again, is right or wrong on {differ} items other than the published answers"
        elif not low <= accuracy <= high:
            yield f"{name}, fitted again, is right on {accuracy:.4f}, outside of the certificate's interval"
    return len(evidence)


def cheap(name: str) -> bool:
    """Whether an adversary needs only seconds and only text."""
    baseline = baselines()[name]
    return baseline.needs == "seconds" and set(baseline.reads) <= {"lexical"} and not name.startswith("image.")


def _again(
    claim: Mapping[str, Any], items: pd.DataFrame, kept: pd.DataFrame, tested: TestedSet, recipe: Recipe
) -> Weighed:
    """Weigh the published answers of an adversary again; the results of permuted labels are taken as stated."""
    labels, keep = tested.labels, tested.keep
    column = f"{claim['adversary']}{MARKS[claim['trained_on']]}.prediction"
    answers = kept.set_index("id")[column].reindex(items["id"])
    codes = pd.Index(labels.texts).get_indexer(pd.Index(answers.to_numpy())).astype(np.int64)
    applies = answers.notna().to_numpy() & keep
    fold = fold_of(items["group"], recipe.measure.folds, recipe.seed + 1)
    predicted = Predicted(claim["adversary"], codes, np.zeros(len(items)), applies)
    scored = labels.scored(predicted, labels.given, fold, keep)
    permuted = Permuted(**claim["permuted"]) if claim["permuted"] else None
    null = stated_null(claim["null"]) if claim["null"] else None
    return tested.weigh(scored, claim["trained_on"], permuted, null)
