"""What the methods that multiply inputs and gradients share: from pixels to patches, from embeddings to tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from twokeys.audit.models.model import Prepared, Trace


def gradients(trace: Trace) -> tuple[Tensor, Tensor]:
    """Gradients of the answer's log-probability by pixels and by embeddings, in their shapes, a row a pass."""
    by_pixels, by_embeddings = torch.autograd.grad(trace.log_p.sum(), (trace.pixels, trace.embeddings))
    return by_pixels, by_embeddings


def pooled(prepared: Prepared, pixels: Tensor, embeddings: Tensor) -> tuple[Tensor, Tensor]:
    """Sum contributions of single numbers to patches and tokens.

    Args:
        prepared: The item.
        pixels: (n, tiles, channels, height, width).
        embeddings: (n, length, hidden).

    Returns:
        (n, patches) and (n, tokens).
    """
    places = torch.tensor(prepared.words.places, dtype=torch.long, device=embeddings.device)
    return prepared.layout.from_pixels(pixels), embeddings.sum(dim=-1)[:, places]
