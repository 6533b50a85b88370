"""How blind-solvable a set is: ceilings from above, cross-fitted baselines from below, overall and in each stratum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from twokeys.core.ceilings import all_ceilings, codes
from twokeys.core.intervals.accuracy import accuracy, chance
from twokeys.core.measured import CROSS_FITTED, PREDICTION, UNMET, Measured
from twokeys.core.strata import strata
from twokeys.data_cards.blindness import Blindness, Ceiling, Score


def measured_by(items: pd.DataFrame, fit: str = CROSS_FITTED) -> dict[str, str]:
    """Map each baseline to its prediction column, for baselines with the given fit.

    Args:
        items: Table with measurements.
        fit: Data on which the baselines were fitted, a key of `twokeys.core.measured.FITS`.
    """
    columns = ((Measured.of(name), str(name)) for name in sorted(map(str, items)))
    return {
        measured.baseline: name
        for measured, name in columns
        if measured is not None and (measured.kind, measured.fit) == (PREDICTION, fit)
    }


def marked(measured: pd.DataFrame, fit: str) -> pd.DataFrame:
    """Return `id`, predictions and gold probabilities in columns named after the fit: `question.tfidf.refit.p_gold`."""
    names = {}
    for name in measured:
        column = Measured.of(name)
        if column and column.published:
            names[name] = replace(column, fit=fit).name
    return measured[["id", *names]].rename(columns=names)


def blindness(
    items: pd.DataFrame, confidence: float, fits: Sequence[str] = (CROSS_FITTED,), beside: Sequence[str] = ()
) -> Blindness:
    """Count ceilings and score baselines; intervals generalise to other groups and to other questions, or options.

    Args:
        items: Item table with `group` and one `<baseline>.prediction` column per baseline; a missing prediction means
            that the baseline does not apply to the item.
        confidence: Level of the intervals.
        fits: Fits of the baselines to score.
        beside: Further columns of strata, see `twokeys.core.strata`.
    """
    bounds, scores = [], []
    for stratum, part in strata(items, beside).items():
        if not len(part):
            continue
        bounds += [
            Ceiling(view=view, stratum=stratum, right=counted.right, items=counted.items, keys=counted.keys)
            for view, counted in all_ceilings(part).items()
        ]
        for name, column in (pair for fit in fits for pair in measured_by(items, fit).items()):
            applies = part[part[column].notna()]
            if len(applies):
                scores.append(_score(name, column, stratum, applies, confidence))
    return Blindness(ceilings=bounds, scores=scores)


def _score(name: str, column: str, stratum: str, part: pd.DataFrame, confidence: float) -> Score:
    view = name.partition(".")[0]
    right = (part[column] == part["compared"]).to_numpy(dtype=bool)
    contents = part["choices"].map(tuple) if view == "choices" else part["question_key"]
    groups, questions = (codes(values).astype("int64") for values in (part["group"], contents))
    measured, fitted = accuracy(right, groups, confidence, questions), Measured.of(column)
    return Score.model_validate(
        {
            "view": view,
            "baseline": name,
            "stratum": stratum,
            "items": measured.items,
            "right": measured.right,
            "low": round(measured.low, 6),
            "high": round(measured.high, 6),
            "chance": round(chance(part, view), 6),
            "unseen": fitted is not None and fitted.fit in UNMET,
        }
    )
