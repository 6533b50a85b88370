"""Integrated Gradients (Sundararajan et al. 2017) from the masked item to the item, image and question together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from twokeys.audit.explainers.explainer import Cost, Promise, Task, as_scores
from twokeys.audit.explainers.gradients import gradients, pooled
from twokeys.audit.games.synergy import Scores


@dataclass(frozen=True)
class IntegratedGradients:
    """Path integral of gradient times change; adds up to log p(item) - log p(masked item), up to the rule's error.

    The path begins where the game's empty coalition does: pixels as masking makes them, maskable tokens replaced by the
    masked token's embedding. Where masking also removes tokens from attention, the path's start does not.

    Attributes:
        steps: Nodes of the Gauss-Legendre rule.
        batch: Nodes at once; changes speed and memory alone.
    """

    name = "integrated-gradients"
    published = "Sundararajan et al. 2017, arXiv 1703.01365"
    promises: ClassVar[frozenset[Promise]] = frozenset({"sensitivity", "completeness"})
    several: ClassVar[bool] = True
    steps: int = 32
    batch: int = 16

    def cost(self, patches: int, tokens: int) -> Cost:
        """One pass there and back a node."""
        return Cost(self.steps, self.steps)

    def __call__(self, task: Task) -> Scores:
        """Integrate."""
        start, end = self.path(task)
        nodes, weights = np.polynomial.legendre.leggauss(self.steps)
        change = [(b - a)[None] for a, b in zip(start, end, strict=True)]
        image, text = torch.zeros(task.prepared.patches), torch.zeros(task.prepared.tokens)
        for first in range(0, self.steps, self.batch):
            node = torch.tensor((nodes[first : first + self.batch] + 1) / 2)
            weight = torch.tensor(weights[first : first + self.batch] / 2).float()
            # Weights of 16 bits have embeddings of 16 bits beside pixels of 32: each keeps its own type.
            pixels = start[0] + node.to(start[0])[:, None, None, None, None] * change[0]
            embeddings = start[1] + node.to(start[1])[:, None, None] * change[1]
            by_pixels, by_embeddings = gradients(task.model.trace(task.prepared, pixels, embeddings))
            part = pooled(task.prepared, change[0] * by_pixels, change[1] * by_embeddings)
            image += weight @ part[0].float().cpu()
            text += weight @ part[1].float().cpu()
        return as_scores(task.prepared, image, text)

    def path(self, task: Task) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
        """Pixels and embeddings of both ends: the masked item, the item."""
        prepared = task.prepared
        pixels = task.model.masked(prepared, np.zeros((1, prepared.patches), dtype=np.bool_))[0].clone()
        masked = prepared.ids.clone()
        masked[torch.tensor(prepared.words.places, dtype=torch.long, device=masked.device)] = prepared.word_fill
        with torch.no_grad():
            return (pixels, task.model.embed(masked)), (prepared.pixels, task.model.embed(prepared.ids))
