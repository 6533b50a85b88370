"""Convert an image to what every model and every page shows; `exports` writes this file's text into exports.

There is one list of formats and one conversion to 8-bit RGB. Image keys are hashes of the converted pixels, so two
images that look the same to every model are one image.

An image of more than 8 bits is scaled by the smallest usual depth that holds all its values, not by its darkest and
brightest values. So levels stay absolute: a dark X-ray stays darker than a bright X-ray, and 12 bits stored in 16 are
not black. To show another window, convert the image before the build.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from twokeys.core.pictures.uris import data_uri

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "PPM")
"""Accepted formats, as Pillow names them: every build of Pillow opens them."""
SERVED = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}
"""Formats that model servers accept without conversion -> their media types."""
DEEP = ("I", "F", "I;16", "I;16B", "I;16L", "I;16N")
"""Pillow's modes of more than 8 bits: its own conversion to RGB cuts them off at 255."""
GAP = 8
"""Pixels between images that stand side by side."""
DEPTHS = (8, 12, 16, 24, 32)
"""Bits of the scales that deep images are shown on."""


def opened(data: bytes) -> Image.Image:
    """Open an image of one of `FORMATS` without decoding it; Pillow's UnidentifiedImageError for any other bytes."""
    return Image.open(io.BytesIO(data), formats=FORMATS)


def upright(image: Image.Image) -> Image.Image:
    """Convert an image to 8-bit RGB: its first frame, turned as its EXIF data say, on white if it is transparent.

    Raises:
        ValueError: When a deep image holds values that are no numbers, or that are beyond every depth.
    """
    turned = ImageOps.exif_transpose(image)
    if turned.mode in DEEP:
        return Image.fromarray(shallow(np.asarray(turned), turned.info.get("transparency"))).convert("RGB")
    if turned.mode in ("RGBA", "LA", "PA") or "transparency" in turned.info:
        white = Image.new("RGBA", turned.size, "white")
        white.alpha_composite(turned.convert("RGBA"))
        turned = white
    return turned if turned.mode == "RGB" else turned.convert("RGB")


def shallow(values: np.ndarray[Any, Any], transparent: object = None) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Convert the values of a deep image to grey levels: 0 is black, the largest value of the depth is white.

    The depth is the smallest of `DEPTHS` that holds every value; fractions from 0 to 1 have the scale 0 to 1. If some
    value is negative, 0 is the middle, and the scale reaches as far below 0 as above.

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


def cut(image: Image.Image) -> bool:
    """Whether the file has more bits a channel than Pillow decodes: of colour channels Pillow keeps the upper 8."""
    return image.mode not in DEEP and any(";16" in str(tile[3]) for tile in getattr(image, "tile", ()))


def served(image: Image.Image) -> str | None:
    """Return the media type under which an image's file can be sent; None if a plain reader would show something else.

    A reader may show something else if the image must be turned, is transparent, has several frames or deep colours.

    Args:
        image: The image as opened, neither decoded nor turned.
    """
    plain = image.mode in ("RGB", "L") and "transparency" not in image.info and not cut(image)
    plain = plain and getattr(image, "n_frames", 1) == 1
    return SERVED.get(str(image.format)) if plain and image.getexif().get(0x0112, 1) == 1 else None


def plain(data: bytes, masked: bool = False) -> tuple[bytes, str]:
    """Return bytes that every reader shows alike, and their media type: the image's file, or a PNG of what is shown.

    Args:
        data: Bytes of an image.
        masked: Show its mean colour instead.
    """
    image = opened(data)
    kind = served(image)
    if kind is not None and not masked:
        return data, kind
    shown, buffer = upright(image), io.BytesIO()
    (mean_colour(shown) if masked else shown).save(buffer, "PNG")
    return buffer.getvalue(), "image/png"


def shown_uri(data: bytes, masked: bool = False) -> str:
    """Return an image as a data URI of the bytes that `plain` gives."""
    return data_uri(*plain(data, masked))


def mean_colour(image: Image.Image) -> Image.Image:
    """Return an image of one colour: the mean of an RGB image."""
    mean = np.asarray(image, dtype=np.float64).mean(axis=(0, 1))
    return Image.new("RGB", image.size, tuple(round(value) for value in mean))


def side_by_side(images: Sequence[Image.Image]) -> Image.Image:
    """Put RGB images in one row on white, scaled to the height of the lowest; a single image stays as it is.

    Example:
        >>> side_by_side([Image.new("RGB", (8, 4)), Image.new("RGB", (6, 12))]).size
        (10, 4)
    """
    if len(images) == 1:
        return images[0]
    height = min(image.height for image in images)
    parts = [image.resize((max(1, image.width * height // image.height), height)) for image in images]
    gap = GAP if height > GAP else 0
    row = Image.new("RGB", (sum(part.width for part in parts) + gap * (len(parts) - 1), height), "white")
    left = 0
    for part in parts:
        row.paste(part, (left, 0))
        left += part.width + gap
    return row
