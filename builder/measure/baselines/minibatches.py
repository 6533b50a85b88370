"""Multinomial logistic regression in minibatches, for very many contents: time and memory grow with the texts alone.

A step of `twokeys.builder.measure.baselines.linear` takes all contents times answers, and hundreds of steps are needed
until nothing changes any more. Here some passes over the contents are made, in an order that is drawn, and a batch
changes the coefficients of the features that occur in it. The step of each coefficient falls with its past slopes
(AdaGrad, Duchi et al. 2011), so that rare words learn from the few contents that have them. The fit does not converge:
the number of passes stands in for a part of the penalty.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_array
from scipy.special import log_softmax
from threadpoolctl import threadpool_limits

from twokeys.builder.measure.baselines.problem import Counts, Floats, Ints

BATCH = 1_024
"""Contents of a batch."""
PASSES = 12
"""Passes over the contents."""
RATE = 1.0
"""Largest step of a coefficient."""


def logistic_in_minibatches(X: Any, train: Counts, X_test: Any, C: float, seed: int) -> Floats:
    """Fit on counted contents and predict.

    Args:
        X: (c, f) sparse features of the training contents, in the order of their numbers.
        train: Labels and counts of the training contents.
        X_test: (t, f) sparse features to predict.
        C: Inverse regularisation, as in `twokeys.builder.measure.baselines.linear.logistic`.
        seed: Seed of the order of contents.

    Returns:
        (t, train.classes) probabilities; those of classes that the training rows lack are nearly 0.
    """
    X, X_test = (csr_array(part, dtype=np.float32) for part in (X, X_test))
    with threadpool_limits(1):  # the order of sums must not depend on the number of cores
        weights, bias = _fitted(X, _labels(train, X.shape[0]), C, seed)
        probabilities = np.empty((X_test.shape[0], train.classes), dtype=np.float32)
        for start in range(0, X_test.shape[0], BATCH):
            part = slice(start, start + BATCH)
            probabilities[part] = np.exp(log_softmax(X_test[part] @ weights + bias, axis=1))
    return probabilities


def _labels(train: Counts, contents: int) -> csr_array:
    """(c, k) how often each class goes with each content."""
    row = np.unique(train.content, return_inverse=True)[1]
    return csr_array((train.count, (row, train.label)), shape=(contents, train.classes))


def _fitted(X: csr_array, labels: csr_array, C: float, seed: int) -> tuple[Floats, Floats]:
    """Return the coefficients (f, k) and intercepts (k,)."""
    total = float(labels.sum())
    weights = np.zeros((X.shape[1], labels.shape[1]), dtype=np.float32)
    squares = np.full_like(weights, 1e-8)
    prior = np.asarray(labels.sum(axis=0), dtype=np.float32) / total
    bias = np.log(np.maximum(prior, 1e-6))
    bias_squares = np.full_like(bias, 1e-8)
    rng = np.random.default_rng(seed)
    for _ in range(PASSES):
        order: Ints = rng.permutation(X.shape[0])
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            part, table = X[rows], labels[rows].toarray()
            features, column = np.unique(part.indices, return_inverse=True)
            part = csr_array((part.data, column, part.indptr), shape=(len(rows), len(features)))
            mine = weights[features]
            likely = log_softmax(part @ mine + bias, axis=1)
            off = table.sum(axis=1, keepdims=True) * np.exp(likely) - table
            shown = float(table.sum())
            slope = (part.T @ off + mine * (shown / (C * total))) / shown
            squares[features] += slope**2
            weights[features] = mine - RATE * slope / np.sqrt(squares[features])
            slope = off.sum(axis=0) / shown
            bias_squares += slope**2
            bias -= RATE * slope / np.sqrt(bias_squares)
    return weights, bias
