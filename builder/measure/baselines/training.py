"""Train small networks on counted rows: they start at the prior and stop when held-out contents stop gaining."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from twokeys.builder.measure.baselines.problem import Counts, Floats, Ints
from twokeys.builder.run.room import one_thread

HELD_OUT = 6
"""One content in so many is held out to decide when to stop."""
PATIENCE = 4
"""Epochs without gain before training stops."""
GAIN = 1e-3
"""Smallest gain, in nats."""


@dataclass(frozen=True)
class Schedule:
    """The schedule of a training.

    Attributes:
        epochs: Most passes over the contents.
        batch: Contents in a step.
        rate: Learning rate of the head.
        body_rate: Learning rate of everything before the head.
        decay: Weight decay.
        contents: Most contents to fit on, drawn by the seed.
    """

    epochs: int
    batch: int
    rate: float
    body_rate: float
    decay: float = 0.01
    contents: int = 20_000


@contextmanager
def reproducible(seed: int) -> Iterator[None]:
    """Seed torch and make sums independent of the number of cores; the previous settings are restored."""
    with one_thread(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


def head(inputs: int, prior: Floats) -> nn.Linear:
    """Make a last layer that predicts the prior before training."""
    layer = nn.Linear(inputs, len(prior))
    nn.init.zeros_(layer.weight)
    with torch.no_grad():
        layer.bias.copy_(torch.from_numpy(np.log(np.maximum(prior, 1e-6))))
    return layer


def train_and_predict(
    body: nn.Module, last: nn.Linear, show: Callable[[Ints], Tensor], train: Counts, test: Ints, seed: int,
    schedule: Schedule,
) -> Floats:  # fmt: skip
    """Train `last(body(show(contents)))` on the training rows and predict.

    The state with the least loss on held-out contents makes the predictions. The state before the first step, which is
    the prior, is a candidate. So on random labels the prediction stays at the prior.

    Args:
        body: Everything before the last layer.
        last: Made by `head`.
        show: Makes the input of some contents.
        train: The training rows.
        test: (t,) contents to predict.
        seed: Seed of the order of contents.
        schedule: The schedule.

    Returns:
        (t, train.classes) probabilities.
    """
    contents, table = train.by_content()
    model = nn.Sequential(body, last)
    generator = np.random.default_rng(seed)
    order = generator.permutation(len(contents))[: schedule.contents]
    held_out, fitted = order[::HELD_OUT], np.delete(order, np.s_[::HELD_OUT])
    if len(fitted):
        rates: list[dict[str, Any]] = [
            {"params": list(body.parameters()), "lr": schedule.body_rate},
            {"params": list(last.parameters())},
        ]
        optimiser = torch.optim.AdamW(rates, lr=schedule.rate, weight_decay=schedule.decay)
        best, least, stale = copy.deepcopy(model.state_dict()), _loss(model, show, contents, table, held_out), 0
        for _ in range(schedule.epochs):
            _epoch(model, optimiser, show, contents, table, generator.permutation(fitted), schedule.batch)
            loss = _loss(model, show, contents, table, held_out)
            stale = 0 if loss < least - GAIN else stale + 1
            if not stale:
                best, least = copy.deepcopy(model.state_dict()), loss
            if stale == PATIENCE:
                break
        model.load_state_dict(best)
    return _scores(model, show, test).softmax(dim=1).numpy()


def _epoch(
    model: nn.Module, optimiser: torch.optim.Optimizer, show: Callable[[Ints], Tensor], contents: Ints, table: Floats,
    order: Ints, batch: int,
) -> None:  # fmt: skip
    model.train()
    for start in range(0, len(order), batch):
        part = order[start : start + batch]
        optimiser.zero_grad()
        loss = _cross_entropy(model(show(contents[part])), table[part])
        torch.autograd.backward(loss)
        optimiser.step()


def _loss(model: nn.Module, show: Callable[[Ints], Tensor], contents: Ints, table: Floats, rows: Ints) -> float:
    return float(_cross_entropy(_scores(model, show, contents[rows]), table[rows]))


@torch.inference_mode()
def _scores(model: nn.Module, show: Callable[[Ints], Tensor], contents: Ints, batch: int = 64) -> Tensor:
    model.eval()
    return torch.cat([model(show(contents[at : at + batch])) for at in range(0, len(contents), batch)])


def _cross_entropy(scores: Tensor, counts: Floats) -> Tensor:
    """Mean over rows: the weight of a content is the number of its rows."""
    target = torch.from_numpy(counts)
    return -(target * scores.log_softmax(dim=1)).sum() / target.sum()
