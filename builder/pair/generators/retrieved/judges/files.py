"""Files of annotations that judges read: what a field must be, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from sys import intern
from typing import Any, TypeVar

from twokeys.builder.pair.edit import Box
from twokeys.builder.read.corpora.opening import SourceFile
from twokeys.core.errors import BadInput
from twokeys.core.files import sha256_of_all

REMEDY = "download the official file again"
TYPES: Mapping[type, str] = {list: "a list", dict: "an object", str: "a text"}
"""Type of JSON -> how messages call it."""
Kind = TypeVar("Kind", list[Any], dict[str, Any], str)
FARTHEST = 10**6
"""Pixels from the corner of an image beyond which a coordinate is no coordinate."""


@dataclass(frozen=True)
class Place:
    """Where in a file something stands, for messages.

    Attributes:
        file: The file.
        row: Image or object.
    """

    file: str
    row: str

    def bad(self, problem: str, allowed: str) -> BadInput:
        """What is wrong there."""
        return BadInput(self.file, self.row, problem, allowed, REMEDY)

    def inside(self, row: str) -> Place:
        """A place within this one."""
        return Place(self.file, f"{self.row}, {row}")


def source(path: Path) -> SourceFile:
    """A file of annotations, by its own name."""
    return SourceFile(path, path.name)


def stamp(name: str, paths: Sequence[Path]) -> str:
    """Name and hash of files.

    Raises:
        BadInput: When no file is named, or one cannot be read.
    """
    if not paths:
        raise BadInput(name, "files", "no file is named", "one or more files", "name the official files")
    try:
        return f"{name}:{sha256_of_all(paths)}"
    except OSError as error:
        problem = f"the file cannot be read ({error.strerror})"
        raise BadInput(error.filename, None, problem, "an official file", "put it there, or name another") from None


def listed(record: Any, key: str, place: Place) -> list[Any]:
    """The list under a key."""
    return _of_type(record, key, list, place)


def mapped(record: Any, key: str, place: Place) -> dict[str, Any]:
    """The object under a key."""
    return _of_type(record, key, dict, place)


def worded(record: Any, key: str, place: Place) -> str:
    """The text under a key, as names are compared: lower case, single spaces."""
    return word(_of_type(record, key, str, place))


def _of_type(record: Any, key: str, kind: type[Kind], place: Place) -> Kind:
    if not isinstance(record, dict):
        raise place.bad(f"the entry is {record!r:.60}", f"an object with the key {key!r}")
    value = record.get(key)
    if not isinstance(value, kind):
        problem = f"{key} is {value!r:.60}" if key in record else f"there is no key {key!r}"
        raise place.bad(problem, f"{TYPES[kind]} under the key {key!r}")
    return value


def word(text: str) -> str:
    """A word as it is compared; the same object in memory for equal words, since scenes repeat them.

    Example:
        >>> word(" To the left  of")
        'to the left of'
    """
    return intern(" ".join(text.casefold().split()))


def words(given: Iterable[Any], place: Place) -> tuple[str, ...]:
    """Several words, each once, in their order."""
    every = list(given)
    if not all(isinstance(each, str) for each in every):
        raise place.bad(f"there is {every!r:.60}", "a list of texts")
    return tuple(dict.fromkeys(word(each) for each in every))


def whole(record: dict[str, Any], key: str, place: Place) -> int:
    """The number of pixels under a key, rounded."""
    value = record.get(key)
    if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) <= FARTHEST:
        raise place.bad(f"{key} is {value!r:.60}", f"a number of pixels from {-FARTHEST} to {FARTHEST}")
    return round(value)


def box(record: dict[str, Any], size: tuple[int, int] | None, place: Place) -> Box | None:
    """Corners from `x`, `y`, `w` and `h`, cut off at the edges of the image; None if nothing is left.

    Args:
        record: With the four numbers.
        size: Width and height of the image; None if the file does not say them.
        place: For messages.
    """
    x, y, w, h = (whole(record, key, place) for key in "xywh")
    right, bottom = size or (FARTHEST, FARTHEST)
    corners = (max(x, 0), max(y, 0), min(x + w, right), min(y + h, bottom))
    return corners if corners[0] < corners[2] and corners[1] < corners[3] else None
