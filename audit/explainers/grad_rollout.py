"""Grad x Rollout: relevance of attention weighted by its gradient (Chefer et al. 2021), through both networks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import ClassVar

import torch
from torch import Tensor

from twokeys.audit.explainers.explainer import Cost, Promise, Task, as_scores
from twokeys.audit.explainers.tower import through_tower
from twokeys.audit.games.synergy import Scores
from twokeys.audit.models.attention import Blocks


@dataclass(frozen=True)
class GradRollout:
    """R becomes R + A R for each layer, A being the head-mean positive part of attention times its gradient."""

    name = "grad-rollout"
    published = "Chefer et al. 2021, arXiv 2103.15679"
    promises: ClassVar[frozenset[Promise]] = frozenset()
    several: ClassVar[bool] = True

    def cost(self, patches: int, tokens: int) -> Cost:
        """One pass there and back, attention weights kept."""
        return Cost(1, 1)

    def __call__(self, task: Task) -> Scores:
        """Propagate relevance."""
        prepared = task.prepared
        trace = task.model.trace(prepared, attentions=True)
        tower = [part for layer in trace.vision_attentions for part in layer.parts]
        slopes = torch.autograd.grad(trace.log_p.sum(), (*trace.attentions, *tower))
        own, seen = slopes[: len(trace.attentions)], iter(slopes[len(trace.attentions) :])
        language = ((layer[0], slope[0]) for layer, slope in zip(trace.attentions, own, strict=True))
        vision = (
            (layer.weights[0], Blocks(tuple(islice(seen, len(layer.parts))), layer.n).weights[0])
            for layer in trace.vision_attentions
        )
        row = relevance(language)[prepared.decision_places[0]]
        places = torch.tensor(prepared.words.places, dtype=torch.long, device=row.device)
        image = through_tower(prepared, row[prepared.image_places], relevance(vision))
        return as_scores(prepared, image, row[places])


def relevance(layers: Iterable[tuple[Tensor, Tensor]]) -> Tensor:
    """Accumulate (heads, n, n) attention and gradients of all layers, first to last, to (n, n)."""
    found: Tensor | None = None
    for weights, slope in layers:
        positive = (weights * slope).relu().mean(dim=0).detach()
        if found is None:
            found = torch.eye(len(positive), device=positive.device, dtype=positive.dtype)
        found = found + positive @ found
    if found is None:
        raise ValueError("grad-rollout needs the attention weights of at least one layer")
    return found
