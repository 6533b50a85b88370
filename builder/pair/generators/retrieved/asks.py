"""What a corpus asks about which images, and what a judge answers: codes in place of texts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from twokeys.builder.measure.neighbours import Vectors
from twokeys.builder.pair.generators.retrieved.judges.judge import UNSAID

Ints = NDArray[np.int64]
Answers = Callable[[int, Ints], tuple[Ints, tuple[str, ...]]]
"""The number of a meaning and places in the pool -> as `Judge.answers`."""


@dataclass(frozen=True, eq=False)
class MinedPool:
    """Images among which partners are looked for; those of the corpus are among them.

    Attributes:
        vectors: (n, d) unit vectors, of 16 or 32 bits; may be mapped from a file.
        answers: Tells the answers to a meaning about images, by place.
        group: (n,) images with the same number show nearly the same, and are no partners of each other. None if every
            image is a group by itself.
    """

    vectors: Vectors
    answers: Answers
    group: Ints | None = None

    def __len__(self) -> int:
        return len(self.vectors)

    @cached_property
    def _sorted(self) -> tuple[Ints, Ints]:
        """Groups, sorted, and the image of each."""
        group = np.arange(len(self), dtype=np.int64) if self.group is None else self.group
        order = np.argsort(group, kind="stable")
        return group[order], order

    def members(self, images: Ints) -> tuple[Ints, Ints]:
        """The images of the same group, as pairs: an index in `images`, and a place; itself, too."""
        group, order = self._sorted
        wanted = images if self.group is None else self.group[images]
        start, stop = (np.searchsorted(group, wanted, side=side) for side in ("left", "right"))
        row, inside = spread(stop - start)
        return row, order[start[row] + inside]


class Book:
    """One code for each answer, over all meanings.

    Args:
        answers: See `MinedPool`.
    """

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._code: dict[str, int] = {}

    @property
    def texts(self) -> list[str]:
        """The answers by code."""
        return list(self._code)

    def code(self, text: str) -> int:
        """The code of an answer."""
        return self._code.setdefault(text, len(self._code))

    def answers(self, meaning: int, images: Ints) -> Ints:
        """The answer about each image, `UNSAID` if the judge does not tell it."""
        code, texts = self._answers(meaning, images)
        here = np.array([*(self.code(text) for text in texts), UNSAID], dtype=np.int64)
        return here[np.where(code >= 0, code, len(texts))]


@dataclass(frozen=True, eq=False)
class Asks:
    """Each (meaning, answer, image) of the corpus once, sorted.

    Attributes:
        meaning: (n,) number of the meaning.
        answer: (n,) code of the answer.
        image: (n,) place of the image in the pool.
        book: The answers' codes, and the judge.
    """

    meaning: Ints
    answer: Ints
    image: Ints
    book: Book

    @classmethod
    def of(cls, meaning: Ints, image: Ints, answer: list[str], book: Book) -> Asks:
        """Merge items that ask the same about the same image and have the same answer."""
        code = np.array([book.code(text) for text in answer], dtype=np.int64)
        rows = np.unique(np.stack([meaning, code, image], axis=1), axis=0)
        return cls(rows[:, 0].copy(), rows[:, 1].copy(), rows[:, 2].copy(), book)

    @cached_property
    def images(self) -> Ints:
        """The images of the corpus, sorted."""
        return np.unique(self.image)

    @cached_property
    def meanings(self) -> list[tuple[int, slice]]:
        """Each meaning with its rows, sorted."""
        names, start = np.unique(self.meaning, return_index=True)
        stop = [*start[1:].tolist(), len(self.meaning)]
        return [(name, slice(*rows)) for name, *rows in zip(names.tolist(), start.tolist(), stop, strict=False)]

    @cached_property
    def _by_image(self) -> tuple[Ints, Ints]:
        order = np.argsort(self.image, kind="stable")
        return order, np.searchsorted(self.image[order], np.append(self.images, np.iinfo(np.int64).max))

    def about(self, images: Ints) -> tuple[Ints, Ints]:
        """What is asked about some images, as pairs: an index in `images`, and a row."""
        order, start = self._by_image
        at = np.searchsorted(self.images, images)
        count = np.where(np.isin(images, self.images), start[np.minimum(at + 1, len(self.images))] - start[at], 0)
        row, inside = spread(count)
        return row, order[start[at[row]] + inside]


def spread(count: Ints) -> tuple[Ints, Ints]:
    """As many pairs for each index as it counts: the index, and a number from 0 on."""
    index = np.repeat(np.arange(len(count), dtype=np.int64), count)
    return index, np.arange(len(index), dtype=np.int64) - np.repeat(np.cumsum(count) - count, count)
