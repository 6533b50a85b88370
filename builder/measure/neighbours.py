"""Nearest neighbours by inner product with FAISS: exact while that is affordable, inverted lists beyond."""

from __future__ import annotations

from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Vectors = NDArray[np.float16] | NDArray[np.float32]
Ints = NDArray[np.int64]

EXACT_UP_TO = 200_000
"""Vectors up to which the flat index is used: it needs no training, misses nothing, and finds the neighbours of all in
minutes. Inverted lists are faster from some ten thousand vectors on (`benchmarks/neighbours.py`)."""
PROBES = 32
"""Inverted lists that a query looks into: enough for every near-duplicate and most of the farther neighbours."""


BATCH = 65_536
"""Vectors that are added at once: what stands in memory at 32 bits beside the index."""


class Index:
    """An index over unit vectors.

    Args:
        vectors: (n, d) unit vectors. Inverted lists keep vectors of 16 bits as they are, in half of the memory; they
            may be mapped from a file.
    """

    def __init__(self, vectors: Vectors) -> None:
        n, d = vectors.shape
        self.exact = n <= EXACT_UP_TO
        self._index: Any
        if self.exact:
            self._index = faiss.IndexFlatIP(d)
        else:
            lists = int(4 * np.sqrt(n))
            coarse = faiss.IndexFlatIP(d)
            if vectors.dtype == np.float16:
                half = faiss.ScalarQuantizer.QT_fp16
                self._index = faiss.IndexIVFScalarQuantizer(coarse, d, lists, half, faiss.METRIC_INNER_PRODUCT, False)
            else:
                self._index = faiss.IndexIVFFlat(coarse, d, lists, faiss.METRIC_INNER_PRODUCT)
            step = max(1, n // (64 * lists))  # 64 training points a list are enough for k-means
            self._index.train(_whole(vectors[::step]))
        for start in range(0, n, BATCH):
            self._index.add(_whole(vectors[start : start + BATCH]))

    @property
    def lists(self) -> int:
        """How many inverted lists there are; 1 if all vectors are looked at."""
        return 1 if self.exact else int(self._index.nlist)

    def nearest(
        self, queries: Vectors, k: int, among: NDArray[np.bool_] | None = None, probes: int = PROBES
    ) -> tuple[Floats, Ints]:
        """Find the k nearest vectors of each query.

        Args:
            queries: (m, d) unit vectors.
            k: How many.
            among: (n,) the vectors that may be found; None for all.
            probes: Inverted lists that are looked into.

        Returns:
            Similarities and indices, (m, k) each, best first; index -1 where fewer than k were found.
        """
        k = min(k, self._index.ntotal)
        parameters: Any = faiss.SearchParameters if self.exact else faiss.SearchParametersIVF
        selector: Any = faiss.IDSelectorBitmap
        chosen: dict[str, Any] = {} if self.exact else {"nprobe": probes}
        if among is not None:
            chosen["sel"] = selector(np.packbits(among, bitorder="little"))
        similarity, index = self._index.search(_whole(queries), k, params=parameters(**chosen))
        return similarity, index


def _whole(vectors: Vectors) -> Floats:
    """At 32 bits, as FAISS reads them."""
    return np.ascontiguousarray(vectors, dtype=np.float32)


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
