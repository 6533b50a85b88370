"""Whether a published `report.html` is what the rows and the manifest give, word for word and image for image."""

from __future__ import annotations

import re

import numpy as np
from PIL import Image

from twokeys.builder.checks.finding import Checked, counts
from twokeys.builder.publish.folder import Folder
from twokeys.builder.publish.report.compose import folder_report
from twokeys.builder.publish.report.thumbnails import pixels
from twokeys.data_cards.report import FILE, report_text

BLOCK = 8
"""Side of the blocks that are compared, in pixels."""
TOLERANCE = 16
"""Largest difference of a block's mean colour, of 255: releases of an image library write a little apart."""
_PICTURE = re.compile(r'src="([^"]*)"')


def same_report(known: Folder) -> Checked:
    """Write the report again and compare: all text must be equal, and every image look the same."""
    said = _PICTURE.split((known.path / FILE).read_text(encoding="utf-8"))
    again = _PICTURE.split(report_text(folder_report(known.path, known.manifest)))
    if said[::2] != again[::2]:
        yield f"{FILE} is not what the rows and the manifest give"
        return ""
    for number, (one, other) in enumerate(zip(said[1::2], again[1::2], strict=True), start=1):
        if one != other and not alike(one, other):
            yield f"{FILE}: picture {number} is no thumbnail of the published one"
    return counts(page=1, image=len(said) // 2)


def alike(one: str, other: str) -> bool:
    """Whether two thumbnails, as data URIs, look the same; what is no thumbnail looks like none."""
    try:
        first, second = pixels(one), pixels(other)
    except (ValueError, OSError, Image.DecompressionBombError):
        return False
    return look_the_same(first, second)


def look_the_same(first: Image.Image, second: Image.Image) -> bool:
    """Whether two images in RGB look the same, to what releases of a library differ by."""
    if first.size != second.size:
        return False
    blocks = [
        np.asarray(picture.resize(_blocks(picture.size), Image.Resampling.BOX), dtype=np.float64)
        for picture in (first, second)
    ]
    return float(np.abs(blocks[0] - blocks[1]).max()) <= TOLERANCE


def _blocks(size: tuple[int, int]) -> tuple[int, int]:
    return max(1, size[0] // BLOCK), max(1, size[1] // BLOCK)
