"""A scene graph: the objects that people annotated in an image, what they said of them, and how these are related."""

from __future__ import annotations

from dataclasses import dataclass

from twokeys.builder.pair.edit import Box


@dataclass(frozen=True, slots=True)
class Thing:
    """An annotated object.

    Attributes:
        id: In its file.
        names: What it is called; one in GQA, one or more in Visual Genome.
        attributes: What is stated of it.
        box: Where it stands; None if its box is empty.
    """

    id: str
    names: tuple[str, ...]
    attributes: tuple[str, ...]
    box: Box | None


@dataclass(frozen=True, slots=True)
class Graph:
    """The annotations of one image.

    Attributes:
        things: The objects.
        relations: (place of the subject, relation, place of the object).
        size: Width and height of the image; None if the files do not say them.
        whole: What is stated of the image as a whole: its `location` and `weather` in GQA.
    """

    things: tuple[Thing, ...]
    relations: tuple[tuple[int, str, int], ...]
    size: tuple[int, int] | None = None
    whole: tuple[tuple[str, str], ...] = ()
