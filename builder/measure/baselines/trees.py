"""Gradient-boosted trees on counted rows, by scikit-learn, stopped when held-out contents stop gaining."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from twokeys.builder.measure.baselines.problem import Counts, Floats, Ints

CLASSES = 30
"""Most frequent classes, which get trees; all other classes keep their share of the training rows."""
TREES = 600
"""Most trees in all: a step of boosting fits one tree for each class, or a single tree for two classes."""
STEPS = 32
"""Number of quantiles into which `steps` divides a feature."""
HELD_OUT = 5
"""One content in so many is held out to choose the number of steps."""


def boosted(X: Floats, train: Counts, contents: Ints, X_test: Floats, seed: int, trees: int = TREES) -> Floats:
    """Fit on weighted rows and predict.

    Rows of one content are never both fitted on and held out. One choice is no step at all, which is the prior: on
    random labels the prediction is the prior.

    Args:
        X: (c, f) features of the training contents.
        train: The training rows.
        contents: (c,) content index of the rows of `X`, sorted.
        X_test: (t, f) features to predict.
        seed: Seed of the held-out contents.
        trees: Most trees in all; a step of two classes counts as six trees.

    Returns:
        (t, train.classes) probabilities.
    """
    prior = train.prior
    probabilities = np.tile(prior, (len(X_test), 1))
    kept = np.argsort(-prior, kind="stable")[:CLASSES]
    kept = np.sort(kept[prior[kept] > 0])
    held_out = held_out_contents(len(contents), seed)
    if len(kept) < 2 or held_out.all() or not held_out.any():
        return probabilities
    place = np.full(train.classes, -1)
    place[kept] = np.arange(len(kept))
    rows = _Rows(X, np.searchsorted(contents, train.content), place[train.label], train.count, trees)
    with threadpool_limits(1):  # small data: threads would wait for each other
        steps = rows.best_steps(held_out, prior[kept] / prior[kept].sum(), seed)
        if steps:
            model = rows.fit(np.ones(len(contents), dtype=bool), steps, seed)
            columns = kept[model.classes_]
            probabilities[:, columns] = model.predict_proba(X_test) * prior[columns].sum()
    return probabilities


def steps(X: Floats, like: Floats) -> Floats:
    """Replace features by the numbers of their quantiles in `like`; scikit-learn would need ten times as long."""
    edges = [np.unique(np.quantile(column, np.arange(1, STEPS) / STEPS, method="lower")) for column in like.T]
    codes = [np.searchsorted(edge, column) for edge, column in zip(edges, X.T, strict=True)]
    return np.stack(codes, axis=1).astype(np.float32)


def held_out_contents(contents: int, seed: int) -> NDArray[np.bool_]:
    """(contents,) which training contents are held out to decide when a fit stops."""
    return np.asarray(np.random.default_rng(seed).permutation(contents) % HELD_OUT == 0, dtype=bool)


class _Rows:
    """Training rows of the classes that get trees."""

    def __init__(self, X: Floats, row: Ints, label: Ints, weight: Floats, trees: int) -> None:
        used, self._trees = label >= 0, trees
        self._X, self._row, self._label, self._weight = X, row[used], label[used], weight[used]

    def fit(self, contents: NDArray[np.bool_], steps: int, seed: int) -> HistGradientBoostingClassifier:
        """Fit a number of steps on the rows of some contents."""
        part = contents[self._row]
        model = HistGradientBoostingClassifier(
            learning_rate=0.1,
            max_iter=steps,
            max_leaf_nodes=15,
            min_samples_leaf=5,
            l2_regularization=1.0,
            early_stopping=False,
            random_state=seed,
        )
        return model.fit(self._X[self._row[part]], self._label[part], sample_weight=self._weight[part])

    def best_steps(self, held_out: NDArray[np.bool_], prior: Floats, seed: int) -> int:
        """Return the number of steps with the least loss on held-out contents; 0 for the prior."""
        labels = np.unique(self._label[~held_out[self._row]])
        if len(labels) < 2:
            return 0
        steps = max(10, self._trees // (len(labels) if len(labels) > 2 else 6))
        model = self.fit(~held_out, steps, seed)
        part = held_out[self._row] & np.isin(self._label, labels)
        X, column = self._X[self._row[part]], np.searchsorted(labels, self._label[part])

        def loss(p: Floats) -> float:
            return -float(np.average(np.log(np.maximum(p, 1e-6)), weights=self._weight[part]))

        if not part.any():
            return 0
        losses = [loss(prior[self._label[part]])]
        rows = np.arange(len(column))
        losses += [loss(p[rows, column]) for p in model.staged_predict_proba(X)]
        return int(np.argmin(losses))
