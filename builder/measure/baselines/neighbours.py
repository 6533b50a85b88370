"""Vote of the nearest training contents by embedding (FAISS)."""

from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_limits

from twokeys.builder.measure.baselines.baseline import Baseline
from twokeys.builder.measure.baselines.problem import Counts, Floats, Ints, Problem
from twokeys.builder.measure.neighbours import Index

K = 10
ALIKE = 1e-5
"""Similarities that differ by less are one: contents as near as the last of the nearest vote too, or the last bit of a
vector would choose between them."""
SPARE = 10
"""Contents beyond the nearest that are looked at for that."""
TEMPERATURE = 0.05
"""A neighbour that is 0.05 less similar than the nearest counts 1 / e as much."""


class Neighbours(Baseline):
    """Label shares of the K nearest contents, weighted by similarity and smoothed by the prior."""

    name = "neighbours"
    views = ("question", "choices", "image")
    reads = ("vectors",)
    version = 2

    def predict(self, problem: Problem, train: Counts, test: Ints, seed: int) -> Floats:
        """Average the neighbours' label distributions."""
        contents, table = train.by_content()
        with threadpool_limits(1):  # sums in one order, whatever the number of cores
            similarity, index = nearest(problem, contents, test, K + SPARE)
        voting = (index >= 0) & (similarity >= similarity[:, min(K, index.shape[1]) - 1 :][:, :1] - ALIKE)
        weight = np.exp((similarity - similarity[:, :1]) / TEMPERATURE) * voting
        # A content seen a thousand times says no more about its neighbours than one seen ten times: shares, not counts.
        # One pseudo-count of the prior keeps contents that were seen once from being certain.
        share = (table + train.prior) / (table.sum(axis=1, keepdims=True) + 1)
        found = np.zeros((len(test), train.classes), dtype=np.float32)
        for neighbour in range(index.shape[1]):
            found += weight[:, neighbour : neighbour + 1] * share[index[:, neighbour]]
        found /= weight.sum(axis=1, keepdims=True)
        return found


def nearest(problem: Problem, contents: Ints, test: Ints, k: int) -> tuple[Floats, Ints]:
    """Similarities and positions in `contents` of each test content's nearest, best first."""
    vectors = problem.matrices["vectors"]
    return Index(vectors[contents]).nearest(vectors[test], k)
