"""Thumbnails: small images for a page, bounded each and in all, whatever the corpus holds."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from PIL import Image

from twokeys.core.errors import BadInput
from twokeys.core.pictures.decoding import decode
from twokeys.core.pictures.limits import Images
from twokeys.core.pictures.shown import side_by_side
from twokeys.core.pictures.uris import content, data_uri
from twokeys.data_cards.pictures import Picture

SIDE = 320
"""Longest side, in pixels."""
MOST = 24_000
"""Largest number of bytes of a thumbnail."""
TOTAL = 150 * SIDE * SIDE
"""Pixels of all thumbnails of a page. Not bytes: releases of an image library write them longer or shorter, and which
images a page shows must not depend on that, else `verify` would call an honest page another one."""
COLOURS = 256
"""Colours up to which an image is drawn rather than photographed, and kept without loss."""
QUALITIES = (82, 70, 55, 40, 25, 10)


@dataclass
class Thumbnails:
    """Makes thumbnails until the page is full.

    Attributes:
        read: Reads the bytes of the images of a view by its key, in their order; empty if they are not available.
        limits: Limits that are checked before an image is decoded.
        left: Number of pixels that still fit on the page.
    """

    read: Callable[[str], Sequence[bytes]]
    limits: Images
    left: int = TOTAL
    made: dict[str, Picture | None] = field(default_factory=dict)

    def __call__(self, key: str) -> Picture | None:
        """The thumbnail of an image, or of several side by side.

        None if it is not available or not readable, or the page is full.
        """
        if key not in self.made:
            images = self.read(key)
            self.made[key] = self._picture(images, key) if images else None
        picture = self.made[key]
        if picture is None or (size := picture.width * picture.height) > self.left:
            return None
        self.left -= size
        return picture

    def _picture(self, images: Sequence[bytes], key: str) -> Picture | None:
        try:
            small = shrunk(side_by_side([decode(data, key, self.limits) for data in images]))
        except BadInput:
            return None
        kind, encoded = written(small)
        return Picture(data_uri(encoded, f"image/{kind}"), *small.size)


def shrunk(picture: Image.Image) -> Image.Image:
    """An RGB image at most `SIDE` wide and high."""
    small = picture.copy()
    small.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS, reducing_gap=None)
    return small


def written(small: Image.Image) -> tuple[str, bytes]:
    """A thumbnail: PNG if it has few colours, otherwise JPEG of the best quality within `MOST` bytes."""
    if small.getcolors(COLOURS) is not None:
        data = _saved(small, "PNG", optimize=True)
        if len(data) <= MOST:
            return "png", data
    for quality in QUALITIES:
        data = _saved(small, "JPEG", quality=quality, optimize=True)
        if len(data) <= MOST:
            break
    return "jpeg", data


def pixels(picture: str) -> Image.Image:
    """A thumbnail back from its data URI.

    Raises:
        ValueError: When it is none.
    """
    data, kind = content(picture)
    if kind not in ("image/png", "image/jpeg"):
        raise ValueError("no thumbnail")
    with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as image:
        if max(image.size) > SIDE:
            raise ValueError(f"{image.width} x {image.height} pixels")
        return image.convert("RGB")


def _saved(picture: Image.Image, kind: str, **options: int | bool) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()
