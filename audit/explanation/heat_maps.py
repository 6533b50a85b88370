"""Heat maps: the scores of an item's patches, laid over its images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

if TYPE_CHECKING:
    from twokeys.audit.games.game import Floats

FOR, AGAINST = np.array([230, 97, 1.0]), np.array([94, 60, 153.0])
"""Colours of scores that speak for the answer and against it."""
GRIDS = "grids"
"""Field of an explained item of several images: rows and columns of the patches of each, in their order."""


def heat_maps(
    pictures: Sequence[Image.Image], sizes: Sequence[tuple[int, int]], item: Mapping[str, Any], scores: Floats
) -> list[Image.Image]:
    """Lay patch scores over the images of an item; one scale for all of them, so that images can be compared.

    Args:
        pictures: The images as they are shown, in their order.
        sizes: Width and height of the originals.
        item: The item as a run of explainers wrote it.
        scores: (patches,) of all images.

    Raises:
        ValueError: If the item was explained with other images or patches than these.
    """
    boxes = np.array(item["boxes"], dtype=np.float64).reshape(-1, 4)
    counts = [rows * columns for rows, columns in item[GRIDS]] if GRIDS in item else [len(boxes)]
    if len(counts) != len(pictures) or min(counts) < 1 or not sum(counts) == len(boxes) == len(scores):
        shown = f"{len(pictures)} images and {len(scores)} scores"
        raise ValueError(f"the item has {shown}, and was explained as {len(counts)} images of {len(boxes)} patches")
    top, ends = float(np.abs(scores).max()) or 1.0, np.cumsum(counts)[:-1]
    parts = zip(pictures, sizes, np.split(boxes, ends), np.split(scores, ends), strict=True)
    return [heat(picture, size, patches, values, top) for picture, size, patches, values in parts]


def heat(
    picture: Image.Image, size: tuple[int, int], boxes: NDArray[np.float64], scores: Floats, top: float
) -> Image.Image:
    """Lay patch scores over an image: orange speaks for the answer, blue-violet against it.

    Args:
        picture: The image as it is shown.
        size: Width and height of the original, in which boxes are given.
        boxes: (patches, 4) left, top, right, bottom.
        scores: (patches,).
        top: The magnitude that has the strongest colour.
    """
    canvas = np.asarray(picture, dtype=np.float64).copy()
    grey = canvas.mean(axis=2, keepdims=True)
    canvas = 0.5 * canvas + 0.5 * grey
    scale = np.array([canvas.shape[1] / size[0], canvas.shape[0] / size[1]] * 2)
    for box, score in zip(boxes * scale, scores, strict=True):
        left, upper, right, lower = np.round(box).astype(int)
        share = 0.75 * abs(score) / top
        colour = FOR if score > 0 else AGAINST
        canvas[upper:lower, left:right] = (1 - share) * canvas[upper:lower, left:right] + share * colour
    return Image.fromarray(np.clip(canvas, 0, 255).astype(np.uint8))
