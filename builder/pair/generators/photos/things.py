"""What a picture shows: things with a label, a box and, where somebody drew one, an outline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from twokeys.builder.pair.edit import Box
from twokeys.builder.pair.generators.photos.needs import needed
from twokeys.builder.pair.generators.photos.writing import Mask, Pixels

GROWN = 0.25
"""By so much of its size a box is widened for GrabCut, which must see some background on every side."""
LEAST = 0.2
"""A mask that keeps less than this share of its box has failed; the box is then the safer mask."""
ROUNDS = 4
NEAR = 8
"""Gap in pixels below which two changed places share a box."""


@dataclass(frozen=True)
class Thing:
    """One object in a picture.

    Attributes:
        label: Its category, in small letters.
        box: Where it is.
        outline: Its mask as COCO run-length encoding (`counts`, compressed), None where only the box is known.
        crowd: Whether it stands for several objects that nobody counted.
        score: A detector's; None where a person annotated it.
    """

    label: str
    box: Box
    outline: bytes | None = None
    crowd: bool = False
    score: float | None = None


@dataclass(frozen=True)
class Known:
    """What is known of one picture.

    Attributes:
        things: Its things.
        complete: Labels of which every object is among them, so that absence is known too.
        annotated: Whether people say so; otherwise a detector does.
        size: (height, width) of the picture that was annotated, in which boxes and outlines are stated; None where
            they were found in the very picture.
    """

    things: tuple[Thing, ...]
    complete: frozenset[str]
    annotated: bool = True
    size: tuple[int, int] | None = None
    counts: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        counted = Counter(thing.label for thing in self.things)
        object.__setattr__(self, "counts", {label: counted[label] for label in self.complete})

    def misfit(self, height: int, width: int, file: str | None) -> str | None:
        """Why a picture is not the one that was annotated: boxes and outlines mean other places in another size.

        Args:
            height: Of the picture, as a reader sees it.
            width: Likewise.
            file: The file of annotations, for the message.
        """
        if self.size is None or self.size == (height, width):
            return None
        return (
            f"the picture has {width} x {height} pixels, in {file} it has {self.size[1]} x {self.size[0]}; "
            "give the pictures as they were annotated, neither scaled nor turned"
        )

    def of(self, label: str) -> tuple[Thing, ...]:
        """The things of one label."""
        return tuple(thing for thing in self.things if thing.label == label)


Cut = Callable[[Thing, Pixels], Mask]
"""Finds the mask of a thing in a picture."""


def mask_of(thing: Thing, pixels: Pixels) -> Mask:
    """Where a thing is: its outline, or what GrabCut (Rother, Kolmogorov and Blake 2004) finds inside its box.

    A crowd without an outline is its whole box: a part of it that is taken for background would be a mistake.
    """
    height, width = pixels.shape[:2]
    if thing.outline is not None:
        coco = needed("pycocotools.mask")
        mask: Mask = coco.decode({"size": [height, width], "counts": thing.outline}).astype(bool)
        return mask
    return within(thing.box, pixels) if thing.crowd else _grabcut(thing.box, pixels)


def _grabcut(box: Box, pixels: Pixels) -> Mask:
    cv2 = needed("cv2")
    left, top, right, bottom = _grown(box, pixels)
    inside = within(box, pixels)
    # Only the box and its surroundings: the far background would cost time and say little.
    part = np.ascontiguousarray(pixels[top:bottom, left:right, ::-1])
    labels = np.full(part.shape[:2], cv2.GC_BGD, dtype=np.uint8)
    labels[inside[top:bottom, left:right]] = cv2.GC_PR_FGD
    if (labels == cv2.GC_BGD).sum() < 16 or (labels == cv2.GC_PR_FGD).sum() < 16:
        return inside
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(0)  # its mixture models are fitted by k-means from random centres
    cv2.grabCut(part, labels, None, *models, ROUNDS, cv2.GC_INIT_WITH_MASK)
    mask = np.zeros_like(inside)
    mask[top:bottom, left:right] = (labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)
    return mask if mask.sum() >= LEAST * inside.sum() else inside


def within(box: Box, pixels: Pixels, grown: bool = False) -> Mask:
    """A box as a mask; `grown` with its surroundings."""
    x0, y0, x1, y1 = _grown(box, pixels) if grown else box
    inside = np.zeros(pixels.shape[:2], dtype=bool)
    inside[y0:y1, x0:x1] = True
    return inside


def _grown(box: Box, pixels: Pixels) -> Box:
    height, width = pixels.shape[:2]
    x0, y0, x1, y1 = box
    dx, dy = round((x1 - x0) * GROWN) + 2, round((y1 - y0) * GROWN) + 2
    return max(x0 - dx, 0), max(y0 - dy, 0), min(x1 + dx, width), min(y1 + dy, height)


def outline_of(mask: Mask) -> bytes:
    """Encode a mask as `Thing.outline`."""
    encoded: Any = needed("pycocotools.mask").encode(np.asfortranarray(mask.astype(np.uint8)))
    outline: bytes = encoded["counts"]
    return outline


def published(mask: Mask) -> dict[str, Any]:
    """A difference mask as it is published: COCO's run-length encoding, which every COCO reader decodes."""
    return {"size": list(mask.shape), "counts": outline_of(mask).decode("ascii")}


def boxes_of(mask: Mask) -> tuple[Box, ...]:
    """Boxes that hold all of a mask, one per connected place; places that nearly touch share one.

    Example:
        >>> mask = np.zeros((60, 60), dtype=bool)
        >>> mask[2:4, 3:9] = mask[40:44, 50:52] = True
        >>> boxes_of(mask)
        ((3, 2, 9, 4), (50, 40, 52, 44))
    """
    cv2 = needed("cv2")
    joined = cv2.dilate(mask.astype(np.uint8), np.ones((NEAR, NEAR), dtype=np.uint8))
    number, labels = cv2.connectedComponents(joined)
    boxes = []
    for place in range(1, number):
        ys, xs = np.nonzero((labels == place) & mask)
        if len(ys):
            boxes.append((int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1))
    return tuple(sorted(boxes))
