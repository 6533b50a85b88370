"""Images in detail, by screening: a cue in a corner, border, frequency or compression table."""

from __future__ import annotations

import numpy as np

from twokeys.builder.measure.baselines.baseline import Baseline
from twokeys.builder.measure.baselines.problem import Counts, Floats, Ints, Problem
from twokeys.builder.measure.baselines.screening import bits, screened
from twokeys.builder.measure.details import summary


class Detail(Baseline):
    """Logistic regression on screened `twokeys.builder.measure.details`, as numbers and, pixels aside, as bits."""

    name = "detail"
    views = ("image",)
    forms = ("answer",)
    reads = ("detail",)
    needs = "minutes"

    def predict(self, problem: Problem, train: Counts, test: Ints, seed: int) -> Floats:
        """Screen and fit on the training contents."""
        seen = np.asarray(problem.matrices["detail"], dtype=np.float32)
        numbers = summary(seen)
        X = np.concatenate([seen, bits(numbers, numbers)], axis=1)
        return screened(X[np.unique(train.content)], train, X[test], seed)
