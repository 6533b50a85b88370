"""The stage `certify`: new measurements of the balanced set, which may show new shortcuts, and the audited tier."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from twokeys.builder.balance.select import Selection
from twokeys.builder.certify.audited.tier import AuditedSet, audit
from twokeys.builder.measure.baselines import View, chosen
from twokeys.builder.measure.groups import pairs
from twokeys.builder.measure.stage import CrossFit, Measurements, measure
from twokeys.builder.measure.survey import Survey
from twokeys.builder.measure.unseen import measure_unseen
from twokeys.builder.recipe import Recipe
from twokeys.builder.run.keys import KeyedTable
from twokeys.builder.run.stages import Run
from twokeys.core.folds import fold_of


@dataclass(frozen=True)
class Certified:
    """Everything that certificates are made from.

    Attributes:
        refit: Measurements of the balanced set; None if it has too few items for folds.
        unseen: Measurements of the balanced set with folds by question; None if no question recurs.
        audited: The audited tier; None if the recipe requests none.
    """

    refit: Measurements | None
    unseen: Measurements | None
    audited: AuditedSet | None


def certify(run: Run, recipe: Recipe, survey: Survey, selection: Selection) -> Certified:
    """Measure the balanced set anew, and make the audited tier of all items that went on to balance."""
    kept = selection.kept
    items = survey.items[survey.items["id"].isin(set(kept["id"]))].reset_index(drop=True)
    keyed, baselines = KeyedTable(items, selection.key), chosen(recipe.measure.baselines)
    refit = _refit(run, recipe, survey, kept, keyed)
    unseen = None if refit is None else measure_unseen(run, "refit-unseen", keyed, recipe, baselines, survey.represent)
    return Certified(refit, unseen, audit(run, recipe, survey))


def _refit(run: Run, recipe: Recipe, survey: Survey, kept: pd.DataFrame, items: KeyedTable) -> Measurements | None:
    """Fit the baselines anew on the balanced set, to detect new shortcuts; None if it has too few items for folds.

    On a balanced set the answers of a question are equally frequent. If a fold happens to hold more of one answer, the
    other folds hold fewer of it, and a prior falls below chance. So counterfactual partners share a fold: for
    predictors that see the question, partners with the same question; for predictors that see the image, partners with
    the same image.
    """
    same_question = pairs(kept["id"], kept["image_partner"])
    units: dict[View, pd.Series[str]] = {
        "question": same_question,
        "choices": same_question,
        "image": items.frame["group"],
    }
    folds = min(recipe.measure.folds, *(unit.nunique() for unit in units.values()))
    if folds < 2:
        return None
    by_view = {view: fold_of(unit, folds, recipe.seed) for view, unit in units.items()}
    baselines = chosen(recipe.measure.baselines)
    how = CrossFit(by_view, baselines, recipe.measure, survey.represent.reads(baselines))
    return measure.named("refit")(run, items, how, recipe.seed)
