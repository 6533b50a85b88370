"""A blind baseline: the number of words of a question is all that it sees."""

from __future__ import annotations

import numpy as np

from twokeys.builder.measure.baselines.baseline import Baseline
from twokeys.builder.measure.baselines.problem import Counts, Floats, Ints, Problem


class Length(Baseline):
    """Answer frequencies by the number of words, with one pseudo-count from the prior."""

    name = "example_length"
    views = ("question",)
    forms = ("answer",)

    def predict(self, problem: Problem, train: Counts, test: Ints, seed: int) -> Floats:
        """Look the number of words up."""
        words = np.array([len(text.split()) for text in problem.text])
        found = np.tile(train.prior, (words.max() + 1, 1))
        np.add.at(found, (words[train.content], train.label), train.count)
        shares: Floats = (found / found.sum(axis=1, keepdims=True))[words[test]].astype(np.float32)
        return shares
