"""The answer prior of a question, with back-off to its type: the oldest shortcut in VQA."""

from __future__ import annotations

import numpy as np

from twokeys.builder.measure.baselines.baseline import Baseline
from twokeys.builder.measure.baselines.problem import Counts, Floats, Ints, Problem

STRENGTH = 1.0
"""Pseudo-counts of a coarser level in the estimate of a finer level (interpolation after Jelinek and Mercer)."""


def levels(context: str, text: str) -> tuple[str, ...]:
    """Keys of a content from coarse to fine.

    For questions: the first one, two and three words (VQA v2 defines its question types so), then the whole text. For
    options: the option text in any question, then within its question.

    Example:
        >>> levels("", "is there a red cube?")
        ('is', 'is there', 'is there a', 'is there a red cube?')
    """
    if context:
        return (text.lower(), f"{context}\n{text}")
    words = text.lower().split()
    return (*(" ".join(words[:n]) for n in (1, 2, 3)), text)


class Prior(Baseline):
    """Smoothed answer frequencies per question, with back-off to question type."""

    name = "prior"
    views = ("question", "choices")
    version = 2

    def predict(self, problem: Problem, train: Counts, test: Ints, seed: int) -> Floats:
        """Interpolate from the global prior down to the exact text."""
        contents, table = train.by_content()
        # By depth and key: a question of three words equals its first three words, and must not count twice.
        frequencies: dict[tuple[int, str], Floats] = {}
        for content, row in zip(contents.tolist(), table, strict=True):
            for key in enumerate(levels(problem.context[content], problem.text[content])):
                frequencies[key] = frequencies[key] + row if key in frequencies else row
        beliefs = np.empty((len(test), train.classes), dtype=np.float32)
        for position, content in enumerate(test.tolist()):
            belief = train.prior
            for key in enumerate(levels(problem.context[content], problem.text[content])):
                if key in frequencies:
                    row = frequencies[key]
                    belief = (row + STRENGTH * belief) / (row.sum() + STRENGTH)
            beliefs[position] = belief
        return beliefs
