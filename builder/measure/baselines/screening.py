"""Screening: logistic regression on the few most informative of very many features.

A cue in one feature of twenty thousand drowns in a fit on all of them. So features are ranked by their information
alone, and held-out contents choose how many of the first are used. One choice is none at all, which is the prior. On
random labels the prediction is the prior, most of the time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse

from twokeys.builder.measure.baselines.linear import logistic
from twokeys.builder.measure.baselines.problem import Counts, Floats, Ints
from twokeys.builder.measure.baselines.trees import CLASSES

Bools = NDArray[np.bool_]
SIZES = (1, 2, 4, 8, 16, 32, 64)
"""Possible numbers of features."""
PARTS = 3
"""Parts of the training contents; each is held out once."""
FEWEST = 3
"""Fewest contents in which a feature must differ from its usual value."""
SAME = 1e-4
"""Features whose strengths differ by less, relatively, carry the same information."""
QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)


def screened(X: Any, train: Counts, X_test: Any, seed: int) -> Floats:
    """Fit on screened features and predict.

    Args:
        X: (c, f) features of the training contents, dense or sparse, in the order of `train.by_content()`.
        train: The training rows.
        X_test: (t, f) features to predict.
        seed: Seed of the parts that are held out to choose the number of features.

    Returns:
        (t, train.classes) probabilities.
    """
    return screened_by(lambda fitted: (X, X_test), train, X_test.shape[0], seed)


def screened_by(make: Callable[[Bools], tuple[Any, Any]], train: Counts, tested: int, seed: int) -> Floats:
    """Fit on screened features that are themselves chosen by labels, and predict.

    Args:
        make: Makes the features of all training and tested contents, given (c,) which training contents it may use.
        train: The training rows.
        tested: Number of contents to predict.
        seed: Seed of the parts.

    Returns:
        (tested, train.classes) probabilities.
    """
    _, table = train.by_content()
    if len(table) < 2 * PARTS or (table.sum(axis=0) > 0).sum() < 2:
        return np.tile(train.prior, (tested, 1))
    part = np.random.default_rng(seed).permutation(len(table)) % PARTS
    losses = sum(_losses(make(part != held_out)[0], table, part == held_out) for held_out in range(PARTS))
    size = (0, *SIZES)[int(np.argmin(losses))]
    if not size:
        return np.tile(train.prior, (tested, 1))
    X, X_test = make(np.ones(len(table), dtype=bool))
    chosen, chosen_test = _standard(X, X_test, strongest(X, table, size))
    return logistic(chosen, train, chosen_test, C=1.0)


def strongest(X: Any, table: Floats, most: int) -> Ints:
    """Return the most informative features, strongest first; of equivalent features only the first.

    Args:
        X: (c, f) features.
        table: (c, k) label counts; all contents have the same weight, however many rows show them.
        most: Most features.
    """
    strength = strengths(X, table)
    # Equivalent features have the same strength; a stable sort keeps their order, so the first of each stays.
    ranked = np.argsort(-strength, kind="stable")[: 8 * most]
    ranked = ranked[strength[ranked] > 0]
    falls = -np.diff(strength[ranked], prepend=np.inf)
    fresh = falls > SAME * strength[ranked]
    return np.asarray(ranked[fresh][:most], dtype=np.int64)


def strengths(X: Any, table: Floats) -> NDArray[np.float64]:
    """(f,) squared z-value of each feature for the class with the largest value; 0 if the feature hardly varies."""
    varies = np.flatnonzero(_varies(X))
    z_squared = np.zeros(X.shape[1])
    off = deviations(table)
    part = X[:, varies]
    mean = np.asarray(part.mean(axis=0), dtype=np.float64).reshape(-1)
    squares = part.multiply(part) if issparse(part) else np.square(part)
    spread = np.asarray(squares.mean(axis=0), dtype=np.float64).reshape(-1) - mean**2
    signal = np.asarray(part.T @ off, dtype=np.float64) ** 2 / np.maximum(off.var(axis=0), 1e-9)
    z_squared[varies] = np.where(spread > 1e-9, signal.max(axis=1) / np.maximum(X.shape[0] * spread, 1e-9), 0.0)
    return z_squared


def deviations(table: Floats) -> Floats:
    """(c, k) share of each frequent label in a content, minus the mean of that share over contents."""
    frequent = np.argsort(-table.sum(axis=0), kind="stable")[:CLASSES]
    share = table[:, frequent] / np.maximum(table.sum(axis=1, keepdims=True), 1)
    return np.asarray(share - share.mean(axis=0), dtype=np.float32)


def bits(X: Floats, like: Floats) -> Floats:
    """(u, b) dense features as bits: whether they exceed some quantiles of `like`; labels are not used."""
    columns: list[Bools] = []
    for column, sample in zip(np.asarray(X, dtype=np.float32).T, np.asarray(like, dtype=np.float32).T, strict=True):
        if not len(sample):
            continue
        for step in np.unique([sample.min(), *np.quantile(sample, QUANTILES, method="lower")]):
            if FEWEST <= (sample > step).sum() <= len(sample) - FEWEST:
                columns += [column > step]
    return np.array(columns, dtype=np.float32).reshape(len(columns), len(X)).T


def _varies(X: Any) -> NDArray[np.bool_]:
    if not issparse(X):
        return np.asarray(np.not_equal(X, X[:1]).sum(axis=0) >= FEWEST, dtype=bool)
    count = np.bincount(X.indices, minlength=X.shape[1])
    return np.asarray((count >= FEWEST) & (count <= X.shape[0] - FEWEST), dtype=bool)


def _standard(X: Any, X_test: Any, order: Ints) -> tuple[Floats, Floats]:
    """Return some columns, dense and standardised to mean 0 and variance 1 among the training contents."""
    chosen, tested = (
        part.toarray() if issparse(part) else np.asarray(part) for part in (X[:, order], X_test[:, order])
    )
    mean, scale = chosen.mean(axis=0), np.maximum(chosen.std(axis=0), 1e-6)
    return ((chosen - mean) / scale).astype(np.float32), ((tested - mean) / scale).astype(np.float32)


def _losses(X: Any, table: Floats, held_out: Bools) -> NDArray[np.float64]:
    """Loss on held-out contents of the prior and of each size; infinite after two sizes in a row without a gain."""
    content, label = np.nonzero(table[~held_out])
    train = Counts(content, label, table[~held_out][content, label], table.shape[1])
    tested = table[held_out]
    fitted, held = _standard(X[~held_out], X[held_out], strongest(X[~held_out], table[~held_out], SIZES[-1]))
    losses, worse = [_loss(np.tile(train.prior, (len(tested), 1)), tested)], 0
    for size in SIZES:
        if worse == 2 or size > fitted.shape[1]:
            losses.append(np.inf)
            continue
        losses.append(_loss(logistic(fitted[:, :size], train, held[:, :size], C=1.0), tested))
        worse = 0 if losses[-1] <= min(losses) else worse + 1
    return np.array(losses)


def _loss(scores: Floats, table: Floats) -> float:
    return -float((table * np.log(np.maximum(scores, 1e-3))).sum())
