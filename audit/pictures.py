"""A picture as every model is shown it; `exports` writes this file's text into what it exports."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageOps

SERVED = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}
"""Kinds of pictures that servers of models take as they are."""


def served(picture: Image.Image) -> str | None:
    """Under which type a picture's own bytes can be sent; None where a plain reader would see it turned or through it.

    Args:
        picture: As it was opened, not yet turned.
    """
    plain = picture.mode in ("RGB", "L") and "transparency" not in picture.info
    return SERVED.get(str(picture.format)) if plain and picture.getexif().get(0x0112, 1) == 1 else None


def upright(picture: Image.Image) -> Image.Image:
    """The picture in RGB, turned as its EXIF data say; what is transparent lies on white."""
    turned = ImageOps.exif_transpose(picture)
    if turned.mode in ("RGBA", "LA", "PA") or "transparency" in turned.info:
        white = Image.new("RGBA", turned.size, "white")
        white.alpha_composite(turned.convert("RGBA"))
        turned = white
    return turned.convert("RGB")


def mean_colour(picture: Image.Image) -> Image.Image:
    """A picture of one colour: the mean of an RGB picture."""
    mean = np.asarray(picture, dtype=np.float64).mean(axis=(0, 1))
    return Image.new("RGB", picture.size, tuple(round(value) for value in mean))
