"""Accuracy with an interval that respects groups, and the level that needs no model at all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm


@dataclass(frozen=True)
class Accuracy:
    """A share with its confidence interval."""

    items: int
    right: int
    low: float
    high: float


def accuracy(right: NDArray[np.bool_], groups: NDArray[np.int64], confidence: float = 0.95) -> Accuracy:
    """Share of right answers with a Wilson interval on the effective number of items.

    Items of a group are not independent. The cluster-robust variance of the mean (Liang and Zeger 1986, with
    the G / (G - 1) correction; Miller 2024, arXiv 2411.00640) says how many independent items the set is worth,
    n_eff = n / deff, at most n, where the design effect deff is that variance over the one of independent
    items, p (1 - p) / (n - 1). Groups of one item give n. Wilson's interval on n_eff stays inside [0, 1] and is
    honest at 0 and 1, where n_eff is the number of groups.

    Args:
        right: (n,) whether each item was answered right.
        groups: (n,) group code of each item.
        confidence: Two-sided level.
    """
    n, hits = len(right), int(right.sum())
    if n == 0:
        return Accuracy(0, 0, float("nan"), float("nan"))
    p = hits / n
    names, code = np.unique(groups, return_inverse=True)
    clusters = len(names)
    effective = float(clusters)
    if 0 < hits < n and clusters > 1:
        residual = np.bincount(code, weights=right - p)
        variance = clusters / (clusters - 1) * float((residual**2).sum()) / n**2
        independent = p * (1 - p) / (n - 1)
        effective = min(n, n * independent / variance) if variance > 0 else float(n)
    z = float(norm.ppf(0.5 + confidence / 2))
    centre = (p + z**2 / (2 * effective)) / (1 + z**2 / effective)
    half = z / (1 + z**2 / effective) * np.sqrt(p * (1 - p) / effective + z**2 / (4 * effective**2))
    return Accuracy(n, hits, max(0.0, float(centre - half)), min(1.0, float(centre + half)))


def chance(items: pd.DataFrame, view: str) -> float:
    """Accuracy that needs no look at the view.

    Who sees the question or the options knows the answer type and the options: on multiple choice it can draw one, on
    all other items it can name the most frequent answer of the type. Who sees the picture alone knows neither: it can
    name the most frequent answer of all.

    Args:
        items: Table with `compared`, `answer_type`, `choices`.
        view: The view whose chance level is meant.
    """
    if not len(items):
        return float("nan")
    if view == "image":
        return float(items["compared"].value_counts().iloc[0]) / len(items)
    options = items["choices"].map(len).to_numpy()
    drawn = float((1 / options[options > 0]).sum())
    counts = items[options == 0].groupby(["answer_type", "compared"]).size()
    majority = int(counts.groupby(level=0).max().sum())
    return (drawn + majority) / len(items)
