"""Variance of a mean over clusters: items of one group are not independent."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def numbered(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number clusters from 0."""
    numbers: NDArray[np.int64] = np.unique(labels, return_inverse=True)[1]
    return numbers


def cluster_variance(residual: NDArray[np.float64], cluster: NDArray[np.int64]) -> float:
    """Variance of a mean by Liang and Zeger (1986) over clusters, with the G / (G - 1) correction.

    Args:
        residual: (n,) distances from the mean.
        cluster: (n,) numbers of clusters from 0; at least two clusters, since one gives no variance.
    """
    totals = np.bincount(cluster, weights=residual)
    return float(len(totals) / (len(totals) - 1) * (totals @ totals) / len(residual) ** 2)
