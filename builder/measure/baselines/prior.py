"""The answer prior of a question, with back-off to its type: the oldest shortcut in VQA."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from twokeys.builder.measure.baselines.baseline import Baseline
from twokeys.builder.measure.baselines.problem import Counts, Floats, Ints, Problem

STRENGTH = 1.0
"""Pseudo-counts of a coarser level in the estimate of a finer level (interpolation after Jelinek and Mercer)."""

AT_ONCE = 4_096
"""Contents whose frequencies are in memory as a table."""


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
        contents, row = np.unique(train.content, return_inverse=True)
        table = csr_array((train.count, (row, train.label)), shape=(len(contents), train.classes))
        trained, tested = ([levels(problem.context[at], problem.text[at]) for at in of] for of in (contents, test))
        beliefs = np.tile(train.prior, (len(test), 1))
        # By depth and key: a question of three words equals its first three words, and must not count twice.
        for depth in range(max(map(len, trained), default=0)):
            deep = np.array([at for at, keys in enumerate(trained) if len(keys) > depth], dtype=np.int64)
            code, names = pd.factorize(np.array([trained[at][depth] for at in deep], dtype=object))
            together = csr_array((np.ones(len(deep), np.float32), (code, deep)), shape=(len(names), len(contents)))
            frequencies = csr_array(together @ table)
            asked = [keys[depth] if len(keys) > depth else None for keys in tested]
            place = pd.Index(names, dtype=object).get_indexer(pd.Index(asked, dtype=object))
            for start in range(0, len(test), AT_ONCE):
                there = start + np.flatnonzero(place[start : start + AT_ONCE] >= 0)
                counted = frequencies[place[there]].toarray()
                total = counted.sum(axis=1, keepdims=True)
                beliefs[there] = (counted + STRENGTH * beliefs[there]) / (total + STRENGTH)
        return beliefs
