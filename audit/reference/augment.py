"""Images of easy-VQA, mirrored, and the shape rolled over the uniform background: that changes no answer."""

from __future__ import annotations

import torch
from torch import Tensor


def augmented(pictures: Tensor, rng: torch.Generator) -> Tensor:
    """Mirror each image or not, and roll its shape to a random place where no part of it leaves the image.

    Args:
        pictures: (n, height, width, 3) bytes; the corner has the background's colour.
        rng: The random generator.
    """
    n, height, width, _ = pictures.shape
    flip = (torch.rand(n, generator=rng) < 0.5).to(pictures.device)
    pictures = torch.where(flip[:, None, None, None], pictures.flip(2), pictures)
    shape = (pictures != pictures[:, :1, :1]).any(dim=-1)
    down = _shift(shape.any(dim=2), torch.rand(n, generator=rng).to(pictures.device))
    across = _shift(shape.any(dim=1), torch.rand(n, generator=rng).to(pictures.device))
    rows = (torch.arange(height, device=pictures.device) - down[:, None]) % height
    columns = (torch.arange(width, device=pictures.device) - across[:, None]) % width
    at = torch.arange(n, device=pictures.device)[:, None, None]
    return pictures[at, rows[:, :, None], columns[:, None, :]]


def _shift(filled: Tensor, chance: Tensor) -> Tensor:
    """How far to roll so that what is filled, (n, length) bool, stays inside: uniform over all that is possible."""
    length = filled.shape[1]
    first = filled.int().argmax(dim=1)
    last = length - 1 - filled.flip(1).int().argmax(dim=1)
    return -first + (chance * (length - (last - first))).long()
