"""Recolouring things: the hue is turned in CIELAB, lightness and its shading stay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twokeys.builder.pair.generators.photos.needs import needed
from twokeys.builder.pair.generators.photos.writing import Mask, Pixels

PURE = 0.6
"""Share of a thing's pixels that must have the colour that the question's answer names."""


@dataclass(frozen=True)
class Colour:
    """A colour word in CIELAB.

    Attributes:
        low: Smallest hue angle in degrees.
        high: Largest; beyond 360 where the range passes zero.
        hue: The angle that is turned to.
        light: Range of lightness (0 to 100) in which people use the word.
        chroma: Least chroma.
    """

    low: float
    high: float
    hue: float
    light: tuple[float, float]
    chroma: float

    def holds(self, lightness: NDArray[np.float32], chroma: NDArray[np.float32], hue: NDArray[np.float32]) -> Mask:
        """Which pixels one would call by this word."""
        angle = np.where(hue < self.low, hue + 360, hue)
        inside = (angle >= self.low) & (angle < self.high) & (chroma >= self.chroma)
        found: Mask = inside & (lightness >= self.light[0]) & (lightness <= self.light[1])
        return found


COLOURS = {
    "red": Colour(10, 48, 32, (20, 62), 32),
    "orange": Colour(48, 75, 62, (50, 85), 38),
    "yellow": Colour(78, 112, 95, (60, 100), 32),
    "green": Colour(115, 180, 140, (15, 85), 16),
    "blue": Colour(235, 300, 272, (12, 75), 18),
    "purple": Colour(302, 335, 318, (12, 62), 20),
}
"""Words whose range of hue is not in doubt; brown and pink are also matters of lightness and are left out."""


def colour_of(pixels: Pixels, mask: Mask) -> str | None:
    """The word that most of a region has; None where none holds for enough of it."""
    lightness, chroma, hue = _polar(pixels[mask][None])
    shares = {word: float(colour.holds(lightness, chroma, hue).mean()) for word, colour in COLOURS.items()}
    best = max(shares, key=lambda word: shares[word])
    return best if shares[best] >= PURE else None


def targets(pixels: Pixels, mask: Mask) -> tuple[str, ...]:
    """Words that a region can be turned to as it is: its lightness must be one that the word has."""
    mine = colour_of(pixels, mask)
    lightness, chroma, _ = _polar(pixels[mask][None])
    if mine is None:
        return ()
    middle, strength = float(np.median(lightness)), float(np.median(chroma))
    return tuple(
        word for word, colour in COLOURS.items()
        if word != mine and colour.light[0] <= middle <= colour.light[1] and strength >= colour.chroma
    )  # fmt: skip


def recoloured(pixels: Pixels, mask: Mask, word: str) -> Pixels | None:
    """Turn the hue of a region's coloured pixels to another word's.

    Pixels of the region that have another colour than most of it (a wheel, a window) stay as they are. The turn is
    faded in over the rim by the mask itself, blurred by a pixel.

    Returns:
        None where the result would not be called by the word, as where it leaves the screen's gamut.
    """
    cv2 = needed("cv2")
    mine = colour_of(pixels, mask)
    if mine is None:
        return None
    lab = cv2.cvtColor(pixels.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    _, chroma, hue = _polar(pixels)
    old = COLOURS[mine]
    turn = np.float32(COLOURS[word].hue - old.hue)
    near = np.abs((hue - old.hue + 180) % 360 - 180) <= (old.high - old.low) / 2 + 25
    weight = cv2.GaussianBlur((mask & near & (chroma > 6)).astype(np.float32), (0, 0), 0.8) * mask
    angle = np.deg2rad(hue + turn)
    turned = np.stack([lab[..., 0], chroma * np.cos(angle), chroma * np.sin(angle)], axis=2).astype(np.float32)
    shown = cv2.cvtColor(turned, cv2.COLOR_LAB2RGB).clip(0, 1) * 255
    mixed = pixels + weight[..., None] * (shown - pixels)
    new: Pixels = np.where(mask[..., None], mixed.round(), pixels).astype(np.uint8)
    return new if colour_of(new, mask) == word else None


def _polar(pixels: Pixels) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Lightness, chroma and hue angle in degrees."""
    cv2 = needed("cv2")
    lab = cv2.cvtColor(np.ascontiguousarray(pixels).astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    return lab[..., 0], np.hypot(lab[..., 1], lab[..., 2]), np.rad2deg(np.arctan2(lab[..., 2], lab[..., 1])) % 360
