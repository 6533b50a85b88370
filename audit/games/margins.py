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
        asked: The questions; those that are the same object are put to the model once for all of their answers.

    Returns:
        One for each.
    """
    # What is claimed of one question about one picture is prepared once, and each answer is scored once.
    places = {_place(one): one for one in asked}
    prepared = {place: _prepared(model, one) for place, one in places.items()}
    items = [item for some in prepared.values() if not isinstance(some, str) for item in some.values()]
    keeps = [(np.ones(item.patches, dtype=bool), np.ones(item.tokens, dtype=bool)) for item in items]
    values = iter(np.log(np.maximum(model.respond(items, keeps)[1], LEAST)) if items else ())
    scored = {
        place: some if isinstance(some, str) else {answer: float(next(values)) for answer in some}
        for place, some in prepared.items()
    }
    return [_margin(scored[_place(one)], one) for one in asked]


def _place(expected: Expected) -> tuple[int, frozenset[str]]:
    """What claims share that need the same answers of the model."""
    return id(expected.question), frozenset((expected.answer, *expected.rivals))


def _margin(scored: dict[str, float] | str, expected: Expected) -> Margin:
    if isinstance(scored, str):
        return Margin(-np.inf, scored)
    return Margin(scored[expected.answer] - max(scored[rival] for rival in expected.rivals))


def _prepared(model: Model, expected: Expected) -> dict[str, Prepared] | str:
    """The question with each of its answers; what the model has no tokens for, if there is something."""
    try:
        return {answer: model.prepare(expected.question, answer) for answer in (expected.answer, *expected.rivals)}
    except Unscorable as error:
        return error.answer if isinstance(error, Unsayable) else expected.question.question
