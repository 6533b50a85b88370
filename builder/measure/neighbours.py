"""Nearest neighbours by inner product with FAISS: exact while that is affordable, inverted lists beyond."""

from __future__ import annotations

from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

EXACT_UP_TO = 200_000
"""Vectors up to which the flat index is used: it needs no training, misses nothing, and finds the neighbours of all in
minutes. Inverted lists are faster from some ten thousand vectors on (`benchmarks/neighbours.py`)."""
PROBES = 32
"""Inverted lists that a query looks into: enough for every near-duplicate and most of the farther neighbours."""


class Index:
    """An index over unit vectors.

    Args:
        vectors: (n, d) float32 unit vectors.
    """

    def __init__(self, vectors: Floats) -> None:
        vectors = np.ascontiguousarray(vectors, dtype=np.float32)
        n, d = vectors.shape
        self.exact = n <= EXACT_UP_TO
        self._index: Any
        if self.exact:
            self._index = faiss.IndexFlatIP(d)
        else:
            lists = int(4 * np.sqrt(n))
            self._index = faiss.IndexIVFFlat(faiss.IndexFlatIP(d), d, lists, faiss.METRIC_INNER_PRODUCT)
            self._index.nprobe = PROBES
            step = max(1, n // (64 * lists))  # 64 training points a list are enough for k-means
            self._index.train(vectors[::step])
        self._index.add(vectors)

    def nearest(self, queries: Floats, k: int) -> tuple[Floats, Ints]:
        """Find the k nearest vectors of each query.

        Returns:
            Similarities and indices, (m, k) each, best first; index -1 where fewer than k were found.
        """
        k = min(k, self._index.ntotal)
        similarity, index = self._index.search(np.ascontiguousarray(queries, dtype=np.float32), k)
        return similarity, index


def pairs_above(vectors: Floats, threshold: float, k: int = 16, batch: int = 65_536) -> tuple[Ints, Ints]:
    """Candidate pairs i < j of similarity at least `threshold`, among each vector's k nearest.

    Pairs are candidates: an approximate index can miss some, and similarity is no proof. Callers verify.
    """
    index = Index(vectors)
    left, right = [], []
    for start in range(0, len(vectors), batch):
        similarity, found = index.nearest(vectors[start : start + batch], k + 1)
        row, column = np.nonzero((similarity >= threshold) & (found >= 0))
        i, j = row + start, found[row, column]
        ordered = np.stack([np.minimum(i, j), np.maximum(i, j)])[:, i != j]
        left.append(ordered[0])
        right.append(ordered[1])
    if not left:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    unique = np.unique(np.stack([np.concatenate(left), np.concatenate(right)]), axis=1)
    return unique[0], unique[1]
