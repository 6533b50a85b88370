"""Boosted trees on counted rows: what they keep of the prior, and when they stay with it."""

from __future__ import annotations

import numpy as np
import pytest

from twokeys.builder.measure.baselines.problem import count
from twokeys.builder.measure.baselines.trees import CLASSES, boosted


def test_an_interaction_is_learned() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(600, 3)).astype(np.float32)
    label = ((X[:, 0] > 0) ^ (X[:, 1] > 0)).astype(np.int64)
    found = boosted(X[:400], count(np.arange(400), label[:400], 2), np.arange(400), X[400:], 0)
    assert (found.argmax(axis=1) == label[400:]).mean() > 0.9


def test_features_that_say_nothing_leave_the_prior() -> None:
    rng = np.random.default_rng(1)
    X, label = rng.normal(size=(400, 3)).astype(np.float32), (rng.random(400) < 0.3).astype(np.int64)
    train = count(np.arange(400), label, 2)
    found = boosted(X, train, np.arange(400), X[:5], 0)
    assert found == pytest.approx(np.tile(train.prior, (5, 1)), abs=0.1)


def test_rare_classes_keep_their_share() -> None:
    # 40 classes; the first ten are told by a number and hold most rows, of the others only CLASSES - 10 get trees.
    rng = np.random.default_rng(2)
    label = np.concatenate([rng.integers(0, 10, 900), np.arange(10, 40)])
    X = np.stack([label, rng.normal(size=len(label))], axis=1).astype(np.float32)
    train = count(np.arange(len(label)), label, 40)
    found = boosted(X, train, np.arange(len(label)), X[:20], 0)
    assert found.sum(axis=1) == pytest.approx(np.ones(20), abs=1e-4)
    assert (found[:, :10].argmax(axis=1) == label[:20]).all()
    assert found[:, CLASSES:] == pytest.approx(np.tile(train.prior[CLASSES:], (20, 1)))


def test_a_content_seen_often_weighs_as_much() -> None:
    # The only feature says nothing but which of two contents it is; one was answered 1 nine times of ten.
    content = np.tile(np.arange(40), 10)
    label = np.where(content < 20, np.arange(400) < 360, np.arange(400) < 40).astype(np.int64)
    X = (np.arange(40) < 20).astype(np.float32)[:, None]
    found = boosted(X, count(content, label, 2), np.arange(40), np.array([[1.0], [0.0]], dtype=np.float32), 0)
    assert found[:, 1] == pytest.approx([0.9, 0.1], abs=0.05)
