"""Images and figures as pages show them: small, and as data in the page."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL.Image import Resampling

from twokeys.audit.drawing import saved
from twokeys.core.pictures.uris import data_uri

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from PIL import Image


SIDE = 320
"""Longest side of an image in the report, in pixels."""


def small(picture: Image.Image) -> Image.Image:
    """An image as large as pages show it; pixels of a small one stay squares."""
    scale = SIDE / 2 / max(picture.size)
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    return picture.resize(size, Resampling.NEAREST if max(picture.size) < SIDE else Resampling.LANCZOS)


def png(picture: Image.Image) -> str:
    """An image as an address that needs no file."""
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", optimize=True)
    return data_uri(buffer.getvalue(), "image/png")


def picture_of(figure: Figure) -> str:
    """A figure as an address that needs no file; as an image, so that what two figures call alike does not clash."""
    return data_uri(saved(figure).encode(), "image/svg+xml")
