"""By how much a model prefers an expected answer: log-likelihood of the answer less that of the best other one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audit.models.model import Model, Question

LEAST = 1e-30
"""Probabilities below are as good as none."""


@dataclass(frozen=True)
class Expected:
    """A question with the answer that is expected and those that it must beat.

    Attributes:
        question: The question about its picture.
        answer: The expected answer.
        rivals: Other answers, at least one.
    """

    question: Question
    answer: str
    rivals: tuple[str, ...]


def margins(model: Model, asked: Sequence[Expected]) -> NDArray[np.float64]:
    """Ask a model.

    Args:
        model: The model.
        asked: The questions.

    Returns:
        (n,) nats; above zero where the expected answer is the most likely one.
    """
    items = [model.prepare(one.question, answer) for one in asked for answer in (one.answer, *one.rivals)]
    keeps = [(np.ones(item.patches, dtype=bool), np.ones(item.tokens, dtype=bool)) for item in items]
    values = np.log(np.maximum(model.respond(items, keeps)[1], LEAST)) if items else np.zeros(0)
    found, start = np.empty(len(asked)), 0
    for at, one in enumerate(asked):
        own = values[start : start + 1 + len(one.rivals)]
        found[at], start = own[0] - own[1:].max(), start + len(own)
    return found
