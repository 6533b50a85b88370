"""What a file and a row say of themselves: a shortcut that nobody looks for, because nobody looks at all."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from builder.baselines.baseline import Baseline, View
from builder.baselines.problem import Counts, Floats, Ints, Matrix, Problem
from builder.baselines.trees import boosted


class Metadata(Baseline):
    """Boosted trees on `builder.metadata`: a picture's bytes, width and height, or a row's published fields."""

    name = "metadata"
    views: ClassVar[tuple[View, ...]] = ("question", "image")
    reads: ClassVar[tuple[Matrix, ...]] = ("metadata",)
    needs = "minutes"
    kin = "metadata"

    def predict(self, problem: Problem, train: Counts, test: Ints, seed: int) -> Floats:
        """Fit on the training contents' fields."""
        contents = np.unique(train.content)
        return boosted(self.features(problem, contents), train, contents, self.features(problem, test), seed)

    def features(self, problem: Problem, contents: Ints) -> Floats:
        """What the trees read: all matrices that the family reads."""
        return np.concatenate([getattr(problem, matrix)[contents] for matrix in self.reads], axis=1)
