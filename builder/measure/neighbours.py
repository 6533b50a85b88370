"""Nearest neighbours by inner product with FAISS: exact for moderate numbers, inverted lists beyond."""

from __future__ import annotations

from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Vectors = NDArray[np.float16] | NDArray[np.float32]
Ints = NDArray[np.int64]

EXACT_UP_TO = 200_000
"""Up to so many vectors the flat index is used: it needs no training, misses no neighbour, and takes minutes for all.
Inverted lists are faster from about ten thousand vectors on (`benchmarks/neighbours.py`)."""
PROBES = 32
"""Inverted lists that a query searches: enough for every near-duplicate and most of the farther neighbours."""


BATCH = 65_536
"""Vectors that are added at once, and held in memory at 32 bits."""


class Index:
    """An index over unit vectors.

    Args:
        vectors: (n, d) unit vectors. Inverted lists keep 16-bit vectors at 16 bits, in half of the memory; such vectors
            may be memory-mapped.
        exact_up_to: Up to so many vectors every search is exact; `EXACT_UP_TO` if None.
    """

    def __init__(self, vectors: Vectors, exact_up_to: int | None = None) -> None:
        n, d = vectors.shape
        self.exact = n <= (EXACT_UP_TO if exact_up_to is None else exact_up_to)
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
            step = max(1, n // (64 * lists))  # 64 training points for each list are enough for k-means
            self._index.train(_whole(vectors[::step]))
        for start in range(0, n, BATCH):
            self._index.add(_whole(vectors[start : start + BATCH]))

    @property
    def lists(self) -> int:
        """Number of inverted lists; 1 if every search is exact."""
        return 1 if self.exact else int(self._index.nlist)

    def nearest(
        self, queries: Vectors, k: int, among: NDArray[np.bool_] | None = None, probes: int = PROBES
    ) -> tuple[Floats, Ints]:
        """Find the k nearest vectors of each query.

        Args:
            queries: (m, d) unit vectors.
            k: Number of neighbours.
            among: (n,) the vectors to search; all if None.
            probes: Inverted lists to search.

        Returns:
            Similarities and indices, (m, k) each, best first; index -1 fills up if there are fewer than k.
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
    """Return vectors at 32 bits, which FAISS requires."""
    return np.ascontiguousarray(vectors, dtype=np.float32)


def pairs_above(vectors: Floats, threshold: float, k: int = 16, batch: int = 65_536) -> tuple[Ints, Ints]:
    """Return pairs i < j with a similarity of at least `threshold`, among the k nearest of each vector.

    The pairs are candidates that callers must verify: similarity is no proof. An approximate index can miss some pairs.
    """
    index = Index(vectors)
    pairs = [np.zeros((2, 0), dtype=np.int64)]
    for start in range(0, len(vectors), batch):
        similarity, neighbour = index.nearest(vectors[start : start + batch], k + 1)
        row, column = np.nonzero((similarity >= threshold) & (neighbour >= 0))
        i, j = row + start, neighbour[row, column]
        pairs.append(np.stack([np.minimum(i, j), np.maximum(i, j)])[:, i != j])
    unique = np.unique(np.concatenate(pairs, axis=1), axis=1)
    return unique[0], unique[1]
