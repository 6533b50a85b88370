"""Folds by question: measure how well a blind predictor answers questions on which no model was fitted.

Folds by group keep an image together, so no model was fitted on the image that it answers about. But it may have been
fitted on the same question about another image. That helps if the question mostly has one answer. It harms if the
answers of a question are equally frequent: if a fold happens to hold more of one answer, the other folds hold fewer of
it, and the score of a cue in the words falls, even below chance. Folds by question close that leak, and open none to a
predictor that does not see the image. So if questions recur, both numbers are reported, for baselines that read the
question or the options and learn in seconds. For the image there is nothing to add, since its items never part.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from twokeys.builder.measure.baselines import Baseline, View
from twokeys.builder.measure.matrices import Representations
from twokeys.builder.measure.stage import CrossFit, Measurements, measure
from twokeys.builder.recipe import Recipe
from twokeys.builder.run.keys import KeyedTable
from twokeys.builder.run.stages import Run
from twokeys.core.folds import fold_of

RECURS = 0.05
"""From this share of items on, whose question or options another group has too, both numbers are reported."""
ASKED: tuple[View, ...] = ("question", "choices")
"""Views that get folds by question."""


def asked(items: pd.DataFrame, view: View) -> pd.Series[str]:
    """Return a key of what a predictor of a view reads; items without options have no key in the view `choices`."""
    if view == "question":
        return items["question_key"]
    options = items["choices"]
    return options[options.map(len) > 0].map(lambda choices: "\n".join(sorted(map(str, choices))))


def recurring(items: pd.DataFrame, view: View) -> float:
    """Return the share of items whose question, or options, another group has too.

    Example:
        >>> table = pd.DataFrame({"question_key": ["a", "a", "b", "b"], "group": ["x", "y", "z", "z"]})
        >>> recurring(table, "question")
        0.5
    """
    keys = asked(items, view)
    if not len(keys):
        return 0.0
    groups = items["group"].loc[keys.index].groupby(keys).nunique()
    return float((keys.map(groups) > 1).mean())


def measure_unseen(
    run: Run, name: str, items: KeyedTable, recipe: Recipe, chosen: Mapping[str, Baseline], represent: Representations
) -> Measurements | None:
    """Fit baselines with folds by question; None if too few questions recur, or no baseline qualifies.

    Args:
        run: The current build.
        name: Name of the stage.
        items: The item table, sorted by id.
        recipe: The recipe, with the number of folds.
        chosen: The baselines of the build.
        represent: Makes the matrices that they read.
    """
    folds = {}
    for view in ASKED:
        keys = asked(items.frame, view)
        if recurring(items.frame, view) >= RECURS and keys.nunique() > 1:
            dealt = pd.Series(fold_of(keys, recipe.measure.folds, recipe.seed), index=keys.index)
            folds[view] = dealt.reindex(items.frame.index, fill_value=0).to_numpy(dtype="int64")
    again = {
        each: baseline
        for each, baseline in chosen.items()
        if each.partition(".")[0] in folds and baseline.fits and baseline.needs == "seconds"
    }
    if not again:
        return None
    how = CrossFit(folds, again, recipe.measure, represent.reads(again))
    return measure.named(name)(run, items, how, recipe.seed)
