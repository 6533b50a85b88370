"""Removing things: the place of a thing is painted over from what surrounds it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image

from twokeys.builder.pair.generators.photos.needs import needed
from twokeys.builder.pair.generators.photos.writing import Mask, Pixels

Inpaint = Callable[[Pixels, Mask, Mask], Pixels | None]
"""Fills a mask; pixels outside it stay as they are. The second mask holds other things, which must not be copied.

None where there is nothing to fill it with."""
RADIUS = 5
EDGE = 0.06
"""A mask is widened by this share of its side: outlines cut corners, and a thing's edge colours its surroundings."""


def inpainting(name: str) -> Inpaint:
    """Find a way of inpainting by name.

    Args:
        name: `patches` (`twokeys.builder.pair.generators.photos.synthesis`), or `telea` (Telea 2004) or `ns` (Bertalmio
            et al. 2001), which are faster and leave smears; anything else is the name or the folder of a `diffusers`
            inpainting pipeline.

    Raises:
        MissingPackage: When its library is not installed.
    """
    if name == "patches":
        from twokeys.builder.pair.generators.photos.synthesis import synthesised

        return synthesised
    if name in ("telea", "ns"):
        return _opencv(name)
    from twokeys.builder.pair.generators.photos.diffusion import diffusion

    return diffusion(name)


def check_inpainting(name: str) -> None:
    """See that a pipeline is there, before anything is measured; arguments and errors as `inpainting`."""
    if name not in ("patches", "telea", "ns"):
        from twokeys.builder.pair.generators.photos.diffusion import check_diffusion

        check_diffusion(name)


def _opencv(name: str) -> Inpaint:
    cv2 = needed("cv2")
    method = cv2.INPAINT_TELEA if name == "telea" else cv2.INPAINT_NS

    def fill(pixels: Pixels, mask: Mask, _: Mask) -> Pixels:
        ys, xs = np.nonzero(mask)
        # Only what lies around the mask is looked at, so only that is handed over.
        pad = 4 * RADIUS
        top, left = max(ys.min() - pad, 0), max(xs.min() - pad, 0)
        part = np.s_[top : ys.max() + 1 + pad, left : xs.max() + 1 + pad]
        filled = cv2.inpaint(np.ascontiguousarray(pixels[part]), mask[part].astype(np.uint8), RADIUS, method)
        new = pixels.copy()
        new[part][mask[part]] = _grained(filled, pixels[part], mask[part])[mask[part]]
        return new

    return fill


def _grained(filled: Pixels, around: Pixels, mask: Mask) -> Pixels:
    """Give a smooth filling the grain of its surroundings, for a smear without noise is seen at once.

    The grain is what a blur takes away from the surroundings, taken row by row from the nearest ring of known pixels.
    """
    cv2 = needed("cv2")
    grain = around.astype(np.float32) - cv2.GaussianBlur(around, (0, 0), 1.5).astype(np.float32)
    ring = cv2.dilate(mask.astype(np.uint8), np.ones((25, 25), np.uint8)).astype(bool) & ~_dilated(mask, 5)
    if ring.sum() < 64:
        return filled
    # Edges are no grain: the strongest tenth of the ring is left out.
    strength = np.abs(grain).max(axis=2)
    quiet = grain[ring & (strength <= np.quantile(strength[ring], 0.9))]
    drawn = np.random.default_rng(int(mask.sum())).integers(0, len(quiet), size=mask.shape)
    new: Pixels = np.clip(filled.astype(np.float32) + quiet[drawn], 0, 255).round().astype(np.uint8)
    return new


def widened(mask: Mask) -> Mask:
    """A mask with a rim, so that nothing of the thing stays."""
    ys, xs = np.nonzero(mask)
    if not len(ys):
        return mask
    side = max(int(np.ptp(ys)), int(np.ptp(xs))) + 1
    return _dilated(mask, max(3, round(EDGE * side)))


def _dilated(mask: Mask, by: int) -> Mask:
    cv2 = needed("cv2")
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * by + 1, 2 * by + 1))
    return cv2.dilate(mask.astype(np.uint8), kernel).astype(bool)  # type: ignore[no-any-return]


def scaled(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """Resize to (width, height)."""
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC))
