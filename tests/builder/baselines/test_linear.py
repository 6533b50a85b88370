"""Logistic regression on counted rows is logistic regression on all rows."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from builder.baselines.linear import logistic
from builder.baselines.problem import Counts


def test_a_row_counted_three_times_is_three_rows() -> None:
    rng = np.random.default_rng(0)
    X, label, times = rng.normal(size=(30, 4)), rng.integers(0, 3, 30), rng.integers(1, 4, 30)
    asked = rng.normal(size=(5, 4))
    counted = logistic(X, Counts(np.arange(30), label, times.astype(np.float32), 3), asked, C=1.0)
    spelled = LogisticRegression(C=1.0, max_iter=1000).fit(np.repeat(X, times, axis=0), np.repeat(label, times))
    assert counted == pytest.approx(spelled.predict_proba(asked), abs=2e-2)


def test_classes_that_training_lacks_have_no_probability() -> None:
    X = np.array([[0.0], [1.0], [0.1], [0.9]])
    found = logistic(X, Counts(np.arange(4), np.array([1, 3, 1, 3]), np.ones(4, dtype=np.float32), 5), X, C=1.0)
    assert found.shape == (4, 5)
    assert (found[:, [0, 2, 4]] == 0).all()
    assert found[:, [1, 3]].argmax(axis=1).tolist() == [0, 1, 0, 1]
