"""Accuracy with an interval over groups and over questions, and the accuracy that needs no model at all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm
from scipy.stats import t as student

from twokeys.core.intervals.clusters import cluster_variance, numbered

Z_95 = float(norm.ppf(0.975))
"""Quantile of the normal distribution for two-sided intervals of 95 %."""


@dataclass(frozen=True)
class Accuracy:
    """A share with its confidence interval."""

    items: int
    right: int
    low: float
    high: float


def accuracy(
    right: NDArray[np.bool_],
    groups: NDArray[np.int64],
    confidence: float = 0.95,
    crossed: NDArray[np.int64] | None = None,
) -> Accuracy:
    """Share of right answers with a Wilson interval on the effective number of items.

    Items of a group are not independent. The cluster-robust variance of the mean (Liang and Zeger 1986, with the
    G / (G - 1) correction; Miller 2024, arXiv 2411.00640) gives the number of independent items that the set is worth:
    n_eff = n / deff, at most n. The design effect deff is that variance divided by the variance of independent items,
    p (1 - p) / (n - 1). Groups of one item give n. Wilson's interval on n_eff stays inside [0, 1]. It also holds at 0
    and 1, for which n_eff is the number of clusters.

    A predictor that sees the question alone is right on all items of a question or wrong on all of them, whatever
    images they show. If items are clustered in two ways that cross, the variance is the variance by groups, plus the
    variance by the other clusters, minus the variance by both together (Cameron, Gelbach and Miller 2011), and never
    smaller than either. The interval then describes other images and other questions like these; by groups alone it
    describes other images with the same questions. If clusters make items worth less, the quantile is Student's, with
    one degree of freedom less than the smaller number of clusters.

    Args:
        right: (n,) whether each item was answered right.
        groups: (n,) group code of each item.
        confidence: Two-sided level.
        crossed: (n,) code of each item's other cluster, such as its question. If all items share one, it is ignored:
            the interval then describes this question alone.
    """
    n, hits = len(right), int(right.sum())
    if n == 0:
        return Accuracy(0, 0, float("nan"), float("nan"))
    p = hits / n
    away = right.astype(np.float64) - p
    kinds = [numbered(groups)]
    if crossed is not None and (other := numbered(crossed)).any():
        kinds.append(other)
    fewest = min(int(kind.max()) + 1 for kind in kinds)
    effective, z = float(fewest), float(norm.ppf(0.5 + confidence / 2))
    if 0 < hits < n and fewest > 1:
        variances = [cluster_variance(away, kind) for kind in kinds]
        if len(kinds) > 1:
            both = numbered(kinds[0] * (kinds[1].max() + 1) + kinds[1])
            variances.append(float(np.sum(variances)) - cluster_variance(away, both))
        independent = p * (1 - p) / (n - 1)
        effective = min(n, n * independent / max(variances)) if max(variances) > 0 else float(n)
        if effective < n * (1 - 1e-9):
            z = float(student.ppf(0.5 + confidence / 2, fewest - 1))
    return Accuracy(n, hits, *wilson(p, effective, z))


def wilson(share: float, number: float, quantile: float = Z_95) -> tuple[float, float]:
    """Wilson's score interval of a share (J. Am. Stat. Assoc. 22, 1927); it stays inside [0, 1].

    Args:
        share: The share.
        number: Independent items behind the share, or the number of independent items that the items are worth.
        quantile: Quantile of the normal distribution, or of Student's if the variance is an estimate; 95 % by default.
    """
    centre = (share + quantile**2 / (2 * number)) / (1 + quantile**2 / number)
    spread = share * (1 - share) / number + quantile**2 / (4 * number**2)
    half = quantile / (1 + quantile**2 / number) * float(np.sqrt(spread))
    return max(0.0, centre - half), min(1.0, centre + half)


def chance(items: pd.DataFrame, view: str) -> float:
    """Accuracy that a predictor reaches without any cue in the view.

    A predictor that sees the question or the options knows the answer type and the options: on multiple choice it can
    draw an option, on all other items it can name the most frequent answer of the type. A predictor that sees the image
    alone knows neither: it can name the most frequent answer of the whole set.

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
