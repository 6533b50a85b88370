"""The nearest of some images of a pool: exactly, or by inverted lists if the pool is large."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from twokeys.builder.measure import neighbours
from twokeys.builder.measure.neighbours import PROBES, Floats, Index, Ints, Vectors
from twokeys.builder.pair.generators.retrieved.asks import MinedPool
from twokeys.builder.pair.generators.retrieved.edges import first

CLOSE = 1e-5
"""Largest difference of cosines summed in 32 bits whose order is uncertain."""
BLOCK = 2**24
"""Numbers in a block, 64 MiB at 32 bits: a search holds a few blocks and its results."""
CACHED = 2**18
"""Numbers that are multiplied at once: 2 MiB at 64 bits, so that they stay in the cache."""
FEW = 65_536
"""Number of allowed images up to which a search is exact, even if the pool is large."""
SPARE = 16
"""Further images that are requested from inverted lists, since some images may be of the same group."""
DEEPER = 8
"""Factor of the number of lists to search if the first search returned too few images."""
Pairs = tuple[Ints, Ints, Floats]
"""Indices of the query images, sorted; places in the pool; cosines, the largest first, equal cosines by place."""


class Search:
    """Searches the nearest images of a pool, without images of the same group.

    Args:
        pool: The images.
    """

    def __init__(self, pool: MinedPool) -> None:
        self.pool = pool
        self.exact = len(pool) <= neighbours.EXACT_UP_TO

    @cached_property
    def _index(self) -> Index:
        return Index(self.pool.vectors)

    def nearest(self, asking: Ints, among: NDArray[np.bool_] | None, k: int) -> Pairs:
        """Find the k nearest images of the pool.

        Args:
            asking: (m,) places of images.
            among: (n,) the allowed images; None for all.
            k: Number of images.
        """
        if not self.exact and (among is None or np.count_nonzero(among) > FEW):
            return self._by_lists(asking, among, k)
        allowed = np.arange(len(self.pool), dtype=np.int64) if among is None else np.flatnonzero(among)
        return nearest_among(self.pool, asking, allowed, k)

    def _by_lists(self, asking: Ints, among: NDArray[np.bool_] | None, k: int) -> Pairs:
        index, probes = self._index, PROBES
        rest = np.arange(len(asking), dtype=np.int64)
        parts: list[tuple[Ints, Ints]] = []
        while len(rest):
            row, place = self._asked(asking[rest], among, k + SPARE, probes)
            few = np.bincount(row, minlength=len(rest)) < k
            few &= probes < index.lists
            done = ~few[row]
            parts.append((rest[row[done]], place[done]))
            rest, probes = rest[few], min(probes * DEEPER, index.lists)
        row, place = (np.concatenate(each) for each in zip(*parts, strict=True)) if parts else (rest, rest)
        return best(self.pool, asking, row, place, k)

    def _asked(self, asking: Ints, among: NDArray[np.bool_] | None, k: int, probes: int) -> tuple[Ints, Ints]:
        """Pairs as the index finds them, without images of the same group."""
        place = self._index.nearest(self.pool.vectors[asking], k, among, probes)[1]
        group = self.pool.group
        same = asking[:, None] == place if group is None else group[asking][:, None] == group[place]
        row, column = np.nonzero((place >= 0) & ~same)
        return row.astype(np.int64), place[row, column]


def nearest_among(pool: MinedPool, asking: Ints, allowed: Ints, k: int) -> Pairs:
    """Find the k nearest of some images to each of others, exactly.

    Args:
        pool: The images.
        asking: (m,) places of images.
        allowed: (n,) places of the images among which it is looked, sorted.
        k: How many.
    """
    parts: list[tuple[Ints, Ints]] = []
    step = max(k, BLOCK // max(1, pool.vectors.shape[1]))
    for start in range(0, len(allowed), step):
        part = allowed[start : start + step]
        right = pool.vectors[part].astype(np.float32)
        many = max(1, BLOCK // len(part))
        for begin in range(0, len(asking), many):
            some = asking[begin : begin + many]
            cosine = pool.vectors[some].astype(np.float32) @ right.T
            cosine[inside(pool, some, part)] = -np.inf
            row, column = _top(cosine, k)
            parts.append((row + begin, part[column]))
    none = np.zeros(0, dtype=np.int64)
    row, place = (np.concatenate(each) for each in zip(*parts, strict=True)) if parts else (none, none)
    return best(pool, asking, row, place, k)


def inside(pool: MinedPool, asking: Ints, allowed: Ints) -> tuple[Ints, Ints]:
    """Indices of images of the same group, of some images and of others, which are sorted."""
    row, member = pool.members(asking)
    column = np.searchsorted(allowed, member)
    there = column < len(allowed)
    there[there] = allowed[column[there]] == member[there]
    return row[there], column[there]


def best(pool: MinedPool, asking: Ints, row: Ints, place: Ints, k: int) -> Pairs:
    """The k nearest of some pairs, for each image that asks."""
    similarity = similarities(pool.vectors, asking[row], place)
    order = np.lexsort((place, -similarity, row))
    order = order[first(row[order], None, k)]
    return row[order], place[order], similarity[order]


def similarities(vectors: Vectors, first: Ints, second: Ints) -> Floats:
    """Cosines of pairs, summed in 64 bits: the same whatever they are computed together with."""
    pair, place = np.unique(first * len(vectors) + second, return_inverse=True)
    first, second = np.divmod(pair, len(vectors))
    cosine = np.empty(len(pair), dtype=np.float32)
    step = max(1, CACHED // max(1, vectors.shape[1]))
    for start in range(0, len(pair), step):
        part = slice(start, start + step)
        a, b = (vectors[places[part]].astype(np.float64) for places in (first, second))
        cosine[part] = np.einsum("nd,nd->n", a, b)
    return cosine[place]


def _top(score: Floats, k: int) -> tuple[Ints, Ints]:
    """Rows and columns of the k largest of each row, and of all that may equal the k-th; never of -inf."""
    least: Floats = np.full((1, 1), -np.inf, dtype=np.float32)
    if score.shape[1] > k:
        least = -np.partition(-score, k - 1, axis=1)[:, k - 1 : k] - CLOSE
    row, column = np.nonzero((score >= least) & (score > -np.inf))
    return row.astype(np.int64), column.astype(np.int64)
