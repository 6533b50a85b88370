"""Rows of what was found, their order, and the exact search among some images of a pool."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from twokeys.builder.pair.generators.retrieved.asks import Ints, Pool, Vectors

Floats = NDArray[np.float32]
CLOSE = 1e-5
"""Products of 32 bits that differ by less may be of equal similarity."""
BLOCK = 2**24
"""Numbers of a block, 64 MiB of 32 bits: what a search holds beside its results."""


@dataclass(frozen=True, eq=False)
class Found:
    """Candidates as they are found; see `Candidates`."""

    meaning: Ints
    image: Ints
    answer: Ints
    near: Ints
    similarity: Floats
    rank: Ints
    forward: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.meaning)

    def part(self, rows: Ints | NDArray[np.bool_]) -> Found:
        """Some of the rows."""
        return Found(*(getattr(self, field.name)[rows] for field in fields(self)))

    def joined(self, *others: Found) -> Found:
        """These rows and those of others."""
        return Found(
            *(np.concatenate([getattr(each, field.name) for each in (self, *others)]) for field in fields(self))
        )

    @classmethod
    def none(cls) -> Found:
        """No rows."""
        empty = np.zeros(0, dtype=np.int64)
        return cls(empty, empty, empty, empty, empty.astype(np.float32), empty, empty.astype(bool))


def ranks(left: Ints, right: Ints | None = None) -> Ints:
    """How many rows before each have the same numbers; rows with the same numbers stand together."""
    if not len(left):
        return np.zeros(0, dtype=np.int64)
    new = np.ones(len(left), dtype=bool)
    new[1:] = left[1:] != left[:-1]
    if right is not None:
        new[1:] |= right[1:] != right[:-1]
    start = np.flatnonzero(new)
    return np.arange(len(left)) - np.repeat(start, np.diff([*start.tolist(), len(left)]))


def first(left: Ints, right: Ints | None, number: int) -> Ints:
    """Indices of the first rows of those that have the same numbers and stand together."""
    return np.flatnonzero(ranks(left, right) < number)


def similarities(vectors: Vectors, left: Ints, right: Ints) -> Floats:
    """Cosines of pairs, summed in 64 bits: the same whatever they are computed together with."""
    found = np.empty(len(left), dtype=np.float32)
    step = max(1, BLOCK // 4 // max(1, vectors.shape[1]))
    for start in range(0, len(left), step):
        part = slice(start, start + step)
        one, other = (vectors[places[part]].astype(np.float64) for places in (left, right))
        found[part] = np.einsum("nd,nd->n", one, other)
    return found


def nearest_among(pool: Pool, asking: Ints, asked: Ints, k: int) -> tuple[Ints, Ints, Floats]:
    """Find the k nearest of some images to each of others, exactly.

    Args:
        pool: The images.
        asking: (m,) places of images.
        asked: (n,) places of the images among which it is looked.
        k: How many.

    Returns:
        Pairs: indices in `asking`, sorted; places in the pool; cosines, the largest first. Images of one group are no
        pair.
    """
    group = pool.groups()
    rows, columns = [], []
    step = max(k, BLOCK // max(1, pool.vectors.shape[1]))
    for start in range(0, len(asked), step):
        part = asked[start : start + step]
        known = pool.vectors[part].astype(np.float32)
        many = max(1, BLOCK // len(part))
        for begin in range(0, len(asking), many):
            those = asking[begin : begin + many]
            cosine = pool.vectors[those].astype(np.float32) @ known.T
            cosine[group[those][:, None] == group[part]] = -np.inf
            row, column = top(cosine, k)
            rows.append(row + begin)
            columns.append(part[column])
    if not rows:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
    return ordered(pool, asking, np.concatenate(rows), np.concatenate(columns), k)


def ordered(pool: Pool, asking: Ints, row: Ints, place: Ints, k: int) -> tuple[Ints, Ints, Floats]:
    """The k nearest of some pairs, for each row; see `nearest_among`."""
    similarity = similarities(pool.vectors, asking[row], place)
    order = np.lexsort((place, -similarity, row))
    order = order[first(row[order], None, k)]
    return row[order], place[order], similarity[order]


def top(score: Floats, k: int) -> tuple[Ints, Ints]:
    """Rows and columns of the k largest of each row, and of all that may equal the k-th; never of -inf."""
    least: Floats = np.full((1, 1), -np.inf, dtype=np.float32)
    if score.shape[1] > k:
        least = -np.partition(-score, k - 1, axis=1)[:, k - 1 : k] - CLOSE
    row, column = np.nonzero((score >= least) & (score > -np.inf))
    return row.astype(np.int64), column.astype(np.int64)
