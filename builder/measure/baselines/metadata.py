"""What a file and a row say of themselves, and where they stand: a shortcut for who looks at neither side."""

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
        known, asked = (self._features(problem, train, rows) for rows in (contents, test))
        trees = boosted(steps(known, known), train, contents, steps(asked, known), seed)
        linear = screened(bits(known, known), train, bits(asked, known), seed)
        # Where one of them finds nothing it says the prior, and the other one decides.
        return ((trees + linear) / 2).astype(np.float32)

    def _features(self, problem: Problem, train: Counts, contents: Ints) -> Floats:
        """What the trees read: all matrices that the family reads, and labels of neighbours."""
        read = (*self.reads, *self.also)
        parts = [np.asarray(problem.matrices[name][contents]) for name in read if name in problem.matrices]
        if "place" in problem.matrices:
            parts.append(neighbours(problem.matrices["place"], train, contents))
        return np.concatenate(parts, axis=1)
