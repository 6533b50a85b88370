"""Metadata of a file and a row, and their places in the source: a shortcut that needs neither question nor image."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from twokeys.builder.measure.baselines.baseline import Baseline
from twokeys.builder.measure.baselines.problem import Counts, Floats, Ints, Problem
from twokeys.builder.measure.baselines.screening import bits, screened
from twokeys.builder.measure.baselines.trees import boosted, steps
from twokeys.builder.measure.places import neighbours
from twokeys.core.views import View


class Metadata(Baseline):
    """Trees and screened logistic regression on files, fields, ids, ranks and neighbours' answers."""

    name = "metadata"
    views: ClassVar[tuple[View, ...]] = ("question", "image")
    also: ClassVar[tuple[str, ...]] = ("metadata", "place")
    needs = "minutes"
    kin = "metadata"
    version = 2

    def predict(self, problem: Problem, train: Counts, test: Ints, seed: int) -> Floats:
        """Fit on the training contents' fields."""
        contents = np.unique(train.content)
        fitted, tested = (self._features(problem, train, rows) for rows in (contents, test))
        trees = boosted(steps(fitted, fitted), train, contents, steps(tested, fitted), seed)
        linear = screened(bits(fitted, fitted), train, bits(tested, fitted), seed)
        # If one of the two detects nothing, it predicts the prior, and the other decides.
        return ((trees + linear) / 2).astype(np.float32)

    def _features(self, problem: Problem, train: Counts, contents: Ints) -> Floats:
        """Return the features: all matrices that the family reads, and the labels of neighbouring rows."""
        read = (*self.reads, *self.also)
        parts = [np.asarray(problem.matrices[name][contents]) for name in read if name in problem.matrices]
        if "place" in problem.matrices:
            parts.append(neighbours(problem.matrices["place"], train, contents))
        return np.concatenate(parts, axis=1)
