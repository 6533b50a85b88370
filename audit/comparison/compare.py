"""`twokeys compare`: evaluations of the same benchmark side by side, on the items that all of them scored."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twokeys.audit.comparison.measures import Measure, measures
from twokeys.audit.comparison.result import Compared
from twokeys.audit.comparison.rows import CategoryDifference, PairedDifference, RunRate
from twokeys.audit.comparison.runs import RIGHT, common, runs_of
from twokeys.audit.evaluation.by_category import Bools, bonferroni, category_rates, parts
from twokeys.audit.evaluation.result import Evaluation
from twokeys.core.ceilings import codes
from twokeys.core.intervals.accuracy import Accuracy
from twokeys.core.intervals.exact import exact
from twokeys.core.intervals.means import mean_interval
from twokeys.core.intervals.paired import flipped, holm, mcnemar


def compare(
    *runs: Path | str | Evaluation,
    out: Path | str | None = None,
    repository: str | None = None,
    revision: str | None = None,
) -> Compared:
    """Compare evaluations of the same published folder.

    Args:
        runs: Two or more folders that `twokeys evaluate` wrote, or evaluations.
        out: Folder to write tables (Markdown, CSV, LaTeX), figures (PNG, SVG) and `compare.json` to; nothing is written
            when None.
        repository: `OWNER/NAME` of the benchmark on the Hub: results in the Hub's form are written to `out` too.
        revision: Commit or tag of that repository.

    Returns:
        Rates with intervals, paired differences with tests, and categories. `to_pandas()` gives the rates,
        `to_pandas("differences")` the differences, and `figure()` draws both.

    Raises:
        BadInput: When a run is not whole, runs are of different rows, no item is in all of them, or results cannot be
            written for the Hub.
    """
    named = runs_of(runs)
    tables = common(named)
    names, items = [run.name for run in named], tables[0]
    counted = measures(tables, named[0].stated.config)
    right = {name: table[RIGHT].to_numpy(dtype=bool) for name, table in zip(names, tables, strict=True)}
    categories = parts(items, named[0].benchmark.categories)
    compared = Compared(
        runs=named,
        items=len(items),
        left_out={run.name: len(run.items) - len(items) for run in named},
        rates=[rate for each in counted for rate in _rates(each, names)],
        differences=[difference for each in counted for difference in _differences(each, names)],
        categories=category_rates(items, categories, right),
        category_differences=_by_category(items, categories, right),
        groups=int(items["group"].nunique()),
    )
    if out is not None or repository is not None:
        from twokeys.audit.comparison.files import write

        write(compared, None if out is None else Path(out), repository, revision)
    return compared


def _rates(measure: Measure, names: Sequence[str]) -> list[RunRate]:
    return [
        RunRate(measure.name, measure.title, name, mean_interval(values, measure.groups), measure.chance)
        for name, values in zip(names, measure.values, strict=True)
    ]


def _differences(measure: Measure, names: Sequence[str]) -> list[PairedDifference]:
    """Every pair of runs; the p values of a measure are corrected for their number."""
    differences = []
    for ahead, behind in combinations(range(len(names)), 2):
        apart = measure.values[ahead] - measure.values[behind]
        row = PairedDifference(
            measure.name, measure.title, names[ahead], names[behind], mean_interval(apart, measure.groups)
        )
        if measure.chance is not None:
            first, second = int((apart > 0).sum()), int((apart < 0).sum())
            row = row._replace(
                first_alone=first,
                second_alone=second,
                p_mcnemar=mcnemar(first, second),
                p=flipped(apart, measure.groups),
            )
        differences.append(row)
    tested = [row.p for row in differences if row.p is not None]
    corrected = iter(holm(tested).tolist())
    return [row if row.p is None else row._replace(p_holm=next(corrected)) for row in differences]


def _by_category(
    items: pd.DataFrame, categories: Sequence[tuple[str, str, Bools]], right: dict[str, Bools]
) -> list[CategoryDifference]:
    """Every pair of runs in every category, with intervals that hold for all of them at once."""
    pairs = list(combinations(right, 2))
    level = bonferroni(2 * len(pairs) * len(categories))
    groups = codes(items["group"]).astype(np.int64)
    return [
        _difference((column, value, first, second), right[first][inside], right[second][inside], groups[inside], level)
        for column, value, inside in categories
        for first, second in pairs
    ]


def _difference(
    named: tuple[str, str, str, str], first: Bools, second: Bools, groups: NDArray[np.int64], level: float
) -> CategoryDifference:
    """A difference is the share of items that one run alone gets right, times how far the first run wins these.

    Both shares have exact intervals, and the interval of their product holds if both hold. It excludes 0 exactly if the
    second share differs from one half by McNemar's test.
    """
    apart = first != second
    result = exact(apart, groups, level)
    won = exact(first[apart], groups[apart], level) if apart.any() else Accuracy(0, 0, 0.0, 1.0)
    ends = [share * (2 * ahead - 1) for share in (result.low, result.high) for ahead in (won.low, won.high)]
    alone = int((first & apart).sum()), int((second & apart).sum())
    return CategoryDifference(*named, len(first), *alone, min(ends), max(ends))
