"""Logistic regression on counted contents is logistic regression on all rows."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from twokeys.builder.measure.baselines import linear
from twokeys.builder.measure.baselines.linear import logistic, principal
from twokeys.builder.measure.baselines.problem import Counts, count


def test_a_row_counted_three_times_is_three_rows() -> None:
    rng = np.random.default_rng(0)
    X, label, times = rng.normal(size=(30, 4)), rng.integers(0, 3, 30), rng.integers(1, 4, 30)
    asked = rng.normal(size=(5, 4))
    counted = logistic(X, Counts(np.arange(30), label, times.astype(np.float32), 3), asked, C=1.0)
    spelled = LogisticRegression(C=1.0, max_iter=1000).fit(np.repeat(X, times, axis=0), np.repeat(label, times))
    assert counted == pytest.approx(spelled.predict_proba(asked), abs=2e-2)


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("classes", [2, 4])
def test_contents_with_counts_have_the_optimum_of_all_their_rows(sparse: bool, classes: int) -> None:
    """500 rows that show 12 contents, each with several answers: fitted row by row, and as 12 contents with counts."""
    rng = np.random.default_rng(2)
    X, asked = rng.normal(size=(12, 3)), rng.normal(size=(6, 3))
    content, label = rng.integers(0, 12, 500), rng.integers(0, classes, 500)
    by_row = LogisticRegression(C=0.3, max_iter=2000, tol=1e-8).fit(X[content], label)
    features, unseen = (csr_array(part) if sparse else part for part in (X, asked))
    counted = logistic(features, count(content, label, classes), unseen, C=0.3)
    assert counted == pytest.approx(by_row.predict_proba(asked), abs=5e-4)


def test_one_content_with_three_answers_gets_their_shares() -> None:
    """Nothing tells rows apart, so the intercepts alone fit, and they are free: 6, 3 and 1 of 10."""
    train = Counts(np.zeros(3, dtype=np.int64), np.arange(3), np.array([6, 3, 1], dtype=np.float32), 3)
    assert logistic(np.zeros((1, 2)), train, np.zeros((1, 2)), C=1.0)[0] == pytest.approx([0.6, 0.3, 0.1], abs=5e-3)


@pytest.mark.parametrize("sparse", [False, True])
def test_few_contents_with_many_features_get_the_model_that_they_would_get_feature_by_feature(sparse: bool) -> None:
    rng = np.random.default_rng(1)
    dense = rng.normal(size=(20, 300)) * (rng.random((20, 300)) < 0.2)
    rows, asked = (csr_array(part) if sparse else part for part in (dense, rng.normal(size=(5, 300))))
    content, label = np.repeat(np.arange(20), 2), rng.integers(0, 3, 40)
    train = Counts(content, label, np.ones(40, dtype=np.float32), 3)
    by_feature = LogisticRegression(C=2.0, max_iter=2000, tol=1e-8).fit(dense[content], label)
    dense_asked = asked.toarray() if isinstance(asked, csr_array) else asked
    expected = by_feature.predict_proba(dense_asked)
    assert logistic(rows, train, asked, C=2.0) == pytest.approx(expected, abs=5e-4)


def test_a_fit_that_did_not_arrive_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    X, train = rng.normal(size=(30, 4)), count(np.arange(30), rng.integers(0, 3, 30), 3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        logistic(X, train, X, C=1.0)
    monkeypatch.setattr(linear, "MANY_STEPS", 2)
    with pytest.warns(ConvergenceWarning, match="30 contents, 4 features and 3 answers ended early, after 2 steps"):
        logistic(X, train, X, C=1.0)


@pytest.mark.parametrize(("contents", "features"), [(8, 50), (50, 8)])
def test_coordinates_on_the_principal_axes_keep_inner_products(contents: int, features: int) -> None:
    rng = np.random.default_rng(2)
    X, asked = rng.normal(size=(contents, features)), rng.normal(size=(3, features))
    found, tested = principal(X, asked, rng.integers(1, 5, contents).astype(float))
    assert found.shape == (contents, 8)
    assert found @ found.T == pytest.approx(X @ X.T, abs=1e-4)
    assert tested @ found.T == pytest.approx(asked @ X.T, abs=1e-4)


def test_classes_that_training_lacks_have_no_probability() -> None:
    X = np.array([[0.0], [1.0], [0.1], [0.9]])
    found = logistic(X, Counts(np.arange(4), np.array([1, 3, 1, 3]), np.ones(4, dtype=np.float32), 5), X, C=1.0)
    assert found.shape == (4, 5)
    assert (found[:, [0, 2, 4]] == 0).all()
    assert found[:, [1, 3]].argmax(axis=1).tolist() == [0, 1, 0, 1]


@pytest.mark.parametrize("sparse", [False, True])
def test_a_last_bit_of_the_features_changes_no_more_than_a_last_bit_of_the_probabilities(sparse: bool) -> None:
    """A fit that stops on the way stops elsewhere: by .05 on such rows, when slopes of a thousandth were enough."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 64)).astype(np.float32)
    X /= np.linalg.norm(X, axis=1, keepdims=True)
    train = count(rng.integers(0, 200, 900), rng.integers(0, 40, 900), 40)
    rows = X[np.unique(train.content)]
    other = rows + rng.normal(size=rows.shape).astype(np.float32) * 1e-8
    first, second = (logistic(csr_array(part) if sparse else part, train, X, C=10.0) for part in (rows, other))
    assert np.abs(first - second).max() < 1e-5
