"""A vote of the nearest training contents by embedding (FAISS)."""

from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_limits

from twokeys.builder.measure.baselines.baseline import Baseline
from twokeys.builder.measure.baselines.problem import Counts, Floats, Ints, Problem
from twokeys.builder.measure.neighbours import Index

K = 10
ALIKE = 1e-5
"""Similarities that differ by less are equal: contents as near as the K-th neighbour vote too, or the last bit of a
vector would choose between them."""
SPARE = 10
"""Contents beyond the K nearest that are searched for such ties."""
EXACT_UP_TO = 40_000
"""Up to so many training contents all are compared with all: beyond, minutes a fold. With more, inverted lists are
searched, which miss a few of the nearest."""
PROBES = 8
"""Inverted lists that a search looks into: seven of eight of the nearest questions are there, and the nearest nearly
always (`benchmarks/neighbours.py`)."""
TEMPERATURE = 0.05
"""If a neighbour is less similar than the nearest by this amount, its weight is 1 / e."""


class Neighbours(Baseline):
    """Label shares of the K nearest contents, weighted by similarity and smoothed by the prior."""

    name = "neighbours"
    views = ("question", "choices", "image")
    reads = ("vectors",)
    version = 3

    def predict(self, problem: Problem, train: Counts, test: Ints, seed: int) -> Floats:
        """Average the neighbours' label distributions."""
        contents, table = train.by_content()
        with threadpool_limits(1):  # the order of sums must not depend on the number of cores
            similarity, index = nearest(problem, contents, test, K + SPARE)
        voting = (index >= 0) & (similarity >= similarity[:, min(K, index.shape[1]) - 1 :][:, :1] - ALIKE)
        weight = np.exp((similarity - similarity[:, :1]) / TEMPERATURE) * voting
        # Shares, not counts: a content with a thousand rows says no more about its neighbours than one with ten rows.
        # One pseudo-count of the prior keeps contents with a single row from being certain.
        share = (table + train.prior) / (table.sum(axis=1, keepdims=True) + 1)
        votes = np.zeros((len(test), train.classes), dtype=np.float32)
        for neighbour in range(index.shape[1]):
            votes += weight[:, neighbour : neighbour + 1] * share[index[:, neighbour]]
        votes /= weight.sum(axis=1, keepdims=True)
        return votes


def nearest(problem: Problem, contents: Ints, test: Ints, k: int) -> tuple[Floats, Ints]:
    """Similarities and positions in `contents` of the nearest contents of each test content, best first."""
    vectors = problem.matrices["vectors"]
    return Index(vectors[contents], EXACT_UP_TO).nearest(vectors[test], k, probes=PROBES)
