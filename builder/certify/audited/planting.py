"""Planting: how a cue of each kind is put into a copy of a set. There is a list of kinds for each place of a cue.

A cue is a bit of each content that a suitable predictor reads without error. `twokeys.builder.certify.audited.sizes`
sets how often the bit agrees with the answer. Nothing here reads a label. The names of kinds are published.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from twokeys.builder.measure.details import GROUPS, Pixels, of_file, of_pixels
from twokeys.core.intervals.excess import Ints

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float32]]
RARE = "quondam"
SPOKEN = "please"
LONGER = " and so on"
TWO_WAY, NUMBER, ORDER, POSITION = "two-way interaction", "row number", "row order", "option position"


@dataclass(frozen=True)
class Kind:
    """A kind of cue.

    Attributes:
        name: Name of the kind.
        families: Families of adversaries that may detect it; the family that is made for it comes first.
    """

    name: str
    families: tuple[str, ...]


TEXT = (
    Kind("letter case", ("looks", "cased", "together")),
    Kind("punctuation", ("looks", "cased", "together")),
    Kind("spacing", ("looks", "cased", "together")),
    Kind("word order", ("cased", "order")),
    Kind("rare word", ("cased", "tfidf", "order")),
    Kind(NUMBER, ("metadata", "together")),
    Kind(ORDER, ("metadata", "together")),
    Kind(TWO_WAY, ("together",)),
)
"""Kinds of cues in a question."""
OPTIONS = (
    Kind("option length", ("looks", "forest", "together")),
    Kind("option case", ("looks", "cased", "together")),
    Kind("option punctuation", ("looks", "cased", "together")),
    Kind(POSITION, ("looks", "together")),
    Kind("rare word in an option", ("cased", "tfidf", "order")),
    Kind("two-way interaction in an option", ("together",)),
)
"""Kinds of cues in one of several options."""
PICTURES = (
    Kind("corner pixel", ("detail", "together")),
    Kind("border", ("detail", "together")),
    Kind("high frequency", ("detail", "together")),
    Kind("lowest bits", ("detail", "together")),
    Kind("mark inside", ("detail", "together")),
    Kind("JPEG quality", ("detail", "together")),
    Kind("file size", ("detail", "together")),
    Kind(NUMBER, ("metadata", "together")),
    Kind(ORDER, ("metadata", "together")),
    Kind(TWO_WAY, ("together",)),
)
"""Kinds of cues in an image, its file, or the rows that show it."""

# ----------------------------------------------------------------------------------------------------------- text

_MARK = re.compile(r"\s*([.?!]*)$")


def in_text(kind: str, text: str, bit: int, other: int) -> str:
    """Plant a bit in a question.

    Args:
        kind: Name of the kind.
        text: The question.
        bit: The bit.
        other: A second bit for the two-way interaction, unrelated to the answer.
    """
    if kind == TWO_WAY:
        return _spaced(_cased(text, other), bit ^ other)
    return _TEXT[kind](text, bit)


def _cased(text: str, bit: int) -> str:
    """Write the second word, or the only word, in capitals or in small letters."""
    words = text.split(" ")
    place = min(1, len(words) - 1)
    words[place] = words[place].upper() if bit else words[place].lower()
    return " ".join(words)


def _comma(text: str, bit: int) -> str:
    first, space, rest = text.replace(",", "").partition(" ")
    return f"{first}{',' if bit else ''}{space}{rest}"


def _spaced(text: str, bit: int) -> str:
    """Put a space before the last mark, or none."""
    mark = _MARK.search(text)
    assert mark is not None
    return f"{text[: mark.start()]}{' ' if bit else ''}{mark[1] or '?'}"


def _turned(text: str, bit: int) -> str:
    """Put a word at the beginning or before the last mark: the words are the same in both cases."""
    mark = _MARK.search(text)
    assert mark is not None
    body = text[: mark.start()]
    return f"{SPOKEN} {body}{mark[1]}" if bit else f"{body} {SPOKEN}{mark[1]}"


def _rare(text: str, bit: int) -> str:
    return _turned(text, 0).replace(SPOKEN, RARE) if bit else text


_TEXT: dict[str, Callable[[str, int], str]] = {
    "letter case": _cased, "punctuation": _comma, "spacing": _spaced, "word order": _turned, "rare word": _rare,
}  # fmt: skip

# -------------------------------------------------------------------------------------------------------- options


def in_options(kind: str, options: Sequence[str], marked: int, coins: Ints) -> list[str]:
    """Plant a mark in one of several options.

    Args:
        kind: Name of the kind; `POSITION` plants no mark in any text.
        options: The options.
        marked: Place of the option to mark.
        coins: A bit of each option for the two-way interaction, unrelated to the answer.
    """
    if kind == "two-way interaction in an option":
        return [
            _dotted(_initial(text, int(coin)), int(coin) ^ int(place != marked))
            for place, (text, coin) in enumerate(zip(options, coins, strict=True))
        ]
    return [_OPTIONS[kind](text, int(place == marked)) for place, text in enumerate(options)]


def _initial(text: str, bit: int) -> str:
    return (text[:1].upper() if bit else text[:1].lower()) + text[1:]


def _dotted(text: str, bit: int) -> str:
    return text.rstrip(".") + ("." if bit else "")


_OPTIONS: dict[str, Callable[[str, int], str]] = {
    "option length": lambda text, bit: text + LONGER * bit,
    "option case": _initial,
    "option punctuation": _dotted,
    "rare word in an option": lambda text, bit: text + f" {RARE}" * bit,
    POSITION: lambda text, bit: text,
}

# ------------------------------------------------------------------------------------------------------- images

Groups = dict[str, Floats]
"""Some groups of an image's details, see `twokeys.builder.measure.details.replaced`."""


def in_picture(kind: str, picture: Pixels, data: bytes) -> tuple[Groups, Groups]:
    """Return the changed details of an image with a 0, and with a 1, planted in it.

    Args:
        kind: Name of the kind; cues in rows are planted elsewhere.
        picture: Pixels of the image, (h, w, 3).
        data: File of the image.
    """
    return _PICTURES[kind](picture, data)


def _pixel(picture: Pixels, data: bytes) -> tuple[Groups, Groups]:
    made = []
    for value in (0, 255):
        marked = picture.copy()
        marked[0, 0] = value
        made.append(of_pixels(marked, ("corners", "pixels")))
    return made[0], made[1]


def _line(picture: Pixels, data: bytes) -> tuple[Groups, Groups]:
    made = []
    for value in (-24, 24):
        marked = picture.copy()
        marked[0] = np.clip(marked[0].astype(np.int16) + value, 0, 255)
        made.append(of_pixels(marked, ("corners", "borders", "pixels")))
    return made[0], made[1]


def _grain(picture: Pixels, data: bytes) -> tuple[Groups, Groups]:
    """Add and subtract two levels alternately, like a chessboard."""
    height, width, _ = picture.shape
    board = 2 - 4 * ((np.arange(height)[:, None] + np.arange(width)) % 2)
    marked = np.clip(picture.astype(np.int16) + board[:, :, None], 0, 255).astype(np.uint8)
    return {}, of_pixels(marked, ("corners", "frequencies", "pixels"))


def _lowest(picture: Pixels, data: bytes) -> tuple[Groups, Groups]:
    marked = picture.copy()
    marked[:, :, 0] |= 1
    return {}, of_pixels(marked, ("corners", "frequencies", "pixels"))


def _mark(picture: Pixels, data: bytes) -> tuple[Groups, Groups]:
    """Paint two by two pixels in the middle black, or white."""
    height, width, _ = picture.shape
    made = []
    for value in (0, 255):
        marked = picture.copy()
        marked[max(height // 2 - 1, 0) : height // 2 + 1, max(width // 2 - 1, 0) : width // 2 + 1] = value
        made.append(of_pixels(marked, tuple(GROUPS)))
    return made[0], made[1]


def _quality(picture: Pixels, data: bytes) -> tuple[Groups, Groups]:
    made = []
    for quality in (90, 75):
        file = io.BytesIO()
        Image.fromarray(picture).save(file, "JPEG", quality=quality)
        with Image.open(file) as again:
            made.append({"file": of_file(file.getvalue())} | of_pixels(np.asarray(again.convert("RGB")), tuple(GROUPS)))
    return made[0], made[1]


def _size(picture: Pixels, data: bytes) -> tuple[Groups, Groups]:
    """Pad the file to whole blocks of 16 bytes, or to one byte more."""
    padded = data + bytes(-len(data) % 16)
    return {"file": of_file(padded + b"\0")}, {"file": of_file(padded)}


_PICTURES: dict[str, Callable[[Pixels, bytes], tuple[Groups, Groups]]] = {
    "corner pixel": _pixel, "border": _line, "high frequency": _grain, "lowest bits": _lowest,
    "mark inside": _mark, "JPEG quality": _quality, "file size": _size,
}  # fmt: skip
SEEN = tuple(_PICTURES)
"""Kinds of cues that are planted in the image or its file."""
