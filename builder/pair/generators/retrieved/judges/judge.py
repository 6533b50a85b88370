"""What a judge by annotations is: it understands a question, and looks the answer up for any image it speaks of."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from twokeys.builder.pair.edit import Box

Ints = NDArray[np.int64]
UNSAID = -1
"""Code of an image about which the annotations do not tell the answer."""
Meaning = Hashable
"""A question as a judge understands it; equal meanings have equal answers about every image."""


@dataclass(frozen=True)
class Fact:
    """An answer and what it rests on.

    Attributes:
        answer: In the form in which answers are compared; an option's text if the question has options.
        note: The annotated facts from which it follows, in words: `2 x dog (ids 17, 21) in instances_val2014.json`.
        boxes: Where what was asked for stands, in pixels of the image; empty if it is absent or nobody drew it.
    """

    answer: str
    note: str
    boxes: tuple[Box, ...] = ()


class Judge(Protocol):
    """Knows facts of images from annotations, and executes questions on them.

    Attributes:
        images: Links of the images it speaks of, sorted, such as `coco:139`, `gqa:2354786`, `clevr:val:12`.
        stamp: Name and hash of its files: changes if they do.
        absence: What it means that an object is not annotated, in a sentence for users.
    """

    @property
    def images(self) -> Sequence[str]:
        """See above."""
        ...

    @property
    def stamp(self) -> str:
        """See above."""
        ...

    @property
    def absence(self) -> str:
        """See above."""
        ...

    def size(self, image: int) -> tuple[int, int] | None:
        """Width and height, as the annotations state them, of the image at a place in `images`; None if they do not."""
        ...

    def understand(self, item: Mapping[str, Any]) -> Meaning | None:
        """Understand an item's question.

        Args:
            item: `question`, `choices`, `answer_type` and `meta` (JSON text) of an item, as in the item table.

        Returns:
            The meaning; None if the question asks for anything that the annotations cannot tell for certain.
        """
        ...

    def answers(self, meaning: Meaning, images: Ints) -> tuple[Ints, tuple[str, ...]]:
        """Look the answers up for some images.

        Args:
            meaning: What is asked.
            images: Places in `images`.

        Returns:
            (n,) the code of each image's answer, `UNSAID` if the annotations do not tell it; and the answers by code.
        """
        ...

    def fact(self, meaning: Meaning, image: int) -> Fact | None:
        """The answer about one image, with what it rests on; None if the annotations do not tell it."""
        ...
