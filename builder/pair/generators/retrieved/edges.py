"""Candidates as rows of arrays, and their ranks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from twokeys.builder.measure.neighbours import Floats, Ints


@dataclass(frozen=True, eq=False)
class Edges:
    """Edges that could be added to the item graph: a question about an image of the pool.

    Attributes:
        meaning: (n,) number of the question's meaning.
        image: (n,) place of the image in the pool.
        answer: (n,) code of the answer about the image.
        near: (n,) place of the image of the item that the edge was mined for. The item has the same meaning and another
            answer, unless the edge is `onward`.
        similarity: (n,) cosine of both images.
        rank: (n,) number of better edges: of the item in the forward direction, of the image and the answer in the
            backward direction.
        forward: (n,) whether the edge was mined forward, from the item that shows `near`.
        onward: (n,) whether all items with this meaning have the answer of the edge, so that the edge is useful only
            together with candidates that have another answer.
    """

    meaning: Ints
    image: Ints
    answer: Ints
    near: Ints
    similarity: Floats
    rank: Ints
    forward: NDArray[np.bool_]
    onward: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.meaning)

    def part(self, rows: Ints | NDArray[np.bool_]) -> Edges:
        """Some of the rows."""
        return Edges(*(getattr(self, field.name)[rows] for field in fields(self)))

    @classmethod
    def joined(cls, parts: Iterable[Edges]) -> Edges:
        """The rows of all parts, one part after the other."""
        empty = np.zeros(0, dtype=np.int64)
        never = empty.astype(bool)
        none = cls(empty, empty, empty, empty, empty.astype(np.float32), empty, never, never)
        every = [none, *parts]
        return cls(*(np.concatenate([getattr(part, field.name) for part in every]) for field in fields(cls)))


def ranks(keys: Ints, more: Ints | None = None) -> Ints:
    """Number of rows before each row with the same keys; rows with the same keys are adjacent."""
    new = np.ones(len(keys), dtype=bool)
    new[1:] = keys[1:] != keys[:-1]
    if more is not None:
        new[1:] |= more[1:] != more[:-1]
    every = np.arange(len(keys), dtype=np.int64)
    return every - np.maximum.accumulate(np.where(new, every, 0))


def first(keys: Ints, more: Ints | None, number: int) -> Ints:
    """Indices of the first `number` rows with the same keys, which are adjacent."""
    return np.flatnonzero(ranks(keys, more) < number)
