"""Attention rollout (Abnar and Zuidema 2020) through the language model and on through the vision tower."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from twokeys.audit.explainers.explainer import Cost, Promise, Task, as_scores
from twokeys.audit.explainers.tower import through_tower
from twokeys.audit.games.synergy import Scores


@dataclass(frozen=True)
class Rollout:
    """Product over layers of head-mean attention with the residual; the row of the position before the answer."""

    name = "rollout"
    published = "Abnar and Zuidema 2020, arXiv 2005.00928"
    promises: ClassVar[frozenset[Promise]] = frozenset()
    several: ClassVar[bool] = True

    def cost(self, patches: int, tokens: int) -> Cost:
        """One forward pass, attention weights kept."""
        return Cost(1)

    def __call__(self, task: Task) -> Scores:
        """Roll out."""
        prepared = task.prepared
        trace = task.model.trace(prepared, attentions=True)
        row = rolled_out(layer[0] for layer in trace.attentions)[prepared.decision_places[0]]
        flow = rolled_out(layer.weights[0] for layer in trace.vision_attentions)
        places = torch.tensor(prepared.words.places, dtype=torch.long, device=row.device)
        return as_scores(prepared, through_tower(prepared, row[prepared.image_places], flow), row[places])


def rolled_out(layers: Iterable[Tensor]) -> Tensor:
    """Multiply (heads, n, n) attention of all layers, first to last, to (n, n); rows sum to 1."""
    found: Tensor | None = None
    for layer in layers:
        mean = layer.detach().mean(dim=0)
        mean = mean + torch.eye(len(mean), device=mean.device, dtype=mean.dtype)
        mean = mean / mean.sum(dim=-1, keepdim=True)
        found = mean if found is None else mean @ found
    if found is None:
        raise ValueError("rollout needs the attention weights of at least one layer")
    return found
