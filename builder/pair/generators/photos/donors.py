"""Donors: things cut out of other pictures of the corpus, to be pasted where there is none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twokeys.builder.pair.edit import Box
from twokeys.builder.pair.generators.photos.needs import needed
from twokeys.builder.pair.generators.photos.removal import scaled
from twokeys.builder.pair.generators.photos.things import Cut, Known, mask_of
from twokeys.builder.pair.generators.photos.writing import Mask, Pixels

SOFT = 0.9
"""Standard deviation in pixels by which a cut-out's rim is softened."""
TRIES = 30


@dataclass(frozen=True)
class Donor:
    """A thing cut out of its picture.

    Attributes:
        label: What it is.
        pixels: (height, width, 3) of its box.
        mask: (height, width): where it is in its box.
        box: Where it was, as shares of its picture's width and height: its size and how high it stands.
        image_key: Its picture.
    """

    label: str
    pixels: Pixels
    mask: Mask
    box: tuple[float, float, float, float]
    image_key: str


def cut_out(
    known: Known, label: str, pixels: Pixels, image_key: str, area: tuple[float, float], cut: Cut = mask_of
) -> Donor | None:
    """Cut out the largest whole thing of a label; None where every one touches the border or another thing.

    Where only its box is known, a thing is left alone unless a segmenter cuts: GrabCut leaves background around one
    thing in two, and a piece of background is no thing of any kind.
    """
    height, width = pixels.shape[:2]
    for thing in sorted(known.of(label), key=lambda each: -_size(each.box)):
        x0, y0, x1, y1 = thing.box
        whole = x0 > 1 and y0 > 1 and x1 < width - 1 and y1 < height - 1 and not thing.crowd
        drawn = thing.outline is not None or cut is not mask_of
        if not whole or not drawn or any(_meet(thing.box, other.box) for other in known.things if other is not thing):
            continue
        mask = cut(thing, pixels)
        if area[0] <= mask.mean() <= area[1]:
            part = np.s_[y0:y1, x0:x1]
            shares = x0 / width, y0 / height, x1 / width, y1 / height
            return Donor(label, pixels[part].copy(), mask[part].copy(), shares, image_key)
    return None


def placed(
    donor: Donor, pixels: Pixels, taken: Mask, area: tuple[float, float], random: np.random.Generator
) -> Pixels | None:
    """Paste a donor as large and as high as it was in its own picture, beside whatever is there.

    Returns:
        None where no place is free, or the thing would be too small or too large.
    """
    height, width = pixels.shape[:2]
    # One factor for both sides: a thing keeps its shape.
    factor = height * (donor.box[3] - donor.box[1]) / donor.mask.shape[0]
    h, w = (max(2, round(side * factor)) for side in donor.mask.shape)
    if h >= height or w >= width or factor > 1.6:
        return None
    top = min(max(round(donor.box[1] * height), 0), height - h)
    lefts = random.permutation(np.linspace(0, width - w, TRIES).astype(int))
    left = next((int(x) for x in lefts if not taken[top : top + h, x : x + w].any()), None)
    alpha = scaled(donor.mask.astype(np.uint8) * 255, (w, h)) > 127
    if left is None or not area[0] <= alpha.sum() / (height * width) <= area[1]:
        return None
    soft = _softened(alpha)[..., None]
    new = pixels.copy()
    below = pixels[top : top + h, left : left + w].astype(np.float32)
    mixed = below + soft * (scaled(donor.pixels, (w, h)) - below)
    new[top : top + h, left : left + w] = mixed.round().clip(0, 255).astype(np.uint8)
    return new


def _softened(mask: Mask) -> NDArray[np.float32]:
    """Opacity: whole inside, falling off at the rim, nothing outside."""
    cv2 = needed("cv2")
    inner = cv2.erode(np.pad(mask, 2).astype(np.uint8), np.ones((3, 3), np.uint8)).astype(np.float32)
    soft: NDArray[np.float32] = cv2.GaussianBlur(inner, (0, 0), SOFT)[2:-2, 2:-2]
    return soft * mask


def _size(box: Box) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])


def _meet(first: Box, second: Box) -> bool:
    return max(first[0], second[0]) < min(first[2], second[2]) and max(first[1], second[1]) < min(first[3], second[3])
