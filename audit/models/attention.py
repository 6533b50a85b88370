"""Attention weights of every layer, vision towers included, with their gradients.

transformers drops the weights of some vision towers (Qwen2.5-VL attends window by window). So weights are recorded
where they are made: in an attention function that is registered under a name of its own and used for one pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.masking_utils import eager_mask

NAME = "twokeys_recorded"
_current: ContextVar[Recorder | None] = ContextVar("recorder", default=None)


class Recorder:
    """Weights by attention module, in the order in which they were made."""

    def __init__(self) -> None:
        self.weights: dict[nn.Module, list[Tensor]] = {}

    def take(self, part: nn.Module) -> list[tuple[Tensor, ...]]:
        """Weights of a part of a model, such as its vision tower, by layer; they are removed from the record."""
        popped = [self.weights.pop(module, None) for module in part.modules()]
        return [tuple(weights) for weights in popped if weights]


@dataclass(frozen=True, eq=False)
class Blocks:
    """Attention weights of a layer of a vision tower.

    Towers run on images strung together, or cut into tiles and windows, which attend within themselves: the weights
    of an image stand as blocks on the diagonal of one matrix, zero elsewhere.

    Attributes:
        parts: The weights of the layer, each (b, heads, tokens, tokens).
        n: Images in the pass.
    """

    parts: tuple[Tensor, ...]
    n: int

    @property
    def weights(self) -> Tensor:
        """(n, heads, vision tokens, vision tokens)."""
        return self._assembled(self.parts)

    def gradient(self, of: Tensor) -> Tensor:
        """Gradient of a sum with respect to the weights, in their shape; the graph stays."""
        return self._assembled(torch.autograd.grad(of.sum(), self.parts, retain_graph=True))

    def _assembled(self, parts: Sequence[Tensor]) -> Tensor:
        blocks = [block for part in parts for block in part]
        share = len(blocks) // self.n
        pictures = [blocks[at * share : (at + 1) * share] for at in range(self.n)]
        return torch.stack([_diagonal(heads) for heads in pictures])


def _diagonal(blocks: list[Tensor]) -> Tensor:
    """Blocks (heads, tokens, tokens) on the diagonal of a matrix for each head."""
    heads = zip(*blocks, strict=True)
    return torch.stack([torch.block_diag(*squares) for squares in heads])  # type: ignore[no-untyped-call]


@contextmanager
def recorded(model: Any, wanted: bool) -> Iterator[Recorder]:
    """Record attention weights inside the block, if they are requested."""
    if not wanted:
        yield Recorder()
        return
    before = {id(part): part.config._attn_implementation for part in _parts(model)}
    recorder = Recorder()
    token = _current.set(recorder)
    try:
        for part in _parts(model):
            part.config._attn_implementation = NAME
        yield recorder
    finally:
        _current.reset(token)
        for part in _parts(model):
            part.config._attn_implementation = before[id(part)]


def _parts(model: Any) -> list[Any]:
    """Modules that hold a configuration with an attention implementation."""
    return [part for part in model.modules() if hasattr(getattr(part, "config", None), "_attn_implementation")]


def explicit(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float | None,
    product: Callable[[Tensor], Tensor] = lambda found: found,
) -> tuple[Tensor, Tensor]:
    """Attention with explicit weights, like transformers' eager attention.

    Args:
        query: (b, heads, n, d).
        key: (b, key heads, m, d).
        value: (b, key heads, m, d).
        attention_mask: Term that is added to the scores, (b, 1, n, at least m).
        scaling: Of the scores; one over the root of d when None.
        product: Applied to the result of each matrix product; a rule of propagation.

    Returns:
        (b, n, heads, d), and weights (b, heads, n, m).
    """
    groups = query.shape[1] // key.shape[1]
    if groups > 1:
        key, value = key.repeat_interleave(groups, dim=1), value.repeat_interleave(groups, dim=1)
    scores = product(query @ key.transpose(2, 3)) * (query.shape[-1] ** -0.5 if scaling is None else scaling)
    if attention_mask is not None:
        scores = scores + attention_mask[..., : key.shape[-2]]
    weights = functional.softmax(scores, dim=-1, dtype=torch.float32).to(query.dtype)
    return product(weights @ value).transpose(1, 2).contiguous(), weights


def _attend(
    module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float | None = None,
    dropout: float = 0.0,
    **_: Any,
) -> tuple[Tensor, Tensor]:
    """Attention whose weights are recorded."""
    output, weights = explicit(query, key, value, attention_mask, scaling)
    if (recorder := _current.get()) is not None:
        recorder.weights.setdefault(module, []).append(weights)
    return output, weights


AttentionInterface.register(NAME, _attend)
AttentionMaskInterface.register(NAME, eager_mask)
