"""Do the image metric and the text metric rank explainers alike? Kendall's tau with its interval and exact p value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from twokeys.core.intervals.bootstrap import over_rows


@dataclass(frozen=True)
class Agreement:
    """Kendall's tau between two rankings of the same explainers.

    Attributes:
        tau: Between the means over items, -1 to 1.
        p: Two-sided, exact where no two means are equal: of a tau this far from 0 if the rankings were unrelated.
        low: Lower end of the interval over items.
        high: Upper end.
        explainers: Number of explainers.
        items: Number of items.
    """

    tau: float
    p: float
    low: float
    high: float
    explainers: int
    items: int


def agreement(
    first: pd.DataFrame, second: pd.DataFrame, resamples: int = 2000, confidence: float = 0.95, seed: int = 0
) -> Agreement:
    """Rank explainers by their means under two metrics and compare the rankings.

    The p value is about explainers, of which there are few; the interval is about items: percentile bootstrap, whole
    items drawn with all their explainers and both metrics.

    Args:
        first: One metric, a row an item, a column an explainer.
        second: The other, with the same rows and columns in any order.
        resamples: Bootstrap samples.
        confidence: Of the interval.
        seed: Of the bootstrap.

    Raises:
        ValueError: When the tables do not hold the same items and explainers, or values are missing.
    """
    if set(first.index) != set(second.index) or set(first.columns) != set(second.columns):
        raise ValueError("agreement: found tables of different items or explainers, allowed: the same in both")
    second = second.loc[first.index, first.columns]
    one, other = first.to_numpy(dtype=np.float64), second.to_numpy(dtype=np.float64)
    if np.isnan(one).any() or np.isnan(other).any():
        raise ValueError("agreement: found missing values, allowed: a value for each item and explainer")
    means = one.mean(axis=0), other.mean(axis=0)
    untied = all(len(np.unique(mean)) == len(mean) for mean in means)
    found = stats.kendalltau(*means, method="exact" if untied else "auto")

    def tau(rows: NDArray[np.int64]) -> float:
        return float(stats.kendalltau(one[rows].mean(axis=0), other[rows].mean(axis=0)).statistic)

    low, high = over_rows(tau, len(one), confidence, resamples, seed)
    return Agreement(float(found.statistic), float(found.pvalue), low, high, one.shape[1], len(one))
