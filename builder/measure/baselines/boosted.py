"""Gradient-boosted trees on embedding and plain features: they detect interactions that no linear model can."""

from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_limits

from twokeys.builder.measure.baselines.baseline import Baseline
from twokeys.builder.measure.baselines.problem import Counts, Floats, Ints, Problem
from twokeys.builder.measure.baselines.trees import boosted

COMPONENTS = 32
"""Principal components of the embedding: a tree reads one coordinate at a time, and few are informative."""


class Boosted(Baseline):
    """Trees on the principal components of the text's vector beside `twokeys.builder.measure.lexical` features."""

    name = "boosted"
    views = ("question", "choices")
    reads = ("vectors", "lexical")
    needs = "minutes"
    kin = "trees on text"

    def predict(self, problem: Problem, train: Counts, test: Ints, seed: int) -> Floats:
        """Fit components and trees on the training contents."""
        contents = np.unique(train.content)
        vectors, lexical = problem.matrices["vectors"], problem.matrices["lexical"]
        mean = vectors[contents].mean(axis=0)
        centred = vectors[contents] - mean
        with threadpool_limits(1):  # the order of sums must not depend on the number of cores
            components = np.linalg.eigh(centred.T @ centred)[1][:, : -COMPONENTS - 1 : -1]

        def features(rows: Ints) -> Floats:
            return np.concatenate([(vectors[rows] - mean) @ components, lexical[rows]], axis=1)

        return boosted(features(contents), train, contents, features(test), seed)
