"""Minibatches find what the whole fit finds, and claim no more."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array, random_array

from tests.builder.measure.baselines.toys import cross_fitted, toy
from twokeys.builder.measure.baselines import tfidf
from twokeys.builder.measure.baselines.linear import logistic
from twokeys.builder.measure.baselines.minibatches import logistic_in_minibatches
from twokeys.builder.measure.baselines.problem import Counts, count


def drawn(contents: int, classes: int = 4, features: int = 30) -> tuple[csr_array, Counts]:
    """Contents whose labels a linear model draws, in a table with gaps, as thousands of rare answers make them."""
    rng = np.random.default_rng(3)
    X = csr_array(random_array((contents, features), density=0.2, rng=rng, dtype=np.float32))
    logits = 4 * X @ rng.normal(size=(features, classes))
    label = (logits + rng.gumbel(size=logits.shape)).argmax(axis=1)
    return X, count(np.arange(contents), label, classes + 1)


def test_it_says_nearly_what_the_fit_to_the_end_says() -> None:
    X, train = drawn(3_000)
    tested = X[:500]
    whole = logistic(X, train, tested, C=2.0)
    quick = logistic_in_minibatches(X, train, tested, C=2.0, seed=0)
    assert quick.sum(axis=1) == pytest.approx(np.ones(500), abs=1e-4)
    assert (whole.argmax(axis=1) == quick.argmax(axis=1)).mean() > 0.95
    assert np.abs(whole - quick).mean() < 0.02
    assert quick[:, -1].max() < 1e-3  # no row has the last class


def test_it_is_a_function_of_its_rows_and_its_seed() -> None:
    X, train = drawn(2_500)
    one, same, other = (logistic_in_minibatches(X, train, X[:50], 2.0, seed) for seed in (1, 1, 2))
    assert (one == same).all()
    assert not (one == other).all()
    assert one == pytest.approx(other, abs=0.2)


def test_repeated_rows_count_as_often_as_they_occur() -> None:
    X = csr_array(np.eye(2, dtype=np.float32))
    train = count(np.repeat([0, 1], [100, 100]), np.repeat([0, 1, 0, 1], [90, 10, 10, 90]), 2)
    found = logistic_in_minibatches(X, train, X, C=1e4, seed=0)
    assert found[0, 0] == pytest.approx(0.9, abs=0.1)
    assert found[1, 1] == pytest.approx(0.9, abs=0.1)


@pytest.mark.parametrize(("cue", "low", "high"), [(True, 0.9, 1.0), (False, 0.35, 0.65)])
def test_of_many_contents_tfidf_finds_a_cue_and_no_other(
    monkeypatch: pytest.MonkeyPatch, cue: bool, low: float, high: float
) -> None:
    monkeypatch.setattr(tfidf, "MOST_CELLS", 0)
    monkeypatch.setattr(tfidf, "logistic", None)  # the fit to the end is not called
    assert low <= cross_fitted(tfidf.Tfidf(), toy("answer", cue)) <= high
