"""From scores of image tokens to scores of patches through the attention of the vision tower."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from twokeys.audit.models.model import Prepared


def through_tower(prepared: Prepared, relevance: Tensor, flow: Tensor) -> Tensor:
    """Follow relevance from the tower's end to its beginning.

    Args:
        prepared: The item.
        relevance: (image tokens,) of the language model's image tokens.
        flow: (vision tokens, vision tokens): what each token at the end took from each at the beginning.

    Returns:
        (patches,). A vision token at the end holds an even share of its image token; class tokens count for nothing.
    """
    token_of = prepared.layout.vision_to_image.to(relevance.device)
    seen = token_of >= 0
    members = torch.bincount(token_of[seen], minlength=len(relevance)).clamp(min=1)
    at_end = torch.zeros(len(token_of), dtype=relevance.dtype, device=relevance.device)
    at_end[seen] = (relevance / members)[token_of[seen]]
    at_start = at_end @ flow
    tokens = torch.zeros_like(relevance).index_add(0, token_of[seen], at_start[seen])
    return prepared.layout.from_tokens(tokens)
