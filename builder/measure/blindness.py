"""How blind-solvable a set is: ceilings from above, cross-fitted baselines from below, overall and in each stratum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from twokeys.builder.measure.baselines import families
from twokeys.core.ceilings import all_ceilings, codes
from twokeys.core.intervals.accuracy import accuracy, chance
from twokeys.core.measured import CROSS_FITTED, PREDICTION, UNMET, Measured
from twokeys.core.strata import strata
from twokeys.data_cards.blindness import Blindness, Ceiling, Sample, Score


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
    most = {family.name: family.most for family in families()}
    samples = {
        name: _sample(items, name, most.get(name.partition(".")[2], 0))
        for fit in fits
        for name in measured_by(items, fit)
    }
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
                score = _score(name, column, stratum, applies, confidence)
                scores.append(score.model_copy(update={"sample": samples[name]}))
    return Blindness(ceilings=bounds, scores=scores)


def _sample(items: pd.DataFrame, name: str, most: int) -> Sample | None:
    """What a baseline learned from; None if it learned from all contents of its view, `most` of a form at most."""
    options = items["choices"].map(len)
    if not most or int(options.clip(lower=1).sum()) <= most:
        return None
    asked, offered = items["question_key"][options == 0], items[options > 0]
    cases = pd.DataFrame({"choices": offered["choices"].map(tuple)})
    if name.startswith("question."):
        cases["question"] = offered["question"]
    of_options = int(cases.drop_duplicates()["choices"].map(len).sum())
    found = [asked.nunique(), of_options] if name.startswith("question.") else [of_options]
    drawn = sum(min(contents, most) for contents in found)
    return Sample(drawn=drawn, of=sum(found)) if drawn < sum(found) else None


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
