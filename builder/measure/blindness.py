"""How blind-solvable a set is: ceilings from above, cross-fitted baselines from below, in all and per stratum."""

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
    """Baseline -> its prediction column, of those that were fitted on one thing.

    Args:
        items: Table with measurements.
        fit: What they were fitted on, as `twokeys.core.measured.FITS` has it.
    """
    columns = ((Measured.of(name), str(name)) for name in sorted(map(str, items)))
    return {
        measured.baseline: name
        for measured, name in columns
        if measured is not None and (measured.kind, measured.fit) == (PREDICTION, fit)
    }


def marked(measured: pd.DataFrame, fit: str) -> pd.DataFrame:
    """Predictions and gold probabilities with `id`, named after what was fitted: `question.tfidf.refit.p_gold`."""
    names = {
        name: replace(found, fit=fit).name for name in measured if (found := Measured.of(name)) and found.published
    }
    return measured[["id", *names]].rename(columns=names)


def blindness(
    items: pd.DataFrame, confidence: float, fits: Sequence[str] = (CROSS_FITTED,), beside: Sequence[str] = ()
) -> Blindness:
    """Count ceilings and score baselines; intervals speak of other groups and of other questions, or options.

    Args:
        items: Item table with `group` and one `<baseline>.prediction` column per baseline; a missing prediction means
            that the baseline does not apply to the item.
        confidence: Level of the intervals.
        fits: Which baselines to score, by what they were fitted on.
        beside: Columns beside the usual strata, see `twokeys.core.strata`.
    """
    bounds, scores = [], []
    for stratum, part in strata(items, beside).items():
        if not len(part):
            continue
        bounds += [
            Ceiling(view=view, stratum=stratum, right=found.right, items=found.items, keys=found.keys)
            for view, found in all_ceilings(part).items()
        ]
        for name, column in (pair for fit in fits for pair in measured_by(items, fit).items()):
            applies = part[part[column].notna()]
            if len(applies):
                scores.append(_score(name, column, stratum, applies, confidence))
    return Blindness(ceilings=bounds, scores=scores)


def _score(name: str, column: str, stratum: str, part: pd.DataFrame, confidence: float) -> Score:
    view = name.partition(".")[0]
    right = (part[column] == part["compared"]).to_numpy(dtype=bool)
    asked = part["choices"].map(tuple) if view == "choices" else part["question_key"]
    groups, questions = (codes(column).astype("int64") for column in (part["group"], asked))
    found = accuracy(right, groups, confidence, questions)
    return Score.model_validate(
        {
            "view": view,
            "baseline": name,
            "stratum": stratum,
            "items": found.items,
            "right": found.right,
            "low": round(found.low, 6),
            "high": round(found.high, 6),
            "chance": round(chance(part, view), 6),
            "unseen": (measured := Measured.of(column)) is not None and measured.fit in UNMET,
        }
    )
