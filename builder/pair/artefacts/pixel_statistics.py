"""Numbers that reveal edited images: noise, seams, block grids, too few or too many tones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from twokeys.core.pictures.shown import upright

BLOCK = 8
"""Side of JPEG's blocks, and of the patches whose roughness is compared."""
MOST = 512
"""Side in pixels beyond which only the middle of an image is read: scaling would smooth seams away."""
QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
Floats = NDArray[np.float32]


def pixel_statistics(picture: Image.Image) -> Floats:
    """Describe the texture of an image, not its content.

    Returns:
        (47,) tones and contrast by channel; quantiles of the roughness of 8 x 8 patches, of their roughness relative to
        other patches, and of their contrast; relative strength of steps on each phase of a grid of 8; number of tones.
    """
    pixels = np.asarray(_middle(upright(picture)), dtype=np.float32)
    grey = pixels.mean(axis=2)
    rough = np.abs(_laplacian(grey))
    patches, contrast = _patches(rough, np.mean), _patches(grey, np.std)
    level = np.median(patches)
    steps = [*_phases(np.abs(np.diff(grey, axis=1)).mean(axis=0)), *_phases(np.abs(np.diff(grey, axis=0)).mean(axis=1))]
    tones = len(np.unique(pixels.reshape(-1, 3), axis=0))
    flat = float((rough == 0).mean())
    parts = [
        pixels.mean(axis=(0, 1)), pixels.std(axis=(0, 1)), np.quantile(patches, QUANTILES),
        np.quantile(patches / (level + 1.0), QUANTILES), np.quantile(contrast, QUANTILES), steps,
        [np.log1p(tones), flat, tones / grey.size, float(rough.mean())],
    ]  # fmt: skip
    return np.concatenate([np.asarray(part, dtype=np.float32).ravel() for part in parts])


def _middle(picture: Image.Image) -> Image.Image:
    width, height = min(picture.width, MOST), min(picture.height, MOST)
    # The corner is a multiple of the block, so that the grid of a compressed image keeps its phase.
    left, top = (
        (whole - part) // 2 // BLOCK * BLOCK for whole, part in ((picture.width, width), (picture.height, height))
    )
    return picture.crop((left, top, left + width, top + height))


def _laplacian(grey: Floats) -> Floats:
    if min(grey.shape) < 3:
        return np.zeros_like(grey)
    inner = grey[1:-1, 1:-1]
    response: Floats = 4 * inner - grey[:-2, 1:-1] - grey[2:, 1:-1] - grey[1:-1, :-2] - grey[1:-1, 2:]
    return response


def _patches(values: Floats, reduce: np.ufunc | object) -> Floats:
    height, width = (max(side // BLOCK, 1) * BLOCK for side in values.shape)
    whole = np.pad(values, ((0, max(height - values.shape[0], 0)), (0, max(width - values.shape[1], 0))), mode="edge")
    cut = whole[:height, :width].reshape(height // BLOCK, BLOCK, width // BLOCK, BLOCK)
    patches: Floats = reduce(cut, axis=(1, 3))  # type: ignore[operator]
    return patches.ravel()


def _phases(steps: Floats) -> Floats:
    """Mean step at each place of a grid of 8, over the mean of all."""
    level = float(steps.mean()) + 1e-6 if len(steps) else 1.0
    strengths = [float(steps[phase::BLOCK].mean()) / level if len(steps) > phase else 1.0 for phase in range(BLOCK)]
    return np.asarray(strengths, dtype=np.float32)
