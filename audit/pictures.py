"""A picture as every model is shown it; `exports` writes this file's text into what it exports."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageOps


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
