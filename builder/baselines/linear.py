"""Multinomial logistic regression on counted contents.

A content that a thousand rows show with three answers is one row of features with three counts: the likelihood of all
rows is a function of these counts, so the optimum is that of all rows, and a step costs contents x features x answers.
scikit-learn's LogisticRegression reaches it on counted (content, label) rows, whose features it repeats for every label
of a content: on easy-VQA it takes 2.8 times the time on vectors of 5,000 pictures and 1.7 times on n-grams of 107
questions, with the same penalty, steps and slope (`python -m benchmarks.baselines`).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh
from scipy.optimize import minimize
from scipy.sparse import issparse
from scipy.special import log_softmax, softmax
from sklearn.exceptions import ConvergenceWarning

from builder.baselines.problem import Counts, Floats

MOST_ROWS = 2_000
"""Contents up to which the span of the rows is used: its basis costs their cube."""
STEPS, TOLERANCE = 100, 1e-3
"""Steps, and the slope of the mean loss at which they end: the last digits of a baseline do not matter here."""
FLAT = 2.2e-9
"""Share of the loss by which a step must lessen it; below, the fit ends too."""
_NULL = 1e-6
"""Directions of less than this share of the largest variance are rounding."""


def logistic(X: Any, train: Counts, X_test: Any, C: float) -> Floats:
    """Fit on counted contents and predict.

    Few contents with many features, as n-grams of questions are, are put into the coordinates of their own span: the
    penalty keeps the coefficients inside of it, so the model is the same and costs answers x contents a step rather
    than answers x features.

    Args:
        X: (c, f) features of the training contents, dense or sparse, in the order of `train.by_content()`.
        train: Their labels and counts.
        X_test: (t, f) features to predict.
        C: Inverse regularisation.

    Returns:
        (t, train.classes) probabilities; 0 for classes that the training rows lack.
    """
    _, table = train.by_content()
    found = np.zeros((X_test.shape[0], train.classes), dtype=np.float32)
    present = np.flatnonzero(table.any(axis=0))
    if len(present) == 1:
        found[:, present] = 1.0
        return found
    if 2 * X.shape[0] < X.shape[1] and X.shape[0] <= MOST_ROWS:
        X, X_test = _span(X, X_test)
    weights, bias = _Likelihood(X, table[:, present], C).best()
    found[:, present] = softmax(X_test @ weights.T + bias, axis=1)
    return found


@dataclass(frozen=True)
class _Likelihood:
    """The penalised mean negative log-likelihood of counted contents.

    Attributes:
        X: (c, f) features of contents.
        table: (c, k) how often each class goes with each content.
        C: Inverse regularisation: the penalty of coefficients is that of a single row with 1 / C.
    """

    X: Any
    table: Floats
    C: float

    def best(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """Coefficients (k, f) and intercepts (k,) of least loss, by L-BFGS; warns where it did not arrive."""
        classes, features = self.table.shape[1], self.X.shape[1]
        start = np.zeros(classes * (features + 1))
        options = {"maxiter": STEPS, "gtol": TOLERANCE, "ftol": FLAT, "maxls": 50}
        found = minimize(self, start, method="L-BFGS-B", jac=True, options=options)
        if not found.success:
            # A baseline that is fitted less well than it could be finds less: whoever reads its accuracy should know.
            size = f"{self.X.shape[0]:,} contents, {features:,} features and {classes:,} answers"
            said = f"logistic regression of {size} ended early, after {found.nit} steps: {found.message}"
            warnings.warn(said, ConvergenceWarning, stacklevel=3)
        flat = found.x.reshape(classes, features + 1).astype(self.X.dtype)
        return flat[:, :-1], flat[:, -1]

    def __call__(self, flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        """Loss and slope at coefficients and intercepts, (k, f + 1) in a row."""
        rows, total = self.table.sum(axis=1, keepdims=True), float(self.table.sum())
        both = flat.reshape(self.table.shape[1], -1).astype(self.X.dtype)
        scores = self.X @ both[:, :-1].T + both[:, -1]
        likely = log_softmax(scores, axis=1)
        off = (rows * np.exp(likely) - self.table) / total
        # Two classes could do with one row of coefficients, w; they share it as w / 2 and -w / 2, half its square.
        strength = (2.0 if len(both) == 2 else 1.0) / (self.C * total)
        slope = np.column_stack([_dense(self.X.T @ off).T + strength * both[:, :-1], off.sum(axis=0)])
        loss = -(self.table * likely).sum(dtype=np.float64) / total + strength / 2 * (both[:, :-1] ** 2).sum()
        return float(loss), slope.ravel().astype(np.float64)


def _span(X: Any, X_test: Any) -> tuple[Floats, Floats]:
    """Coordinates of rows in an orthonormal basis of the span of the training rows, (m, r) and (t, r), r <= m.

    Inner products among training rows and with tested rows are as before, up to rounding.
    """
    spread, basis = eigh(_dense(X @ X.T).astype(np.float64))
    kept = spread > _NULL * spread[-1]
    kept[-1] = True  # contents whose features are all nought keep one coordinate, which is nought
    scale = np.sqrt(np.maximum(spread[kept], np.finfo(np.float64).tiny))
    found, tested = basis[:, kept] * scale, _dense(X_test @ X.T) @ (basis[:, kept] / scale)
    return found.astype(X.dtype), tested.astype(X.dtype)


def _dense(matrix: Any) -> Any:
    return matrix.toarray() if issparse(matrix) else matrix
