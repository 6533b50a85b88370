"""What a corpus asks about which images, and what a judge answers: codes in place of texts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twokeys.builder.pair.generators.retrieved.judges.judge import UNSAID

Ints = NDArray[np.int64]
Vectors = NDArray[np.float16] | NDArray[np.float32]
Answers = Callable[[int, Ints], tuple[Ints, tuple[str, ...]]]
"""The number of a meaning and places in the pool -> as `Judge.answers`."""


@dataclass(frozen=True, eq=False)
class Pool:
    """Images among which partners are looked for; those of the corpus are among them.

    Attributes:
        vectors: (n, d) unit vectors, of 16 or 32 bits; may be mapped from a file.
        answers: Tells the answers to a meaning about images, by place.
        group: (n,) images with the same number show nearly the same, and are no partners of each other. None if every
            image is a group of its own.
    """

    vectors: Vectors
    answers: Answers
    group: Ints | None = None

    def groups(self) -> Ints:
        """The group of each image."""
        return np.arange(len(self.vectors), dtype=np.int64) if self.group is None else self.group


class Book:
    """One code for each answer, over all meanings.

    Args:
        answers: See `Pool`.
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
        own = np.array([*(self.code(text) for text in texts), UNSAID], dtype=np.int64)
        return own[np.where(code >= 0, code, len(texts))]


@dataclass(frozen=True, eq=False)
class Asks:
    """Each (meaning, answer, image) of the corpus once, sorted.

    Attributes:
        meaning: (n,) number of the meaning.
        answer: (n,) code of the answer.
        image: (n,) place of the image in the pool.
        book: The answers' codes, and the judge.
        size: Number of images of the pool.
    """

    meaning: Ints
    answer: Ints
    image: Ints
    book: Book
    size: int

    @classmethod
    def of(cls, meaning: Ints, image: Ints, answer: list[str], pool: Pool) -> Asks:
        """Merge items that ask the same about the same image and have the same answer."""
        book = Book(pool.answers)
        code = np.array([book.code(text) for text in answer], dtype=np.int64)
        rows = np.unique(np.stack([meaning, code, image], axis=1), axis=0)
        return cls(rows[:, 0].copy(), rows[:, 1].copy(), rows[:, 2].copy(), book, len(pool.vectors))

    def meanings(self) -> Ints:
        """Numbers of the meanings, sorted."""
        return np.unique(self.meaning)

    def of_meaning(self, meaning: int) -> slice:
        """The rows of a meaning."""
        start, stop = np.searchsorted(self.meaning, [meaning, meaning + 1])
        return slice(int(start), int(stop))
