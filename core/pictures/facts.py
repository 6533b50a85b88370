"""What is kept of an image: the key of the image side, and a few numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from twokeys.core.pictures.decoding import decode
from twokeys.core.pictures.limits import Images

LOOKS = ("contrast", "colour")
"""Facts of an image that items carry as `image_contrast` and `image_colour`."""
_STRIP = 2**20
"""Pixels that are hashed at a time."""
LEVELS = 8
"""Steps of each channel of an image's mean colour."""


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What is kept of an image: its key and numbers, never its pixels.

    Attributes:
        image_key: Hash of the pixels as every model is shown them; of the name if there are no bytes.
        width: Pixels, after EXIF orientation; 0 without bytes.
        height: Pixels, after EXIF orientation; 0 without bytes.
        bytes_sha256: Hash of the original bytes; empty without bytes.
        size: Number of bytes.
        contrast: Largest standard deviation of a colour channel in 0..255: 0 for an image of one colour.
        colour: Its mean colour, `colour_steps`; None without bytes.
    """

    image_key: str
    width: int
    height: int
    bytes_sha256: str
    size: int
    contrast: float
    colour: str | None


def describe(data: bytes, where: str, limits: Images) -> ImageFacts:
    """Decode an image and take its key and numbers.

    The key is of the pixels as every model is shown them, in RGB: images that look the same are one image.

    Raises:
        BadInput: As `decode`.
    """
    image = decode(data, where, limits)
    header = f"{image.mode} {image.width} {image.height} ".encode()
    pixels = hashlib.sha256(header)
    for box in _strips(image.width, image.height):  # no second copy of a large image
        pixels.update(image.crop(box).tobytes())
    key, digits = pixels.hexdigest()[:32], hashlib.sha256(data).hexdigest()
    return ImageFacts(key, image.width, image.height, digits, len(data), _contrast(image), colour_steps(image))


def _strips(width: int, height: int) -> Iterator[tuple[int, int, int, int]]:
    """Boxes of at most `_STRIP` pixels in the order in which an image's bytes lie: whole rows, or parts of one row."""
    rows = max(1, _STRIP // width)
    for top in range(0, height, rows):
        for left in range(0, width, _STRIP):
            yield left, top, min(left + _STRIP, width), min(top + rows, height)


def _contrast(image: Image.Image) -> float:
    """By channel: two colours of the same brightness are one grey, and two colours all the same."""
    counts, levels = np.array(image.histogram(), dtype=np.float64).reshape(-1, 256), np.arange(256)
    mean = counts @ levels / counts.sum(axis=1)
    return float(np.sqrt((counts * (levels - mean[:, None]) ** 2).sum(axis=1) / counts.sum(axis=1)).max())


def colour_steps(image: Image.Image) -> str:
    """The mean of red, green and blue over all pixels, each in one of `LEVELS` equal steps: a cluster of images.

    Images of one cluster look alike from far away and no more. Counted in whole numbers, so that it is the same
    everywhere.

    Example:
        >>> colour_steps(Image.new("RGB", (4, 2), (255, 128, 31)))
        '7-4-0'
    """
    counts = np.array((image if image.mode == "RGB" else image.convert("RGB")).histogram()).reshape(3, 256)
    return "-".join(str(int(of) * LEVELS // (256 * int(counts[0].sum()))) for of in counts @ np.arange(256))
