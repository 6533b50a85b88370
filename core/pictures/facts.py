"""Facts of an image that item tables keep: the key of the image side, and a few numbers."""

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
"""Pixels that are hashed in one step."""
LEVELS = 8
"""Steps of each channel of an image's mean colour."""


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """Facts of an image: its key and numbers, never its pixels.

    Attributes:
        image_key: Hash of the pixels that every model sees; of the image's name if there are no bytes.
        width: Pixels, after EXIF orientation; 0 without bytes.
        height: Pixels, after EXIF orientation; 0 without bytes.
        bytes_sha256: Hash of the original bytes; empty without bytes.
        size: Number of bytes.
        contrast: Largest standard deviation of a colour channel in 0..255: 0 for an image of one colour.
        colour: The mean colour, as `colour_steps` writes it; None without bytes.
    """

    image_key: str
    width: int
    height: int
    bytes_sha256: str
    size: int
    contrast: float
    colour: str | None


def describe(data: bytes, where: str, limits: Images) -> ImageFacts:
    """Decode an image, then compute its key and numbers.

    The key is a hash of the RGB pixels that every model sees: images that look the same are one image.

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
    """Boxes of at most `_STRIP` pixels in the order of an image's bytes: whole rows, or parts of one row."""
    rows = max(1, _STRIP // width)
    for top in range(0, height, rows):
        for left in range(0, width, _STRIP):
            yield left, top, min(left + _STRIP, width), min(top + rows, height)


def _contrast(image: Image.Image) -> float:
    """Largest standard deviation of a channel. Grey levels would not do: two colours can have the same brightness."""
    counts, levels = np.array(image.histogram(), dtype=np.float64).reshape(-1, 256), np.arange(256)
    mean = counts @ levels / counts.sum(axis=1)
    return float(np.sqrt((counts * (levels - mean[:, None]) ** 2).sum(axis=1) / counts.sum(axis=1)).max())


def colour_steps(image: Image.Image) -> str:
    """Mean of red, green and blue over all pixels, each in one of `LEVELS` equal steps: a coarse cluster of images.

    Images of one cluster look alike only from far away. All arithmetic is in whole numbers, so every machine computes
    the same value.

    Example:
        >>> colour_steps(Image.new("RGB", (4, 2), (255, 128, 31)))
        '7-4-0'
    """
    counts = np.array((image if image.mode == "RGB" else image.convert("RGB")).histogram()).reshape(3, 256)
    pixels = int(counts[0].sum())
    return "-".join(str(int(total) * LEVELS // (256 * pixels)) for total in counts @ np.arange(256))
