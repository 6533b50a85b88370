"""Multinomial logistic regression on counted contents.

If a thousand rows show one content with three answers, they are one row of features with three counts. The likelihood
of all rows is a function of these counts, so the optimum is the same, and a step costs contents x features x answers.
scikit-learn's LogisticRegression needs counted (content, label) rows and repeats the features for every label of a
content: on easy-VQA it takes 2.8 times the time on vectors of 5,000 images and 1.7 times on n-grams of 107 questions,
with the same penalty, steps and slope (`python -m benchmarks.baselines`).
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
from threadpoolctl import threadpool_limits

from twokeys.builder.measure.baselines.problem import Counts, Floats

MOST_ROWS = 2_000
"""Up to so many contents, or features, rows are rotated to their principal axes, which costs the cube of the number."""
FEW_STEPS, MANY_STEPS = 1_000, 20_000
"""Most steps: many if rows have few axes, since a step is then cheap."""
SLOPE = 1e-5
"""The slope at which a fit has converged, in coordinates in which the loss has similar curvature everywhere. It is so
small that a fit is a function of its rows: a fit that stops early stops elsewhere if a last bit of the features
differs, which leads to other answers, other bins and another selected set."""
PRECISION = 1e-15
"""Smallest relative decrease of the loss in a step: below it the digits of numbers are exhausted, and the fit has
converged."""
_NULL = 1e-6
"""Directions with less than this share of the largest variance are rounding errors."""
Doubles = NDArray[np.float64]


def logistic(X: Any, train: Counts, X_test: Any, C: float) -> Floats:
    """Fit on counted contents and predict.

    If contents or features are few, rows are rotated to the principal axes of the training contents. The rotation does
    not change the penalty, n-grams of questions have far fewer axes than features, and the curvature of the loss is
    aligned with the axes.

    Args:
        X: (c, f) features of the training contents, dense or sparse, in the order of `train.by_content()`.
        train: Labels and counts of the training contents.
        X_test: (t, f) features to predict.
        C: Inverse regularisation.

    Returns:
        (t, train.classes) probabilities; 0 for classes that the training rows lack.
    """
    _, table = train.by_content()
    probabilities = np.zeros((X_test.shape[0], train.classes), dtype=np.float32)
    present = np.flatnonzero(table.any(axis=0))
    if len(present) == 1:
        probabilities[:, present] = 1.0
        return probabilities
    with threadpool_limits(1):  # the order of sums must not depend on the number of cores
        X, X_test = (part.astype(np.float64) for part in (X, X_test))
        counts = table[:, present].astype(np.float64)
        if min(X.shape) <= MOST_ROWS:
            X, X_test = principal(X, X_test, counts.sum(axis=1))
        weights, bias = _Likelihood(X, counts, C).best()
        probabilities[:, present] = softmax(X_test @ weights.T + bias, axis=1)
    return probabilities


@dataclass(frozen=True)
class _Likelihood:
    """The penalised mean negative log-likelihood of counted contents.

    Attributes:
        X: (c, f) features of contents.
        table: (c, k) how often each class goes with each content.
        C: Inverse regularisation: the penalty of coefficients is that of a single row with 1 / C.
    """

    X: Any
    table: Doubles
    C: float

    def best(self) -> tuple[Doubles, Doubles]:
        """Return the coefficients (k, f) and intercepts (k,) of least loss, by L-BFGS; warn if it did not converge."""
        scale, rows = self._scale(), self.table.sum(axis=1, keepdims=True)

        def scaled(flat: Doubles) -> tuple[float, Doubles]:
            loss, slope = self._loss(flat.reshape(scale.shape) * scale, rows)
            return loss, (slope * scale).ravel()

        steps = MANY_STEPS if min(self.X.shape) <= MOST_ROWS else FEW_STEPS
        options = {"maxiter": steps, "maxfun": 2 * steps, "gtol": SLOPE, "ftol": PRECISION, "maxls": 50, "maxcor": 20}
        fit = minimize(scaled, np.zeros(scale.size), method="L-BFGS-B", jac=True, options=options)
        if not fit.success:
            # A baseline that is not fully fitted detects less: readers of its accuracy should be told.
            size = f"{self.X.shape[0]:,} contents, {self.X.shape[1]:,} features and {len(scale):,} answers"
            message = f"logistic regression of {size} ended early, after {fit.nit} steps: {fit.message}"
            warnings.warn(message, ConvergenceWarning, stacklevel=3)
        both: Doubles = fit.x.reshape(scale.shape) * scale
        return both[:, :-1], both[:, -1]

    def _loss(self, both: Doubles, rows: Doubles) -> tuple[float, Doubles]:
        """Return the loss and its slope at coefficients and intercepts, (k, f + 1)."""
        total = float(rows.sum())
        likely = log_softmax(self.X @ both[:, :-1].T + both[:, -1], axis=1)
        off = (rows * np.exp(likely) - self.table) / total
        strength = self._strength
        slope = np.column_stack([_dense(self.X.T @ off).T + strength * both[:, :-1], off.sum(axis=0)])
        loss = -(self.table * likely).sum() / total + strength / 2 * (both[:, :-1] ** 2).sum()
        return float(loss), slope

    def _scale(self) -> Doubles:
        """(k, f + 1) scale of coordinates: about one over the square root of the curvature at the prior."""
        share = self.table.sum(axis=0) / self.table.sum()
        spread = (share * (1 - share))[:, None]
        weight = self.table.sum(axis=1) / self.table.sum()
        squares = self.X.multiply(self.X) if issparse(self.X) else self.X**2
        curvature = spread * np.asarray(weight @ squares).reshape(1, -1) + self._strength
        scale: Doubles = 1 / np.sqrt(np.column_stack([curvature, spread]))
        return scale

    @property
    def _strength(self) -> float:
        """Strength of the penalty; with two classes it is doubled, since they share one row w as w / 2 and -w / 2."""
        return (2.0 if self.table.shape[1] == 2 else 1.0) / (self.C * float(self.table.sum()))


def principal(X: Any, X_test: Any, weight: Doubles) -> tuple[Doubles, Doubles]:
    """Return coordinates of rows on the principal axes of the training rows, (m, r) and (t, r), r <= m.

    Inner products of training rows with training rows and with tested rows do not change, up to rounding.

    Args:
        X: (m, f) training rows.
        X_test: (t, f) tested rows.
        weight: (m,) how often each training row counts.
    """
    root = np.sqrt(weight / weight.sum())
    if X.shape[1] <= X.shape[0]:
        rows = _dense(X) * root[:, None]
        spread, axes = eigh(rows.T @ rows)
        kept = spread > _NULL * spread[-1]
        kept[-1] = True  # contents whose features are all zero keep one coordinate, which is zero
        return np.asarray(X @ axes[:, kept]), np.asarray(X_test @ axes[:, kept])
    inner = _dense(X @ X.T)
    spread, basis = eigh(inner * root * root[:, None])
    kept = spread > _NULL * spread[-1]
    kept[-1] = True
    axes = basis[:, kept] * root[:, None] / np.sqrt(np.maximum(spread[kept], np.finfo(np.float64).tiny))
    return inner @ axes, np.asarray(_dense(X_test @ X.T) @ axes)


def _dense(matrix: Any) -> Any:
    return matrix.toarray() if issparse(matrix) else matrix
