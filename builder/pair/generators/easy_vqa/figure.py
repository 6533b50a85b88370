"""easy-VQA's pictures as figures: what is drawn, where and how large, so that drawing it again gives the same pixels.

The corpus drew on 128 x 128 pixels without smoothing and halved that with a bilinear filter. Its circles are polygons
with a corner at every degree, its triangles are equilateral and stand on a side.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from twokeys.core.pictures.decoding import decode

Pixels = NDArray[np.uint8]
Rgb = tuple[int, int, int]
Shape = Literal["circle", "rectangle", "triangle"]
SHAPES: tuple[Shape, ...] = ("circle", "rectangle", "triangle")
COLOURS: dict[str, Rgb] = {
    "black": (0, 0, 0),
    "blue": (0, 0, 255),
    "brown": (165, 42, 42),
    "gray": (128, 128, 128),
    "green": (0, 255, 0),
    "red": (255, 0, 0),
    "teal": (0, 128, 128),
    "yellow": (255, 255, 0),
}
SIZE, FINE = 64, 128
"""Side of a picture, and of the canvas that it was drawn on."""
STEEP = float(np.sqrt(3)) / 2
"""Height of a triangle over its side."""
_TURN = np.deg2rad(np.arange(360))


@dataclass(frozen=True, slots=True)
class Figure:
    """A shape on the fine canvas.

    Attributes:
        shape: Which.
        at: Left and upper edge of a rectangle, centre of a circle, left corner of a triangle's base.
        size: Width and height of a rectangle, less one pixel; radius of a circle, twice; side and height of a triangle.
    """

    shape: Shape
    at: tuple[float, float]
    size: tuple[float, float]

    def draw(self, colour: Rgb, background: Rgb) -> Pixels:
        """Draw it as the corpus did.

        Returns:
            (64, 64, 3) pixels.
        """
        canvas = Image.new("RGB", (FINE, FINE), background)
        pen = ImageDraw.Draw(canvas)
        (x, y), (w, h) = self.at, self.size
        if self.shape == "rectangle":
            pen.rectangle((x, y, x + w, y + h), fill=colour)
        elif self.shape == "triangle":
            pen.polygon([(x, y), (x + w, y), (x + w / 2, y - h)], fill=colour)
        else:
            across = np.floor(np.cos(_TURN) * w + x + 0.5)
            down = np.floor(np.sin(_TURN) * w + y + 0.5)
            pen.polygon([(int(a), int(b)) for a, b in zip(across, down, strict=True)], fill=colour)
        return np.asarray(canvas.resize((SIZE, SIZE), Image.Resampling.BILINEAR))


@dataclass(frozen=True, slots=True)
class Drawing:
    """A whole picture: a figure, its colour's name, and the background."""

    figure: Figure
    colour: str
    background: Rgb

    def draw(self) -> Pixels:
        """Draw it, (64, 64, 3)."""
        return self.figure.draw(COLOURS[self.colour], self.background)


def pixels_of(data: bytes) -> Pixels:
    """Decode a picture that the build has examined before."""
    return np.asarray(decode(data, "a picture"))


def png(pixels: Pixels) -> bytes:
    """Encode pixels as the corpus does."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, format="PNG")
    return stream.getvalue()


def read(pixels: Pixels) -> Drawing | None:
    """Find the drawing of a picture; None unless drawing it again gives every pixel of it."""
    if pixels.shape != (SIZE, SIZE, 3):
        return None
    tones, counts = np.unique(pixels.reshape(-1, 3), axis=0, return_counts=True)
    background = tones[counts.argmax()]
    inks = {name for name, ink in COLOURS.items() if (tones == ink).all(axis=1).any()}
    if len(inks) != 1:
        return None
    (colour,) = inks
    share = _share(pixels, background, COLOURS[colour])
    red, green, blue = (int(value) for value in background)
    for figure in _candidates(share):
        drawing = Drawing(figure, colour, (red, green, blue))
        if np.array_equal(drawing.draw(), pixels):
            return drawing
    return None


def _share(pixels: Pixels, background: NDArray[np.uint8], ink: Rgb) -> NDArray[np.float64]:
    """How much of each pixel is ink, from the channel in which ink and background differ most."""
    away = np.asarray(ink, dtype=np.float64) - background
    channel = int(np.abs(away).argmax())
    share: NDArray[np.float64] = (pixels[..., channel].astype(np.float64) - background[channel]) / away[channel]
    return share


def _candidates(share: NDArray[np.float64]) -> Iterator[Figure]:
    """Figures that fill as much of their square, with edges where the ink begins and ends."""
    across, down = share.max(axis=0), share.max(axis=1)
    total = float(share.sum())
    filled = total / (float(across.sum()) * float(down.sum()))
    if filled > 0.9:  # a rectangle fills all of it, a circle pi / 4, a triangle half
        (x0, x1), (y0, y1) = _edges(across), _edges(down)
        yield Figure("rectangle", (x0, y0), (x1 - x0, y1 - y0))
    elif filled < 0.65:
        (first, last), low = _ends(across), _ends(down)[1]
        for x0, x1, y1 in itertools.product(_near(first), _near(last), _near(low)):
            yield Figure("triangle", (x0, y1), (x1 - x0, (x1 - x0) * STEEP))
    else:
        fine = np.arange(SIZE) * 2 + 0.5
        x, y = round(float(share.sum(axis=0) @ fine / total)), round(float(share.sum(axis=1) @ fine / total))
        radius = float(np.sqrt(4 * total / np.pi))
        halves = np.arange(np.floor(2 * radius) - 3, np.ceil(2 * radius) + 2) / 2
        for r in (*halves, *np.arange(radius - 1, radius, 0.04)):
            yield Figure("circle", (x, y), (float(r), float(r)))


def _ends(profile: NDArray[np.float64]) -> tuple[int, int]:
    """First and last pixel with ink, on the fine canvas."""
    inked = np.flatnonzero(profile > 0.01)
    return int(inked[0]) * 2, int(inked[-1]) * 2


def _near(edge: int) -> tuple[int, ...]:
    return edge - 1, edge, edge + 1, edge + 2


def _edges(profile: NDArray[np.float64]) -> tuple[int, int]:
    """First and last fine pixel of a straight-edged shape: its outer pixel has 1/8 or 1/2 of the ink."""
    first, last = _ends(profile)
    begin, end = float(profile[first // 2]), float(profile[last // 2])
    start = first + 2 if begin < 0.3 else first + 1 if begin < 0.7 else first
    stop = last - 1 if end < 0.3 else last if end < 0.7 else last + 1
    return start, stop
