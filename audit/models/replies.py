"""Many items at once: replies decoded greedily, and probabilities of given answers; masks as in a game."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from twokeys.audit.models.decoder import Decoder
from twokeys.audit.models.model import Floats, Mask, Prepared
from twokeys.core.errors import BadInput

Keep = tuple[Mask, Mask]
"""One coalition: (patches,) and (tokens,)."""


@torch.inference_mode()
def say(model: Decoder, items: Sequence[Prepared], keeps: Sequence[Keep], most: int) -> tuple[list[list[int]], Tensor]:
    """Decode greedily after each item's prompt.

    Args:
        model: The model.
        items: Items, prepared with an answer of one token, so that their sequence is the prompt.
        keeps: What of each is kept.
        most: Most tokens to say.

    Returns:
        Token ids of each reply, without the end, and log-probabilities of the first token, (items, vocabulary).
    """
    ends = _ends(model)
    embeddings, attended, positions = _together(model, items, keeps)
    replies: list[list[int]] = [[] for _ in items]
    open_ = torch.ones(len(items), dtype=torch.bool, device=embeddings.device)
    cache: Any = None
    first: Tensor | None = None
    for _ in range(most):
        output = model.decoded(embeddings, positions, attended, past_key_values=cache, use_cache=most > 1)
        logits = model.unembed(output.last_hidden_state[:, -1]).float()
        first = logits.log_softmax(dim=-1) if first is None else first
        token = logits.argmax(dim=-1)
        for row in open_.nonzero().flatten().tolist():
            if int(token[row]) in ends:
                open_[row] = False
            else:
                replies[row].append(int(token[row]))
        if not open_.any():
            break
        cache = output.past_key_values
        embeddings, positions = model.embed(token)[:, None], positions[:, :, -1:] + 1
        attended = torch.cat([attended, torch.ones_like(attended[:, :1])], dim=1)
    if first is None:
        problem = f"the value is {most}"
        raise BadInput("generation", "max_new_tokens", problem, "1 or more", "correct generation_config.json")
    return replies, first


@torch.inference_mode()
def score_items(model: Decoder, items: Sequence[Prepared], keeps: Sequence[Keep]) -> Floats:
    """Probability of each item's decision, each under a coalition, (items,); equal to single calls of `score`."""
    embeddings, attended, positions = _together(model, items, keeps)
    hidden = model.decoded(embeddings, positions, attended, use_cache=False).last_hidden_state
    width = hidden.shape[1]
    scores = np.empty(len(items))
    for row, item in enumerate(items):
        places = [width - len(item.ids) + place for place in item.decision_places]
        log_p = model.unembed(hidden[row, places]).float().log_softmax(dim=-1)
        scores[row] = float(sum(log_p[at, item.answer[d]] for at, d in enumerate(item.decision)).exp())  # type: ignore[union-attr]
    return scores


def _together(model: Decoder, items: Sequence[Prepared], keeps: Sequence[Keep]) -> tuple[Tensor, Tensor, Tensor]:
    """Embeddings (n, length, hidden), attention mask (n, length), positions (axes, n, length); padded on the left."""
    features = _features(model, items, [image for image, _ in keeps])
    rows = [
        model.inputs(item, of_item[None], text[None])[0]
        for item, of_item, (_, text) in zip(items, features, keeps, strict=True)
    ]
    width = max(len(row) for row in rows)
    embeddings = rows[0].new_zeros((len(rows), width, rows[0].shape[-1]))
    attended = torch.zeros((len(rows), width), dtype=torch.long, device=embeddings.device)
    positions = torch.zeros((len(items[0].positions), len(rows), width), dtype=torch.long, device=embeddings.device)
    for at, (item, row, (_, text)) in enumerate(zip(items, rows, keeps, strict=True)):
        embeddings[at, width - len(row) :] = row
        attended[at, width - len(row) :] = model.attended(item, text[None])[0]
        positions[:, at, width - len(row) :] = item.positions
    return embeddings, attended, positions


def _features(model: Decoder, items: Sequence[Prepared], keeps: Sequence[Mask]) -> list[Tensor]:
    """Image features of each item; images of the same size go through the tower together, equal images once."""
    features: list[Tensor | None] = [None] * len(items)
    groups: dict[tuple[Any, ...], dict[tuple[int, bytes], list[int]]] = {}
    for at, (item, keep) in enumerate(zip(items, keeps, strict=True)):
        shape = (tuple(item.pixels.shape), item.layout.sizes)
        groups.setdefault(shape, {}).setdefault((id(item.pixels), keep.tobytes()), []).append(at)
    for (_, sizes), same in groups.items():
        pixels = torch.cat([model.masked(items[places[0]], keeps[places[0]][None]) for places in same.values()])
        for each, places in zip(model.features(pixels, sizes), same.values(), strict=True):
            for place in places:
                features[place] = each
    return [each for each in features if each is not None]


def _ends(model: Decoder) -> set[int]:
    """Tokens that end a reply."""
    settings = getattr(model.module, "generation_config", None)
    end = getattr(settings, "eos_token_id", None)
    if end is None:
        end = model.tokenizer.eos_token_id
    return set(end) if isinstance(end, list | tuple) else {end} - {None}
