"""Candidates as rows, and how they are ranked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from twokeys.builder.measure.neighbours import Floats, Ints


@dataclass(frozen=True, eq=False)
class Edges:
    """Edges that could be added to the graph: a question that would be asked about an image of the pool.

    Attributes:
        meaning: (n,) the number of the meaning that is asked.
        image: (n,) the place in the pool of the image that it is asked about.
        answer: (n,) code of the answer about it.
        near: (n,) the place of the image of an item with that meaning: the one it was mined for. It has another answer,
            unless the edge is `onward`.
        similarity: (n,) the cosine of both images.
        rank: (n,) how many edges were before it: of the item if it was found forward, of the image and the answer if
            backward.
        forward: (n,) whether it was found forward, from the item that shows `near`.
        onward: (n,) whether it has the one answer that all items with that meaning have, so that it is of use beside
            other candidates alone: these have another answer.
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
        """The rows of all."""
        empty = np.zeros(0, dtype=np.int64)
        never = empty.astype(bool)
        none = cls(empty, empty, empty, empty, empty.astype(np.float32), empty, never, never)
        every = [none, *parts]
        return cls(*(np.concatenate([getattr(part, field.name) for part in every]) for field in fields(cls)))


def ranks(left: Ints, right: Ints | None = None) -> Ints:
    """How many rows before each have the same numbers; rows with the same numbers stand together."""
    new = np.ones(len(left), dtype=bool)
    new[1:] = left[1:] != left[:-1]
    if right is not None:
        new[1:] |= right[1:] != right[:-1]
    every = np.arange(len(left), dtype=np.int64)
    return every - np.maximum.accumulate(np.where(new, every, 0))


def first(left: Ints, right: Ints | None, number: int) -> Ints:
    """Indices of the first rows with the same numbers, which stand together."""
    return np.flatnonzero(ranks(left, right) < number)
