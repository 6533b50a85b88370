"""Propagation rules of AttnLRP (Achtibat et al. 2024), as gradients that are changed while a model runs.

Where every layer's rule can be written as a changed gradient, relevance is input times gradient at any layer:

- norms: the statistic that is divided by counts as a constant (identity rule);
- activations: f(x) counts as x times the constant f(x) / x (identity rule);
- products of two activations (gates, queries with keys, weights with values): each factor gets half (uniform rule);
- softmax: its own gradient (Taylor rule); linear layers and sums: theirs (epsilon rule with epsilon 0).

What no rule changes keeps its gradient, so relevance is kept from layer to layer but for what biases take.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.masking_utils import eager_mask

from twokeys.audit.models.attention import explicit

NAME = "twokeys_relevance"
SMALL = 1e-6
ACTIVATIONS = ("transformers.activations", "torch.nn.modules.activation")


@contextmanager
def propagation(model: nn.Module) -> Iterator[None]:
    """Run a model under the rules; forward results stay what they are."""
    parts = [part for part in model.modules() if hasattr(getattr(part, "config", None), "_attn_implementation")]
    before: list[tuple[Any, Any]] = [(part.config, part.config._attn_implementation) for part in parts]  # type: ignore[union-attr]
    hooks, replaced = [], []
    try:
        for config, _ in before:
            config._attn_implementation = NAME
        for module in model.modules():
            if (rule := rule_for(module)) is not None:
                module.forward = rule
                replaced.append(module)
            if hasattr(module, "gate_proj") and hasattr(module, "down_proj"):
                hooks.append(module.down_proj.register_forward_pre_hook(lambda _, inputs: (half(inputs[0]),)))  # type: ignore[union-attr]
        yield
    finally:
        for module in replaced:
            del module.forward
        for hook in hooks:
            hook.remove()
        for config, name in reversed(before):
            config._attn_implementation = name


def rule_for(module: nn.Module) -> Callable[..., Tensor] | None:
    """The forward function that stands in for a module's own; None where its own gradient is the rule."""
    kind = type(module)
    if isinstance(module, nn.LayerNorm):
        return lambda x: layer_norm(x, module)
    if kind.__name__.endswith("RMSNorm"):
        return lambda x: rms_norm(x, module)
    plain = not isinstance(module, nn.Softmax | nn.LogSoftmax | nn.MultiheadAttention)
    if kind.__module__ in ACTIVATIONS and plain:
        own = module.forward
        return lambda x: identity(x, own(x))
    return None


class Half(torch.autograd.Function):
    """The identity, with half the gradient."""

    @staticmethod
    def forward(context: Any, x: Tensor) -> Tensor:
        """Return what came."""
        return x.view_as(x)

    @staticmethod
    def backward(context: Any, *slopes: Tensor) -> Tensor:
        """Halve."""
        return slopes[0] / 2


def half(x: Tensor) -> Tensor:
    """A product of two activations, each of which gets half of the relevance."""
    found: Tensor = Half.apply(x)  # type: ignore[no-untyped-call]
    return found


def identity(x: Tensor, y: Tensor) -> Tensor:
    """An element-wise function's values y at x, as x times a constant."""
    # Next to 0 the ratio is taken a little beside it: both values are as small there.
    safe = torch.where(x.abs() < SMALL, torch.full_like(x, SMALL), x)
    slope = (y / safe).detach()
    return x * slope + (y - x * slope).detach()


def layer_norm(x: Tensor, module: nn.LayerNorm) -> Tensor:
    """Layer normalisation whose standard deviation is a constant."""
    axes = tuple(range(-len(module.normalized_shape), 0))
    centred = x - x.mean(dim=axes, keepdim=True)
    deviation = (x.var(dim=axes, keepdim=True, correction=0) + module.eps).sqrt().detach()
    found = centred / deviation
    if module.weight is not None:
        found = found * module.weight
    return found if module.bias is None else found + module.bias


def rms_norm(x: Tensor, module: Any) -> Tensor:
    """Root-mean-square normalisation whose denominator is a constant."""
    eps = module.variance_epsilon if hasattr(module, "variance_epsilon") else module.eps
    wide = x.float()
    norm = (wide.pow(2).mean(dim=-1, keepdim=True) + eps).rsqrt().detach()
    found: Tensor = module.weight * (wide * norm).to(x.dtype)
    return found


def attend(
    module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float | None = None,
    dropout: float = 0.0,
    **_: Any,
) -> tuple[Tensor, Tensor]:
    """Attention under the rules: (b, heads, n, d) each -> (b, n, heads, d) and the weights."""
    return explicit(query, key, value, attention_mask, scaling, half)


AttentionInterface.register(NAME, attend)
AttentionMaskInterface.register(NAME, eager_mask)
