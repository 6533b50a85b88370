"""An image as every model and every reader of a page is shown it; `exports` writes this file's text into exports.

There is one list of formats and one conversion to 8-bit RGB. Keys are hashes of what the conversion gives, so two
images that look the same to every model are one image.

An image of more than 8 bits is scaled by the smallest of a few usual depths that holds all its values, not by its own
darkest and brightest values: levels stay absolute, so that a dark X-ray stays darker than a bright one, and 12 bits
stored in 16 are not black. Whoever wants another window converts the image before building.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from twokeys.core.pictures.uris import data_uri

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "PPM")
"""Formats of images, as Pillow names them: those that every Pillow opens, which is what readers decode with."""
SERVED = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}
"""Kinds of images that servers of models take as they are."""
DEEP = ("I", "F", "I;16", "I;16B", "I;16L", "I;16N")
"""Pillow's modes of more than 8 bits: its own conversion to RGB cuts them off at 255."""
GAP = 8
"""Pixels between images that stand side by side."""
DEPTHS = (8, 12, 16, 24, 32)
"""Bits of the scales that deep images are shown on."""


def opened(data: bytes) -> Image.Image:
    """An image as it lies in its file, not yet decoded: of one of `FORMATS`, or Pillow's UnidentifiedImageError."""
    return Image.open(io.BytesIO(data), formats=FORMATS)


def upright(picture: Image.Image) -> Image.Image:
    """The image in RGB, 8 bits a channel: the first frame, turned as its EXIF data say, on white where transparent.

    Raises:
        ValueError: When a deep image holds values that are no numbers, or none that any depth holds.
    """
    turned = ImageOps.exif_transpose(picture)
    if turned.mode in DEEP:
        return Image.fromarray(shallow(np.asarray(turned), turned.info.get("transparency"))).convert("RGB")
    if turned.mode in ("RGBA", "LA", "PA") or "transparency" in turned.info:
        white = Image.new("RGBA", turned.size, "white")
        white.alpha_composite(turned.convert("RGBA"))
        turned = white
    return turned if turned.mode == "RGB" else turned.convert("RGB")


def shallow(values: np.ndarray[Any, Any], transparent: object = None) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """The values of a deep image as grey levels: 0 is black, the largest value that the depth holds is white.

    The depth is the smallest of `DEPTHS` that holds every value; numbers from 0 to 1 with fractions have a scale of
    their own. Where some value is negative, 0 is the middle and the scale reaches as far below it as above.

    Args:
        values: Whole numbers or floats.
        transparent: The value that stands for transparent pixels, which become white.

    Raises:
        ValueError: When a value is no number, or beyond every depth.

    Example:
        >>> shallow(np.array([0, 1000, 4095])).tolist(), shallow(np.array([0, 1000, 65535])).tolist()
        ([0, 62, 255], [0, 4, 255])
        >>> shallow(np.array([0.0, 0.5, 1.0])).tolist(), shallow(np.array([-1024, 0, 3071])).tolist()
        ([0, 128, 255], [96, 128, 223])
    """
    exact = values.astype(np.float64)
    if not np.isfinite(exact).all():
        raise ValueError("values that are no numbers")
    most, least = float(exact.max(initial=0)), float(exact.min(initial=0))
    fractions = values.dtype.kind == "f" and bool((exact % 1).any())
    scales = [1.0] * fractions + [float(2**bits - 1) for bits in DEPTHS]
    top = next((scale for scale in scales if max(most, -least) <= scale), None)
    if top is None:
        raise ValueError(f"values from {least:g} to {most:g}, beyond {DEPTHS[-1]} bits")
    bottom = -top if least < 0 else 0.0
    grey = np.floor((exact - bottom) / (top - bottom) * 255 + 0.5).astype(np.uint8)
    if isinstance(transparent, int):
        grey[exact == transparent] = 255
    return grey


def cut(picture: Image.Image) -> bool:
    """Whether the file has more bits a channel than Pillow decodes: of colours it keeps the upper 8."""
    return picture.mode not in DEEP and any(";16" in str(tile[3]) for tile in getattr(picture, "tile", ()))


def served(picture: Image.Image) -> str | None:
    """Under which type an image's own bytes can be sent; None where a plain reader would see something else.

    That is where a reader could see it turned, see through it, see other frames, or convert deep colours as it likes.

    Args:
        picture: As it was opened, neither decoded nor turned.
    """
    plain = picture.mode in ("RGB", "L") and "transparency" not in picture.info and not cut(picture)
    plain = plain and getattr(picture, "n_frames", 1) == 1
    return SERVED.get(str(picture.format)) if plain and picture.getexif().get(0x0112, 1) == 1 else None


def plain(data: bytes, masked: bool = False) -> tuple[bytes, str]:
    """An image's very bytes where every reader sees the same in them, else a PNG of what is shown; and their type.

    Args:
        data: Bytes of an image.
        masked: Show its mean colour instead.
    """
    picture = opened(data)
    kind = served(picture)
    if kind is not None and not masked:
        return data, kind
    shown, buffer = upright(picture), io.BytesIO()
    (mean_colour(shown) if masked else shown).save(buffer, "PNG")
    return buffer.getvalue(), "image/png"


def shown_uri(data: bytes, masked: bool = False) -> str:
    """An image as text, see `plain`."""
    return data_uri(*plain(data, masked))


def mean_colour(picture: Image.Image) -> Image.Image:
    """An image of one colour: the mean of an RGB image."""
    mean = np.asarray(picture, dtype=np.float64).mean(axis=(0, 1))
    return Image.new("RGB", picture.size, tuple(round(value) for value in mean))


def side_by_side(pictures: Sequence[Image.Image]) -> Image.Image:
    """RGB images in one row on white, all as high as the lowest of them; one image alone as it is.

    Example:
        >>> side_by_side([Image.new("RGB", (8, 4)), Image.new("RGB", (6, 12))]).size
        (10, 4)
    """
    if len(pictures) == 1:
        return pictures[0]
    height = min(picture.height for picture in pictures)
    parts = [picture.resize((max(1, picture.width * height // picture.height), height)) for picture in pictures]
    gap = GAP if height > GAP else 0
    row = Image.new("RGB", (sum(part.width for part in parts) + gap * (len(parts) - 1), height), "white")
    left = 0
    for part in parts:
        row.paste(part, (left, 0))
        left += part.width + gap
    return row
