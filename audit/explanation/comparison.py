"""Which explainers differ: means with intervals, Friedman, Wilcoxon with Holm's correction, a mixed model.

Tables hold one metric: a row an item, a column an explainer. All tests pair explainers within items.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from twokeys.core.errors import MissingPackage
from twokeys.core.intervals.means import mean_interval
from twokeys.core.intervals.paired import holm


@dataclass(frozen=True)
class Mixed:
    """A linear mixed model: explainers fixed, items random.

    Attributes:
        effects: A row an explainer but the reference: `effect`, `low`, `high` (95 %), `p`.
        converged: Whether the fit did.
        warnings: What the fit warned of; effects of a fit that warned should be read with the tests beside it.
    """

    effects: pd.DataFrame
    converged: bool
    warnings: tuple[str, ...]


def means(table: pd.DataFrame, resamples: int = 2000, confidence: float = 0.95, seed: int = 0) -> pd.DataFrame:
    """Mean of each explainer with a bootstrap interval over items, and its mean rank within items, best first.

    Returns:
        A row an explainer: `mean`, `low`, `high`, `rank` (1 is best; ties share the mean of their ranks), `items`.
    """
    rank = table.rank(axis=1, ascending=False).mean()
    rows = {}
    for name, column in zip(map(str, table.columns), (table[name] for name in table), strict=True):
        values = column.to_numpy(dtype=np.float64)
        low, high = float(values[0]), float(values[0])
        if len(np.unique(values)) > 1:
            over = mean_interval(values, range(len(values)), confidence, resamples, seed)
            low, high = over.low, over.high
        rows[name] = {"mean": values.mean(), "low": low, "high": high, "rank": rank[name], "items": len(values)}
    return pd.DataFrame.from_dict(rows, orient="index").sort_values("mean", ascending=False)


def friedman(table: pd.DataFrame) -> tuple[float, float]:
    """Friedman's chi-square and p: are all explainers alike, by ranks within items?

    Raises:
        ValueError: For fewer than three explainers.
    """
    if table.shape[1] < 3:
        raise ValueError(f"Friedman's test needs 3 explainers or more, not {table.shape[1]}")
    test = stats.friedmanchisquare(*(table[name] for name in table))
    return float(test.statistic), float(test.pvalue)


def against(table: pd.DataFrame, reference: str = "random") -> pd.DataFrame:
    """Wilcoxon's signed-rank test of each explainer against one, with Holm's correction over all of them.

    Returns:
        A row an explainer but the reference: `difference` (of means), `p`, `p_holm`. An explainer that equals the
        reference on every item has p = 1.

    Raises:
        ValueError: When the reference is not in the table.
    """
    if reference not in table:
        raise ValueError(f"the reference {reference!r} is none of {', '.join(map(str, table))}")
    rows = {}
    for name in table.columns.drop(reference):
        apart = (table[name] - table[reference]).to_numpy(dtype=np.float64)
        p = float(stats.wilcoxon(apart).pvalue) if apart.any() else 1.0
        rows[name] = {"difference": apart.mean(), "p": p}
    results = pd.DataFrame.from_dict(rows, orient="index", columns=["difference", "p"])
    return results.assign(p_holm=holm(results["p"]))


def mixed(table: pd.DataFrame, reference: str = "random") -> Mixed:
    """Fit score ~ explainer + (1 | item), explainers against the reference.

    Raises:
        MissingPackage: When statsmodels is not installed.
    """
    formula = _statsmodels("statsmodels.formula.api")
    long = table.rename_axis("item").reset_index().melt("item", var_name="explainer", value_name="score")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = formula.mixedlm(f"score ~ C(explainer, Treatment({reference!r}))", long, groups=long["item"])
        fit = model.fit()
        interval = fit.conf_int()
    rows = {}
    for name in table.columns.drop(reference):
        term = f"C(explainer, Treatment({reference!r}))[T.{name}]"
        rows[name] = {
            "effect": fit.params[term], "low": interval.loc[term, 0], "high": interval.loc[term, 1],
            "p": fit.pvalues[term],
        }  # fmt: skip
    messages = tuple(dict.fromkeys(str(warning.message) for warning in caught))
    return Mixed(pd.DataFrame.from_dict(rows, orient="index"), bool(fit.converged), messages)


def demand() -> None:
    """Ask for what comparisons need before any item is explained.

    Raises:
        MissingPackage: When statsmodels is not installed.
    """
    _statsmodels("statsmodels")


def _statsmodels(module: str) -> Any:
    from importlib import import_module

    try:
        return import_module(module)
    except ImportError:
        raise MissingPackage("the comparison of explainers", "statsmodels", 'pip install "twokeys[audit]"') from None
