"""Folds by question: what a blind predictor knows of a question that no model met.

Folds by group keep an image together, so no model has seen the image that it answers about; but it may have met the
question, about another image. That helps where a question mostly has one answer. It harms where a question's answers
are as many of one kind as of another: a fold that happens to hold more of one leaves fewer of it to learn from, and
the score of what the words give away falls, even below chance. Folds by question close that leak and open none to who
sees no image. So both are told wherever questions recur, of baselines that read the question, or the options, and learn
in seconds; of the image nothing is to be told anew, whose items never part.
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
"""Share of items that have their question, or options, in common with another group: from here on both are told."""
ASKED: tuple[View, ...] = ("question", "choices")
"""Views of which folds by question tell something."""


def asked(items: pd.DataFrame, view: View) -> pd.Series[str]:
    """What a predictor of a view reads, as a key; items without options have none of the view `choices`."""
    if view == "question":
        return items["question_key"]
    options = items["choices"]
    return options[options.map(len) > 0].map(lambda own: "\n".join(sorted(map(str, own))))


def recurring(items: pd.DataFrame, view: View) -> float:
    """Share of items whose question, or options, another group has too.

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
    """Fit baselines with folds by question; None where too few questions recur, or no baseline is to be fitted anew.

    Args:
        run: The build under way.
        name: Name of the stage.
        items: The item table, sorted by id.
        recipe: Says into how many folds.
        chosen: The baselines of the build.
        represent: What they read.
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
