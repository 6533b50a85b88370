"""By how much a model prefers an expected answer: log-likelihood of the answer less that of the best other one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twokeys.audit.models.model import Model, Prepared, Question
from twokeys.core.errors import Unsayable, Unscorable

LEAST = 1e-30
"""Probabilities below are as good as none."""


@dataclass(frozen=True)
class Expected:
    """A question with the answer that is expected and those that it must beat.

    Attributes:
        question: The question about its image.
        answer: The expected answer.
        rivals: Other answers, at least one.
    """

    question: Question
    answer: str
    rivals: tuple[str, ...]


@dataclass(frozen=True)
class Margin:
    """What a model says of an expected answer.

    Attributes:
        nats: Above zero where the expected answer is the most likely one; minus infinity where it cannot be asked.
        unsaid: The first of the answers that the model has no tokens for; it cannot be asked then, for of the others
            it might choose one that it would not have chosen. The question, where that cannot be put to the model.
    """

    nats: float
    unsaid: str | None = None


def margins(model: Model, asked: Sequence[Expected]) -> list[Margin]:
    """Ask a model.

    Args:
        model: The model.
        asked: The questions.

    Returns:
        One per question.
    """
    prepared = [_prepared(model, one) for one in asked]
    items = [item for some in prepared if not isinstance(some, str) for item in some]
    keeps = [(np.ones(item.patches, dtype=bool), np.ones(item.tokens, dtype=bool)) for item in items]
    values = np.log(np.maximum(model.respond(items, keeps)[1], LEAST)) if items else np.zeros(0)
    found, start = list[Margin](), 0
    for some in prepared:
        if isinstance(some, str):
            found.append(Margin(-np.inf, some))
            continue
        own = values[start : start + len(some)]
        found.append(Margin(float(own[0] - own[1:].max())))
        start += len(own)
    return found


def _prepared(model: Model, one: Expected) -> list[Prepared] | str:
    """The question with each of its answers; what the model has no tokens for, if there is something."""
    try:
        return [model.prepare(one.question, answer) for answer in (one.answer, *one.rivals)]
    except Unscorable as error:
        return error.answer if isinstance(error, Unsayable) else one.question.question
