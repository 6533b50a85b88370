"""The most frequent answer, whatever the question and the image."""

from __future__ import annotations

import numpy as np

from twokeys.builder.measure.baselines.baseline import Baseline
from twokeys.builder.measure.baselines.problem import Counts, Floats, Ints, Problem


class Majority(Baseline):
    """Predicts the training folds' answer distribution."""

    name = "majority"
    views = ("image",)
    forms = ("answer",)

    def predict(self, problem: Problem, train: Counts, test: Ints, seed: int) -> Floats:
        """Repeat the prior."""
        return np.tile(train.prior, (len(test), 1))
