"""What masked pixels become: mean colour, blur, inpainting from what is kept, another item's image.

A fill is asked for whole images of pixels and the caller keeps what is kept, so no fill can touch a pixel that is not
masked. Which fill gives the answer away is measured, not assumed: see `audit/evaluation/leaks.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import torch
from PIL import Image, ImageFilter
from torch import Tensor
from torch.nn import functional

from twokeys.core.errors import BadInput
from twokeys.core.pictures.shown import mean_colour, upright

IMAGE = ("mean-colour", "blur", "inpainted", "other-image")
BLUR_SHARE = 10 / 64
"""Standard deviation of the blur, as a share of the image's shorter side."""


class Fill(Protocol):
    """What masked pixels become."""

    def __call__(self, pixels: Tensor, keep: Tensor) -> Tensor:
        """Pixels for the masked places.

        Args:
            pixels: (tiles, channels, height, width) of the item.
            keep: (n, tiles, height, width) which pixels are kept.

        Returns:
            (n or 1, tiles, channels, height, width).
        """
        ...


def fill_for(
    name: str, picture: Image.Image, process: Callable[[Image.Image], Tensor], donor: Image.Image | None = None
) -> Fill:
    """The fill of one image.

    Args:
        name: One of `IMAGE`.
        picture: The item's image, RGB.
        process: The model's own way from an image to pixels, so that a background lies as the image does.
        donor: The other item's image.

    Raises:
        BadInput: When there is no such fill, or no donor where one is needed.
    """
    if name == "inpainted":
        return Inpainted(process(mean_colour(picture)))
    if name == "other-image":
        if donor is None:
            raise BadInput("masking", "image", "the mask other-image needs a second image", "", "give a donor image")
        return Fixed(process(upright(donor).resize(picture.size, Image.Resampling.BICUBIC)))
    made = {"mean-colour": mean_colour, "blur": blur}
    if name not in made:
        raise BadInput("masking", "image", f"there is no image mask {name!r}", ", ".join(IMAGE), "name one of these")
    return Fixed(process(made[name](picture)))


def blur(picture: Image.Image) -> Image.Image:
    """The image, out of focus."""
    return picture.filter(ImageFilter.GaussianBlur(min(picture.size) * BLUR_SHARE))


class Fixed:
    """A background that does not depend on what is kept."""

    def __init__(self, background: Tensor) -> None:
        self.background = background

    def __call__(self, pixels: Tensor, keep: Tensor) -> Tensor:
        """The background, once."""
        return self.background[None]


class EachOfSeveral:
    """The fills of an item of several images, each for the tiles of its own image.

    Args:
        fills: One for each image.
        shapes: Of each image: its tiles, and their height and width.
    """

    def __init__(self, fills: Sequence[Fill], shapes: Sequence[tuple[int, int, int]]) -> None:
        self.fills, self.shapes = fills, shapes

    def __call__(self, pixels: Tensor, keep: Tensor) -> Tensor:
        """Fill image by image."""
        filled, first = [], 0
        for fill, (tiles, high, wide) in zip(self.fills, self.shapes, strict=True):
            part = slice(first, first + tiles)
            pixels_of_part = fill(pixels[part, :, :high, :wide], keep[:, part, :high, :wide]).expand(
                len(keep), -1, -1, -1, -1
            )
            filled.append(functional.pad(pixels_of_part, (0, pixels.shape[-1] - wide, 0, pixels.shape[-2] - high)))
            first += tiles
        return torch.cat(filled, dim=1)


class Inpainted:
    """Masked pixels are interpolated from the kept ones around them; with nothing kept they have the mean colour.

    Pull-push over a pyramid of weighted means (Gortler et al. 1996, "The Lumigraph"): smooth and parameter-free.
    """

    def __init__(self, background: Tensor) -> None:
        self.background = background

    def __call__(self, pixels: Tensor, keep: Tensor) -> Tensor:
        """Interpolate each tile from its own kept pixels."""
        n, tiles, height, width = keep.shape
        weight = keep.reshape(n * tiles, 1, height, width).to(pixels)
        colour = pixels[None].expand(n, -1, -1, -1, -1).flatten(0, 1)
        filled = _pull_push(colour * weight, weight)
        seen = weight.flatten(1).any(dim=1)[:, None, None, None]
        fallback = self.background[None].expand(n, -1, -1, -1, -1).flatten(0, 1)
        return torch.where(seen, filled, fallback).reshape(n, tiles, -1, height, width)


def _pull_push(colour: Tensor, weight: Tensor) -> Tensor:
    """Weighted colour, and where there is none, that of the next coarser level."""
    mean = colour / weight.clamp(min=1e-6)
    if weight.shape[-1] == weight.shape[-2] == 1:
        return mean
    coarse_weight = functional.avg_pool2d(weight, 2, ceil_mode=True)
    coarse = _pull_push(functional.avg_pool2d(colour, 2, ceil_mode=True), coarse_weight)
    size = (weight.shape[-2], weight.shape[-1])
    smooth = functional.interpolate(coarse, size=size, mode="bilinear", align_corners=False)
    trust = weight.clamp(max=1)
    return mean * trust + smooth * (1 - trust)
