"""What models say about items that they were not fitted on: the scores of the rules that train a model."""

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
        vectors: One feature vector an item.
        labels: The items' answers, as numbers.
        folds: The items' folds.
        trees: Trees of each forest.
        seed: Seed of each forest.

    Returns:
        The probability of each item's own answer; 0 for answers that the other folds lack, NaN for all items
        when there is one fold only, because then nothing is left to fit on.
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
            forest.set_params(n_jobs=1)  # the order in which jobs add up their votes changes the last digits
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
    """Fit a logistic regression on a random part of the items, ask it about the others, and repeat.

    Args:
        vectors: One feature vector an item.
        labels: The items' answers, as numbers.
        partitions: How often.
        train: Size of the random part.
        rng: Draws the parts.

    Returns:
        How often each item was answered rightly, and how often it was asked about.
    """
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    hits, asked = np.zeros((2, len(labels)), dtype=np.intp)
    with _fitting():
        for _ in range(partitions):
            order = rng.permutation(len(labels))
            fitted, held_out = order[:train], order[train:]
            if len(np.unique(labels[fitted])) == 1:  # nothing to separate: the one answer is the prediction
                predicted = np.full(len(held_out), labels[fitted[0]])
            else:
                model = LogisticRegression(max_iter=1000).fit(vectors[fitted], labels[fitted])
                predicted = model.predict(vectors[held_out])
            hits[held_out] += predicted == labels[held_out]
            asked[held_out] += 1
    return hits, asked


@contextmanager
def _fitting() -> Iterator[None]:
    """Fit with one BLAS thread: on small matrices more are slower, and they change the last digits."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1), warnings.catch_warnings():
        # Answers are classes, however many of them there are.
        warnings.filterwarnings("ignore", message="The number of unique classes")
        yield
