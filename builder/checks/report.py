"""Check that `report.html` follows from the rows and the manifest, word for word and image for image."""

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
"""Largest difference of a block's mean colour, of 255: releases of an image library write slightly different images."""
_IMAGE = re.compile(r'src="([^"]*)"')


def same_report(folder: Folder) -> Checked:
    """Write the report again and compare: all text must be equal, and every image must look the same."""
    published = _IMAGE.split((folder.path / FILE).read_text(encoding="utf-8"))
    again = _IMAGE.split(report_text(folder_report(folder.path, folder.manifest)))
    if published[::2] != again[::2]:
        yield f"{FILE} is not what the rows and the manifest give"
        return ""
    for number, (shown, expected) in enumerate(zip(published[1::2], again[1::2], strict=True), start=1):
        if shown != expected and not alike(shown, expected):
            yield f"{FILE}: picture {number} is no thumbnail of the published one"
    return counts(page=1, image=len(published) // 2)


def alike(first: str, second: str) -> bool:
    """Whether two thumbnails, as data URIs, look the same; False if one is no thumbnail."""
    try:
        images = pixels(first), pixels(second)
    except (ValueError, OSError, Image.DecompressionBombError):
        return False
    return look_the_same(*images)


def look_the_same(first: Image.Image, second: Image.Image) -> bool:
    """Whether two images in RGB look the same, up to differences between releases of a library."""
    if first.size != second.size:
        return False
    blocks = [
        np.asarray(image.resize(_blocks(image.size), Image.Resampling.BOX), dtype=np.float64)
        for image in (first, second)
    ]
    return float(np.abs(blocks[0] - blocks[1]).max()) <= TOLERANCE


def _blocks(size: tuple[int, int]) -> tuple[int, int]:
    return max(1, size[0] // BLOCK), max(1, size[1] // BLOCK)
