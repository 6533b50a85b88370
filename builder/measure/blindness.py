"""How blind-solvable a set is: ceilings from above, cross-fitted baselines from below, in all and per stratum."""

from __future__ import annotations

import pandas as pd

from twokeys.core.ceilings import all_ceilings, codes, strata
from twokeys.core.columns import is_measurement
from twokeys.core.intervals.accuracy import accuracy, chance
from twokeys.data_cards.manifest import Blindness, Ceiling, Score

PREDICTION = ".prediction"
REFIT = ".refit"
"""Mark of measurements by baselines that were fitted anew on the published set."""
PAIRED = ".paired"
"""Mark of measurements by baselines that were fitted anew on what rules left and pairing added."""
MARKS = (REFIT, PAIRED)


def measured_by(items: pd.DataFrame, mark: str = "") -> dict[str, str]:
    """Baseline -> its prediction column, of those fitted on the corpus (no mark) or of those fitted anew."""
    columns = sorted(str(column) for column in items if str(column).endswith(mark + PREDICTION))
    others = tuple(other + PREDICTION for other in MARKS if other != mark)
    return {column.removesuffix(mark + PREDICTION): column for column in columns if not column.endswith(others)}


def marked(measured: pd.DataFrame, mark: str) -> pd.DataFrame:
    """Predictions and gold probabilities with `id`, their columns marked: `question.tfidf.refit.p_gold`."""
    columns = [str(name) for name in measured if is_measurement(name)]
    return measured[["id", *columns]].rename(columns={name: mark.join(_split_ending(name)) for name in columns})


def _split_ending(column: str) -> tuple[str, str]:
    """`question.tfidf.p_gold` -> (`question.tfidf`, `.p_gold`)."""
    name, _, ending = column.rpartition(".")
    return name, f".{ending}"


def blindness(items: pd.DataFrame, confidence: float, mark: str = "") -> Blindness:
    """Count ceilings and score baselines; intervals speak of other groups and of other questions, or options.

    Args:
        items: Item table with `group` and one `<baseline>.prediction` column per baseline; a missing prediction means
            that the baseline does not apply to the item.
        confidence: Level of the intervals.
        mark: Which baselines to score: those fitted on the corpus, or those fitted anew (`MARKS`).
    """
    bounds, scores = [], []
    for stratum, part in strata(items).items():
        if not len(part):
            continue
        bounds += [
            Ceiling(view=view, stratum=stratum, right=found.right, items=found.items, keys=found.keys)
            for view, found in all_ceilings(part).items()
        ]
        for name, column in measured_by(items, mark).items():
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
        }
    )
