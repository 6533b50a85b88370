"""Multinomial logistic regression on counted rows, by scikit-learn."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from scipy.linalg import eigh
from scipy.sparse import issparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from builder.baselines.problem import Counts, Floats

MOST_ROWS = 2_000
"""Contents up to which the span of the rows is used: its basis costs their cube."""
_NULL = 1e-6
"""Directions of less than this share of the largest variance are rounding."""


def logistic(X: Any, train: Counts, X_test: Any, C: float) -> Floats:
    """Fit on weighted rows and predict.

    Few contents with many features, as n-grams of questions are, are put into the coordinates of their own span: the
    penalty keeps the coefficients inside of it, so the model is the same and costs answers x contents a step rather
    than answers x features.

    Args:
        X: (m, f) features of the training rows, dense or sparse.
        train: Their labels and counts.
        X_test: (t, f) features to predict.
        C: Inverse regularisation.

    Returns:
        (t, train.classes) probabilities; 0 for classes that the training rows lack.
    """
    found = np.zeros((X_test.shape[0], train.classes), dtype=np.float32)
    present = np.unique(train.label)
    if len(present) == 1:
        found[:, present] = 1.0
        return found
    contents, first, row = np.unique(train.content, return_index=True, return_inverse=True)
    if 2 * len(contents) < X.shape[1] and len(contents) <= MOST_ROWS:
        rows, X_test = _span(X[first], X_test)
        X = rows[row]
    model = LogisticRegression(C=C, max_iter=100, tol=1e-3)
    with warnings.catch_warnings():
        # 100 steps are plenty for a baseline; whether the last digit has converged does not matter here.
        warnings.simplefilter("ignore", ConvergenceWarning)
        # Open answers have many classes of few rows each, and still are classes.
        warnings.filterwarnings("ignore", "The number of unique classes", UserWarning)
        model.fit(X, train.label, sample_weight=train.count)
    found[:, model.classes_] = model.predict_proba(X_test)
    return found


def _span(X: Any, X_test: Any) -> tuple[Floats, Floats]:
    """Coordinates of rows in an orthonormal basis of the span of the training rows, (m, r) and (t, r), r <= m.

    Inner products among training rows and with tested rows are as before, up to rounding.
    """
    spread, basis = eigh(_dense(X @ X.T).astype(np.float64))
    kept = spread > _NULL * spread[-1]
    kept[-1] = True  # contents whose features are all nought keep one coordinate, which is nought
    scale = np.sqrt(np.maximum(spread[kept], np.finfo(np.float64).tiny))
    found, tested = basis[:, kept] * scale, _dense(X_test @ X.T) @ (basis[:, kept] / scale)
    return found.astype(np.float32), tested.astype(np.float32)


def _dense(matrix: Any) -> Any:
    return matrix.toarray() if issparse(matrix) else matrix
