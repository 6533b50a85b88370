"""Linear probe: reads the answer off the image's embedding alone."""

from __future__ import annotations

import numpy as np

from twokeys.builder.measure.baselines.baseline import Baseline
from twokeys.builder.measure.baselines.linear import logistic
from twokeys.builder.measure.baselines.problem import Counts, Floats, Ints, Problem


class Probe(Baseline):
    """Logistic regression on unit vectors."""

    name = "probe"
    views = ("image",)
    forms = ("answer",)
    reads = ("vectors",)
    version = 4

    def predict(self, problem: Problem, train: Counts, test: Ints, seed: int) -> Floats:
        """Fit on the training contents' vectors."""
        vectors = problem.matrices["vectors"]
        return logistic(vectors[np.unique(train.content)], train, vectors[test], C=10.0)
