"""A vision-language model that sees the image without the question: its replies may reveal answers."""

from __future__ import annotations

import numpy as np

from twokeys.builder.measure.baselines.baseline import Baseline
from twokeys.builder.measure.baselines.linear import logistic
from twokeys.builder.measure.baselines.problem import Counts, Floats, Ints, Problem


class VisionLanguage(Baseline):
    """Logistic regression on the embedded replies of `twokeys.builder.measure.replies`."""

    name = "vlm"
    views = ("image",)
    forms = ("answer",)
    reads = ("replies",)
    needs = "gpu"
    version = 2

    def predict(self, problem: Problem, train: Counts, test: Ints, seed: int) -> Floats:
        """Fit on the training contents' replies."""
        replies = problem.matrices["replies"]
        return logistic(replies[np.unique(train.content)], train, replies[test], C=10.0)
