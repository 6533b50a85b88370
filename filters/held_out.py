"""Predictions of models for items on which they were not fitted: the scores of rules that train a model."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    import numpy.typing as npt


def forest_probabilities(
    vectors: npt.NDArray[np.float64],
    labels: npt.NDArray[np.intp],
    folds: npt.NDArray[np.intp],
    *,
    trees: int,
    seed: int,
) -> npt.NDArray[np.float64]:
    """Score every item by a random forest that was fitted on the other folds.

    Args:
        vectors: One feature vector for each item.
        labels: The items' answers, as numbers.
        folds: The items' folds.
        trees: Trees of each forest.
        seed: Seed of each forest.

    Returns:
        The probability of each item's answer; 0 for answers that the other folds lack, NaN for all items if there is
        only one fold, because then there are no items to fit on.
    """
    import numpy as np
    from sklearn.ensemble import RandomForestClassifier

    scores = np.full(len(labels), np.nan)
    present = np.unique(folds)
    with _fitting():
        for fold in present if len(present) > 1 else ():
            test = folds == fold
            forest = RandomForestClassifier(trees, random_state=seed, n_jobs=-1)
            forest.fit(vectors[~test], labels[~test])
            forest.set_params(n_jobs=1)  # the order in which several jobs add up votes changes the last digits
            chances = forest.predict_proba(vectors[test])
            scores[test] = np.where(forest.classes_ == labels[test, None], chances, 0.0).sum(axis=1)
    return scores


def linear_hits(
    vectors: npt.NDArray[np.float64],
    labels: npt.NDArray[np.intp],
    *,
    partitions: int,
    train: int,
    rng: np.random.Generator,
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Fit a logistic regression on a random part of the items, predict the answers of the others, and repeat.

    Args:
        vectors: One feature vector for each item.
        labels: The items' answers, as numbers.
        partitions: Number of repetitions.
        train: Size of the random part.
        rng: Random generator for the parts.

    Returns:
        The number of right predictions for each item, and the number of all its predictions.
    """
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    hits, predictions = np.zeros((2, len(labels)), dtype=np.intp)
    with _fitting():
        for _ in range(partitions):
            order = rng.permutation(len(labels))
            fitted, held_out = order[:train], order[train:]
            if len(np.unique(labels[fitted])) == 1:  # a single answer needs no model
                predicted = np.full(len(held_out), labels[fitted[0]])
            else:
                model = LogisticRegression(max_iter=1000).fit(vectors[fitted], labels[fitted])
                predicted = model.predict(vectors[held_out])
            hits[held_out] += predicted == labels[held_out]
            predictions[held_out] += 1
    return hits, predictions


@contextmanager
def _fitting() -> Iterator[None]:
    """Fit with one BLAS thread: more threads are slower on small matrices, and change the last digits."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1), warnings.catch_warnings():
        # Answers are classes, even if there are many of them.
        warnings.filterwarnings("ignore", message="The number of unique classes")
        yield
