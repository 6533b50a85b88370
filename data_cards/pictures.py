"""What a report shows in thumbnails: single images, questions by images, and retrieved partners."""

from __future__ import annotations

from dataclasses import dataclass

Box = tuple[float, float, float, float]
"""Left, top, width and height, in shares of the width and height of an image."""


@dataclass(frozen=True)
class Picture:
    """A thumbnail.

    Attributes:
        src: Its bytes as a data URI.
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
        title: What it is.
        note: What was changed, and by whom the answers are known.
        pictures: One or two images; None where one is not at hand.
        boxes: Where the second image differs from the first, in shares of its width and height.
        questions: Each question with its answer to each image; None where nobody asked.
    """

    title: str
    note: str
    pictures: list[Picture | None]
    boxes: list[Box]
    questions: list[tuple[str, list[str | None]]]

    @property
    def broad(self) -> bool:
        """Whether its images are so wide that two crosses have no room side by side."""
        return any(picture is not None and picture.width > 2 * picture.height for picture in self.pictures)


@dataclass(frozen=True)
class RetrievedPair:
    """An item and a retrieved partner of it.

    Attributes:
        question: The question, with its options.
        original: The item's image.
        retrieved: The image that was found.
        boxes: Where what is asked for stands in it.
        answers: The answer about each.
        judge: Whose answer the second one is.
        facts: What it rests on.
        terms: The pool that the image is of, and its licence; empty if a corpus shows the image.
    """

    question: str
    original: Picture | None
    retrieved: Picture | None
    boxes: list[Box]
    answers: tuple[str, str]
    judge: str
    facts: str
    terms: str
