"""How blind-solvable a set is: ceilings from above, cross-fitted baselines from below, in all and per stratum."""

from __future__ import annotations

import pandas as pd

from builder.ceilings import ceilings, codes, strata
from builder.statistics import accuracy, chance
from data_cards.manifest import Blindness, Ceiling, Score

PREDICTION = ".prediction"
REFIT = ".refit"
"""Mark of measurements by baselines that were fitted anew on the published set."""


def measured_by(items: pd.DataFrame, refit: bool = False) -> dict[str, str]:
    """Baseline -> its prediction column, of those fitted on the corpus or of those refitted on the set."""
    columns = [str(column) for column in items if str(column).endswith(PREDICTION)]
    ending = REFIT + PREDICTION if refit else PREDICTION
    return {
        column.removesuffix(ending): column
        for column in sorted(columns)
        if column.endswith(REFIT + PREDICTION) == refit
    }


def blindness(items: pd.DataFrame, confidence: float, refit: bool = False) -> Blindness:
    """Count ceilings and score baselines.

    Args:
        items: Item table with `group` and one `<baseline>.prediction` column per baseline; a missing prediction means
            that the baseline does not apply to the item.
        confidence: Level of the intervals.
        refit: Whether to score the baselines that were fitted on this very set, not those fitted on the corpus.
    """
    bounds, scores = [], []
    for stratum, part in strata(items).items():
        if not len(part):
            continue
        bounds += [
            Ceiling(view=view, stratum=stratum, right=found.right, items=found.items, keys=found.keys)
            for view, found in ceilings(part).items()
        ]
        for name, column in measured_by(items, refit).items():
            applies = part[part[column].notna()]
            if len(applies):
                scores.append(_score(name, column, stratum, applies, confidence))
    return Blindness(ceilings=bounds, scores=scores)


def _score(name: str, column: str, stratum: str, part: pd.DataFrame, confidence: float) -> Score:
    view = name.partition(".")[0]
    right = (part[column] == part["answer"]).to_numpy(dtype=bool)
    found = accuracy(right, codes(part["group"]).astype("int64"), confidence)
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
        }
    )
