"""Thumbnails of a report: single images, questions by images, and retrieved partners."""

from __future__ import annotations

from dataclasses import dataclass

Box = tuple[float, float, float, float]
"""Left, top, width and height, in shares of the width and height of an image."""


@dataclass(frozen=True)
class Picture:
    """A thumbnail.

    Attributes:
        src: The bytes of the thumbnail as a data URI.
        width: Of the thumbnail, in pixels.
        height: Of the thumbnail, in pixels.
    """

    src: str
    width: int
    height: int


@dataclass(frozen=True)
class Cross:
    """Questions by images with the answers: a quad, or a pair of partners.

    Attributes:
        title: The title.
        note: The edit, and the source of the answers.
        pictures: One or two images; None for a missing image.
        boxes: Where the second image differs from the first, in shares of its width and height.
        questions: Each question with its answer to each image; None if the question was not asked about the image.
    """

    title: str
    note: str
    pictures: list[Picture | None]
    boxes: list[Box]
    questions: list[tuple[str, list[str | None]]]

    @property
    def broad(self) -> bool:
        """Whether an image is so wide that two crosses do not fit side by side."""
        return any(picture is not None and picture.width > 2 * picture.height for picture in self.pictures)


@dataclass(frozen=True)
class RetrievedPair:
    """An item and a retrieved partner of it.

    Attributes:
        question: The question, with its options.
        original: The item's image.
        retrieved: The retrieved image.
        boxes: Boxes in it of the things that the question asks about.
        answers: The answers about the original and about the retrieved image.
        judge: The judge that gives the second answer.
        facts: The facts from which the second answer follows.
        terms: The pool of the image and its licence; empty if a corpus shows the image.
    """

    question: str
    original: Picture | None
    retrieved: Picture | None
    boxes: list[Box]
    answers: tuple[str, str]
    judge: str
    facts: str
    terms: str
