"""Numbers as text, and the rows of tables that the card and the commands share."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from twokeys.core.intervals import TELLS_NOTHING
from twokeys.core.views import COARSE, VIEWS, Bounded
from twokeys.data_cards.blindness import Blindness, Ceiling, Score
from twokeys.data_cards.manifest import Manifest

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

Cells = tuple[str, ...]
NONE = "-"
SUMMARY_HEADER: Cells = ("", "all items read", "published")
BLINDNESS_HEADER: Cells = ("sees only", "predictor", "before", "chance", "after", "chance")
CHANCE = (
    "Chance: the most frequent answer of each answer type, or one over the number of options for a predictor that sees "
    "them."
)
"""The explanation of the column `chance`."""
BELOW = (
    "On balanced questions a baseline can score below chance: an answer that is over-represented in the training folds "
    "is under-represented in the test fold."
)
FOLDS = (
    "Folds are by image: no model saw the image that it answers about, but it may have met the question, which helps "
    "if the question mostly has one answer and misleads if its answers are balanced. “New questions”: folds by "
    "question, fitted where questions recur, for predictors that read them and learn in seconds; a predictor of the "
    "image needs none, since an image is never in two folds."
)
"""The explanation of both kinds of folds."""
JOINT: dict[Bounded, str] = {"both": "the question and the image", **COARSE}
"""Views of both sides -> their description."""
JOINT_HEADER: Cells = ("a predictor that sees", "all items read", "published")
STRATA_HEADER: Cells = ("part", "items", "question ceiling", "image ceiling", "best blind baseline")


def count(number: int) -> str:
    """Write a whole number.

    Example:
        >>> count(48248)
        '48,248'
    """
    return f"{number:,}"


def percent(share: float) -> str:
    """Write a share; a small share is not rounded to zero.

    Example:
        >>> percent(0.5), percent(0.0001), percent(float("nan"))
        ('50.0 %', '< 0.1 %', '-')
    """
    if 0 < share < 0.0005:
        return "< 0.1 %"
    return NONE if math.isnan(share) else f"{100 * share:.1f} %"


def interval(low: float, high: float) -> str:
    """Write a confidence interval of a share; the unit follows the number before it.

    An interval of few items, images or questions is very wide; then a note states that the items are too few.

    Example:
        >>> interval(0.4812, 0.52), interval(0.01, 0.99)
        ('[48.1, 52.0]', '[1.0, 99.0], too few to tell')
    """
    if math.isnan(low) or math.isnan(high):
        return NONE
    return f"[{100 * low:.1f}, {100 * high:.1f}]{', too few to tell' if high - low > TELLS_NOTHING else ''}"


def result(measured: Ceiling | Score | None) -> str:
    """Write a ceiling with its count, so that rounding hides nothing, or an accuracy with its interval."""
    if measured is None or not measured.items:
        return NONE
    if isinstance(measured, Score):
        return f"{percent(measured.accuracy)} {interval(measured.low, measured.high)}"
    return f"{percent(measured.share)} ({count(measured.right)} of {count(measured.items)})"


def best(score: Score | None) -> str:
    """Write the accuracy of a baseline with its name, and chance."""
    if score is None or not score.items:
        return NONE
    return f"{result(score)} by {score.name}, chance {percent(score.chance)}"


@dataclass(frozen=True)
class Predictor:
    """One row of a blindness table or plot: the ceiling of a view, or one of its baselines.

    Attributes:
        view: The view of the predictor.
        name: Full name of the baseline; None for the ceiling.
        before: The result on all items that were read; None if it was not measured.
        after: The result on the published items; None if it was not measured.
    """

    view: str
    name: str | None
    before: Ceiling | Score | None
    after: Ceiling | Score | None


def folds(*sets: Blindness | None) -> str:
    """Explain the folds, and say which baselines learned from a sample.

    Example:
        >>> folds(None) == FOLDS
        True
    """
    said = {
        f"{score.baseline} learns from a sample of {count(score.sample.drawn)} of {count(score.sample.of)} "
        "different texts, and answers all."
        for blindness in sets
        if blindness is not None
        for score in blindness.scores
        if score.sample is not None
    }
    return " ".join([FOLDS, *sorted(said)])


def predictors(before: Blindness, after: Blindness | None) -> list[Predictor]:
    """List the predictors of each view: first the ceiling, then the baselines by name."""
    early, late = _results(before), _results(after) if after else {}
    keys = sorted({*early, *late}, key=lambda key: (VIEWS.index(key[0]), key[1]))
    return [Predictor(view, name or None, early.get((view, name)), late.get((view, name))) for view, name in keys]


def _results(blindness: Blindness) -> dict[tuple[str, str], Ceiling | Score]:
    """Return ceilings and scores over all items by view and baseline; a ceiling has the name ''."""
    bounds = {(c.view, ""): c for c in blindness.ceilings if c.stratum == "all" and c.view in VIEWS}
    return bounds | {(s.view, s.name): s for s in blindness.scores if s.stratum == "all"}


def frame(before: Blindness, after: Blindness | None) -> pd.DataFrame:
    """Return ceilings and baselines as numbers: `view`, `predictor`, and `before` and `after` with their intervals.

    A ceiling is a count: it has no interval and no chance.
    """
    import pandas as pd

    rows = []
    for predictor in predictors(before, after):
        row: dict[str, Any] = {"view": predictor.view, "predictor": predictor.name or "ceiling of any predictor"}
        row |= _numbers("before", predictor.before)
        rows.append(row | (_numbers("after", predictor.after) if after is not None else {}))
    return pd.DataFrame(rows)


def _numbers(when: str, measured: Ceiling | Score | None) -> dict[str, float]:
    if measured is None:
        return {}
    if isinstance(measured, Ceiling):
        return {when: measured.share}
    return {when: measured.accuracy} | {f"{when}_{name}": getattr(measured, name) for name in ("low", "high", "chance")}


def summary_rows(manifest: Manifest) -> list[Cells]:
    """Return the number and the blind-solvability of items read and published, under `SUMMARY_HEADER`."""
    before, after = manifest.before, manifest.after
    rows: list[Cells] = [("items", count(manifest.rows_read - manifest.set_aside), count(manifest.kept))]
    rows += [
        (f"{p.view} ceiling", result(p.before), result(p.after)) for p in predictors(before, after) if p.name is None
    ]
    for view in VIEWS:
        scores = [before.best(view=view), after.best(view=view)]
        if any(scores):
            rows.append((f"best baseline that sees only the {view}", *map(best, scores)))
    return rows


def blindness_rows(before: Blindness, after: Blindness | None) -> list[Cells]:
    """Return a row for every ceiling and baseline, under `BLINDNESS_HEADER`; without `after` it has four cells."""
    rows = []
    for predictor in predictors(before, after):
        cells = [f"the {predictor.view}", predictor.name or "ceiling of any predictor"]
        for measured, blindness in ((predictor.before, before), (predictor.after, after)):
            if blindness is not None:
                cells += [_of(measured, blindness), percent(measured.chance) if isinstance(measured, Score) else NONE]
        rows.append(tuple(cells))
    return rows


def _of(measured: Ceiling | Score | None, blindness: Blindness) -> str:
    """Write a result; for a baseline that applies only to some of the items, add their number."""
    whole = max((ceiling.items for ceiling in blindness.ceilings if ceiling.stratum == "all"), default=0)
    if isinstance(measured, Score) and measured.items < whole:
        return f"{result(measured)} of {count(measured.items)}"
    return result(measured)


def joint_rows(before: Blindness, after: Blindness | None) -> list[Cells]:
    """Return a row for the ceiling of every joint view, under `JOINT_HEADER`; without `after` it has two cells."""
    sets = [
        {ceiling.view: ceiling for ceiling in blindness.ceilings if ceiling.stratum == "all"}
        for blindness in (before, after)
        if blindness is not None
    ]
    counted = [view for view in JOINT if any(view in ceilings for ceilings in sets)]
    return [(JOINT[view], *(result(ceilings.get(view)) for ceilings in sets)) for view in counted]


def strata_rows(blindness: Blindness) -> list[Cells]:
    """Return a row for every stratum of a set, under `STRATA_HEADER`."""
    rows: list[Cells] = []
    for stratum in blindness.strata:
        bounds = {c.view: c for c in blindness.ceilings if c.stratum == stratum}
        items = count(next(iter(bounds.values())).items)
        ceilings = (result(bounds.get("question")), result(bounds.get("image")))
        rows.append((stratum, items, *ceilings, best(blindness.best(stratum))))
    return rows


_SPECIAL = re.compile(r"[\\`*<|~$]|(?<!\w)_|_(?!\w)|&(?=#?\w+;)|(?<=\])\(")


def cell(text: object) -> str:
    r"""Write any text as one Markdown table cell that shows exactly this text.

    Example:
        >>> print(cell("is it red | or\n*blue*? see my_file [48.1, 52.0]"))
        is it red \| or \*blue\*? see my_file [48.1, 52.0]
    """
    return _SPECIAL.sub(r"\\\g<0>", " ".join(str(text).split()))


def code(text: object) -> str:
    """Write any text as code inside a Markdown table cell."""
    line = " ".join(str(text).split()).replace("|", r"\|")
    if not line:
        return ""
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", line)), default=0))
    pad = " " if line[0] == "`" or line[-1] == "`" else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def markdown(header: Cells, rows: Sequence[Cells]) -> str:
    """Write a Markdown table; the first column is aligned left, the others right."""
    lines = [header, ("---", *["---:"] * (len(header) - 1)), *(tuple(map(cell, row)) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
