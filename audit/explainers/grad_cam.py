"""Grad-CAM (Selvaraju et al. 2017) on the hidden states of a layer of the language model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import torch
from torch import Tensor

from twokeys.audit.explainers.explainer import Cost, Promise, Task, as_scores
from twokeys.audit.games.synergy import Scores

if TYPE_CHECKING:
    from twokeys.audit.models.model import Prepared, Trace


@dataclass(frozen=True)
class GradCam:
    """Hidden states weighted by their mean gradient, positive part; weights are those of each modality by itself.

    Attributes:
        depth: Which layer, as a share of all: 7 of 32, as used for LLaVA.
    """

    name = "grad-cam"
    published = "Selvaraju et al. 2017, arXiv 1610.02391"
    promises: ClassVar[frozenset[Promise]] = frozenset()
    several: ClassVar[bool] = True
    depth: float = 7 / 32

    def cost(self, patches: int, tokens: int) -> Cost:
        """One pass there and back."""
        return Cost(1, 1)

    def __call__(self, task: Task) -> Scores:
        """Weight the layer's hidden states."""
        image, text = cam(task.prepared, task.model.trace(task.prepared, hidden_states=True), self.depth)
        return as_scores(task.prepared, image.mean(dim=0), text.mean(dim=0))


def cam(prepared: Prepared, trace: Trace, depth: float) -> tuple[Tensor, Tensor]:
    """Class activation maps of one layer, (n, patches) and (n, tokens)."""
    layers = trace.hidden_states
    # The first is what enters the model; at least one layer must have mixed the modalities.
    layer = layers[min(max(round(depth * (len(layers) - 1)), 1), len(layers) - 1)]
    (gradient,) = torch.autograd.grad(trace.log_p.sum(), layer)
    words = torch.tensor(prepared.words.places, dtype=torch.long, device=layer.device)
    maps = []
    for places in (prepared.image_places, words):
        weight = gradient[:, places].mean(dim=1, keepdim=True)
        maps.append((layer[:, places].detach() * weight).sum(dim=-1).relu())
    return prepared.layout.from_tokens(maps[0]), maps[1]
