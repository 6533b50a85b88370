"""Multinomial logistic regression on counted contents.

A content that a thousand rows show with three answers is one row of features with three counts: the likelihood of all
rows is a function of these counts, so the optimum is that of all rows, and a step costs contents x features x answers.
scikit-learn's LogisticRegression reaches it on counted (content, label) rows, whose features it repeats for every label
of a content: on easy-VQA it takes 2.8 times the time on vectors of 5,000 images and 1.7 times on n-grams of 107
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
from threadpoolctl import threadpool_limits

from twokeys.builder.measure.baselines.problem import Counts, Floats

MOST_ROWS = 2_000
"""Contents, or features, up to which rows are turned to their principal axes: these cost the cube."""
FEW_STEPS, MANY_STEPS = 1_000, 20_000
"""Steps at most: many where rows were turned to few axes, and a step costs little."""
SLOPE = 1e-5
"""The slope at which a fit has arrived, in coordinates in which the loss curves alike everywhere.
It is that small so that a fit is a function of its rows: what stops on the way stops elsewhere when a last bit of
the features differs, and another answer, another bin and another selected set follow."""
PRECISION = 1e-15
"""Share of the loss by which a step must lessen it: below, numbers have no digits left, and the fit has arrived."""
_NULL = 1e-6
"""Directions of less than this share of the largest variance are rounding."""
Doubles = NDArray[np.float64]


def logistic(X: Any, train: Counts, X_test: Any, C: float) -> Floats:
    """Fit on counted contents and predict.

    Rows are turned to the principal axes of the training contents where contents or features are few: the penalty does
    not mind, n-grams of questions have far fewer axes than features, and there the loss curves along the axes.

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
    with threadpool_limits(1):  # sums in one order, whatever the number of cores
        X, X_test = (part.astype(np.float64) for part in (X, X_test))
        counts = table[:, present].astype(np.float64)
        if min(X.shape) <= MOST_ROWS:
            X, X_test = principal(X, X_test, counts.sum(axis=1))
        weights, bias = _Likelihood(X, counts, C).best()
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
    table: Doubles
    C: float

    def best(self) -> tuple[Doubles, Doubles]:
        """Coefficients (k, f) and intercepts (k,) of least loss, by L-BFGS; warns where it did not arrive."""
        scale, rows = self._scale(), self.table.sum(axis=1, keepdims=True)

        def scaled(flat: Doubles) -> tuple[float, Doubles]:
            loss, slope = self._loss(flat.reshape(scale.shape) * scale, rows)
            return loss, (slope * scale).ravel()

        steps = MANY_STEPS if min(self.X.shape) <= MOST_ROWS else FEW_STEPS
        options = {"maxiter": steps, "maxfun": 2 * steps, "gtol": SLOPE, "ftol": PRECISION, "maxls": 50, "maxcor": 20}
        found = minimize(scaled, np.zeros(scale.size), method="L-BFGS-B", jac=True, options=options)
        if not found.success:
            # A baseline that is fitted less well than it could be finds less: whoever reads its accuracy should know.
            size = f"{self.X.shape[0]:,} contents, {self.X.shape[1]:,} features and {len(scale):,} answers"
            said = f"logistic regression of {size} ended early, after {found.nit} steps: {found.message}"
            warnings.warn(said, ConvergenceWarning, stacklevel=3)
        both: Doubles = found.x.reshape(scale.shape) * scale
        return both[:, :-1], both[:, -1]

    def _loss(self, both: Doubles, rows: Doubles) -> tuple[float, Doubles]:
        """Loss and slope at coefficients and intercepts, (k, f + 1)."""
        total = float(rows.sum())
        likely = log_softmax(self.X @ both[:, :-1].T + both[:, -1], axis=1)
        off = (rows * np.exp(likely) - self.table) / total
        strength = self._strength
        slope = np.column_stack([_dense(self.X.T @ off).T + strength * both[:, :-1], off.sum(axis=0)])
        loss = -(self.table * likely).sum() / total + strength / 2 * (both[:, :-1] ** 2).sum()
        return float(loss), slope

    def _scale(self) -> Doubles:
        """(k, f + 1) by which coordinates are scaled: about one over the root of the curvature at the prior."""
        share = self.table.sum(axis=0) / self.table.sum()
        spread = (share * (1 - share))[:, None]
        weight = self.table.sum(axis=1) / self.table.sum()
        squares = self.X.multiply(self.X) if issparse(self.X) else self.X**2
        curvature = spread * np.asarray(weight @ squares).reshape(1, -1) + self._strength
        scale: Doubles = 1 / np.sqrt(np.column_stack([curvature, spread]))
        return scale

    @property
    def _strength(self) -> float:
        """Of the penalty. Two classes could do with one row of coefficients, w; they share it as w / 2 and -w / 2."""
        return (2.0 if self.table.shape[1] == 2 else 1.0) / (self.C * float(self.table.sum()))


def principal(X: Any, X_test: Any, weight: Doubles) -> tuple[Doubles, Doubles]:
    """Coordinates of rows on the principal axes of the training rows, (m, r) and (t, r), r <= m.

    Inner products among training rows and with tested rows are as before, up to rounding.

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
        kept[-1] = True  # contents whose features are all nought keep one coordinate, which is nought
        return np.asarray(X @ axes[:, kept]), np.asarray(X_test @ axes[:, kept])
    inner = _dense(X @ X.T)
    spread, basis = eigh(inner * root * root[:, None])
    kept = spread > _NULL * spread[-1]
    kept[-1] = True
    axes = basis[:, kept] * root[:, None] / np.sqrt(np.maximum(spread[kept], np.finfo(np.float64).tiny))
    return inner @ axes, np.asarray(_dense(X_test @ X.T) @ axes)


def _dense(matrix: Any) -> Any:
    return matrix.toarray() if issparse(matrix) else matrix
