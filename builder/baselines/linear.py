"""Multinomial logistic regression on counted rows, by scikit-learn."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from builder.baselines.problem import Counts, Floats


def logistic(X: Any, train: Counts, X_test: Any, C: float) -> Floats:
    """Fit on weighted rows and predict.

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
    model = LogisticRegression(C=C, max_iter=100, tol=1e-3)
    with warnings.catch_warnings():
        # 100 steps are plenty for a baseline; whether the last digit has converged does not matter here.
        warnings.simplefilter("ignore", ConvergenceWarning)
        # Open answers have many classes of few rows each, and still are classes.
        warnings.filterwarnings("ignore", "The number of unique classes", UserWarning)
        model.fit(X, train.label, sample_weight=train.count)
    found[:, model.classes_] = model.predict_proba(X_test)
    return found
