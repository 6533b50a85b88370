"""Training starts at the prior and stays there when there is nothing to learn."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from twokeys.builder.measure.baselines.problem import Ints, count
from twokeys.builder.measure.baselines.training import Schedule, head, reproducible, train_and_predict

SCHEDULE = Schedule(epochs=60, batch=16, rate=0.05, body_rate=0.05)


def predicted(X: np.ndarray, label: np.ndarray, test: Ints, seed: int = 0) -> np.ndarray:
    def show(contents: Ints) -> Tensor:
        return torch.from_numpy(X[contents].astype(np.float32))

    train = count(np.arange(len(label)), label, 2)
    with reproducible(seed):
        body = nn.Sequential(nn.Linear(X.shape[1], 8), nn.ReLU())
        return train_and_predict(body, head(8, train.prior), show, train, test, seed, SCHEDULE)


def test_an_untrained_head_predicts_the_prior() -> None:
    prior = np.array([0.7, 0.2, 0.1], dtype=np.float32)
    assert head(5, prior)(torch.randn(4, 5)).softmax(dim=1).detach().numpy() == pytest.approx(np.tile(prior, (4, 1)))


def test_what_can_be_learned_is_learned() -> None:
    X = np.random.default_rng(0).normal(size=(300, 4))
    label = (np.abs(X[:, 0]) > 0.7).astype(np.int64)
    assert (predicted(X, label[:240], np.arange(240, 300)).argmax(axis=1) == label[240:]).mean() > 0.9


def test_what_cannot_be_learned_leaves_the_prior() -> None:
    rng = np.random.default_rng(3)
    X, label = rng.normal(size=(260, 4)), (rng.random(200) < 0.3).astype(np.int64)
    found = predicted(X, label, np.arange(200, 260))
    assert found[:, 1] == pytest.approx(np.full(60, label.mean()), abs=0.15)


def test_the_seed_decides_and_nothing_else() -> None:
    X = np.random.default_rng(0).normal(size=(80, 4))
    label = (X[:, 0] > 0).astype(np.int64)
    one = predicted(X, label, np.arange(80))
    torch.randn(7)
    assert (one == predicted(X, label, np.arange(80))).all()
    assert (one != predicted(X, label, np.arange(80), seed=1)).any()


def test_two_contents_are_enough_to_go_on() -> None:
    X = np.zeros((3, 2))
    assert predicted(X, np.array([0, 1]), np.arange(3)).sum(axis=1) == pytest.approx(np.ones(3))
