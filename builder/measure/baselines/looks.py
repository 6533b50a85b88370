"""The look of text, by screening: a cue in letter case, marks, spaces or lengths, independent of the words."""

from __future__ import annotations

import numpy as np

from twokeys.builder.measure.baselines.baseline import Baseline
from twokeys.builder.measure.baselines.problem import Counts, Floats, Ints, Problem
from twokeys.builder.measure.baselines.screening import bits, screened


class Looks(Baseline):
    """Logistic regression on screened `twokeys.builder.measure.looks`, as numbers and as bits."""

    name = "looks"
    views = ("question", "choices")
    reads = ("looks",)
    needs = "minutes"

    def predict(self, problem: Problem, train: Counts, test: Ints, seed: int) -> Floats:
        """Screen and fit on the training contents."""
        looks = problem.matrices["looks"]
        X = np.concatenate([looks, bits(looks, looks)], axis=1)
        return screened(X[np.unique(train.content)], train, X[test], seed)
