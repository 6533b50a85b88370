"""Drawing scenes as NLVR drew them: shapes are cut out of its own pictures, so redrawn pixels are its pixels."""

from __future__ import annotations

import io
import itertools
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from twokeys.builder.pair.edit import Box as Frame
from twokeys.builder.pair.generators.nlvr.scene import SIDE, Box, Scene, Thing
from twokeys.core.pictures.decoding import decode

Pixels = NDArray[np.uint8]
"""(height, width, 3) RGB."""
Kind = tuple[str, int, str]
"""Shape, size and colour of a thing."""
BACKGROUND, BETWEEN = 211, 128
"""Grey of the boxes and of the stripes between them."""
STRIDE = 150
"""Pixels from one box's left wall to the next one's."""
WIDTH = STRIDE * 2 + SIDE
INKS = {"yellow": (255, 255, 0), "black": (0, 0, 0), "blue": (0, 153, 255)}
SLACK, SLACK_PIXELS = 16, 8
"""A few large circles have one or two border pixels that the corpus drew a shade lighter or darker elsewhere."""


def kind(thing: Thing) -> Kind:
    """What a thing looks like wherever it is."""
    return thing.shape, thing.size, thing.colour


def as_drawn(scene: Scene, pixels: Pixels) -> Scene | None:
    """Put a scene's boxes in the order in which a picture shows them; None when it shows another scene.

    The corpus drew each scene in all six orders. Every thing has its colour in its middle, and nothing but background
    lies outside the things' squares.
    """
    if pixels.shape != (SIDE, WIDTH, 3):
        return None
    for order in itertools.permutations(scene):
        if all(_shows(pixels[:, at * STRIDE : at * STRIDE + SIDE], box) for at, box in enumerate(order)):
            return cast("Scene", order)
    return None


def _shows(part: Pixels, box: Box) -> bool:
    inked = (part != BACKGROUND).any(axis=2)
    for thing in box:
        middle = part[thing.y + thing.size // 2, thing.x + thing.size // 2]
        if tuple(middle.tolist()) != INKS[thing.colour]:
            return False
        inked[thing.y : thing.y + thing.size, thing.x : thing.x + thing.size] = False
    return not inked.any()


class Stencils:
    """The corpus's shapes as pixels, one stencil per kind of thing."""

    def __init__(self, stencils: Mapping[Kind, Pixels]) -> None:
        self._stencils = dict(stencils)

    @classmethod
    def cut(cls, pictures: Iterable[tuple[Scene, Pixels]]) -> Stencils:
        """Cut every kind of thing out of pictures; where the corpus drew it in several ways, the most frequent one.

        Args:
            pictures: Scenes, boxes in the order of the picture, with the pixels.
        """
        seen: dict[Kind, Counter[bytes]] = {}
        for scene, pixels in pictures:
            for at, box in enumerate(scene):
                for thing in box:
                    left = at * STRIDE + thing.x
                    cut = pixels[thing.y : thing.y + thing.size, left : left + thing.size]
                    seen.setdefault(kind(thing), Counter())[cut.tobytes()] += 1
        best = {what: max(ways, key=lambda way: (ways[way], way)) for what, ways in seen.items()}
        return cls({what: np.frombuffer(way, np.uint8).reshape(what[1], what[1], 3) for what, way in best.items()})

    @property
    def kinds(self) -> frozenset[Kind]:
        """Kinds of things that can be drawn."""
        return frozenset(self._stencils)

    def draw(self, scene: Scene) -> Pixels:
        """Draw a scene, its boxes from left to right."""
        pixels = np.full((SIDE, WIDTH, 3), BETWEEN, dtype=np.uint8)
        for at, box in enumerate(scene):
            pixels[:, at * STRIDE : at * STRIDE + SIDE] = BACKGROUND
            for thing in box:
                left = at * STRIDE + thing.x
                pixels[thing.y : thing.y + thing.size, left : left + thing.size] = self._stencils[kind(thing)]
        return pixels

    def redraws(self, scene: Scene, pixels: Pixels) -> bool:
        """Whether drawing a scene gives a picture of the corpus: every pixel, up to `SLACK` at a few borders."""
        if any(kind(thing) not in self._stencils for box in scene for thing in box):
            return False
        off = np.abs(self.draw(scene).astype(np.int16) - pixels).max(axis=2)
        return bool(off.max() <= SLACK and (off > 0).sum() <= SLACK_PIXELS)

    def change(self, pixels: Pixels, before: Scene, after: Scene) -> Pixels:
        """Change a picture of one scene into a picture of another; what both share stays as the corpus drew it."""
        old, new = self.draw(before), self.draw(after)
        return np.where((old != new).any(axis=2, keepdims=True), new, pixels)


def pixels_of(data: bytes) -> Pixels:
    """Decode a picture that the build has examined before."""
    return np.asarray(decode(data, "a picture"))


def png(pixels: Pixels) -> bytes:
    """Encode pixels as the corpus does: a PNG with an opaque alpha channel."""
    stream = io.BytesIO()
    Image.fromarray(pixels).convert("RGBA").save(stream, format="PNG")
    return stream.getvalue()


def frames(before: Scene, after: Scene) -> tuple[Frame, ...]:
    """Boxes around what differs: each thing that is in one scene only, where it was or is."""
    boxes = []
    for at, (old, new) in enumerate(zip(before, after, strict=True)):
        for thing in sorted(set(old) ^ set(new), key=lambda t: (t.x, t.y, t.size)):
            left = at * STRIDE + thing.x
            boxes.append((left, thing.y, left + thing.size, thing.y + thing.size))
    return tuple(dict.fromkeys(boxes))
