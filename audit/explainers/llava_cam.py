"""LLaVA-CAM (Zhang et al. 2024): Grad-CAM averaged over noisy copies of the image, as SmoothGrad does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch

from twokeys.audit.explainers.explainer import Cost, Promise, Task, as_scores
from twokeys.audit.explainers.grad_cam import cam
from twokeys.audit.games.synergy import Scores


@dataclass(frozen=True)
class LlavaCam:
    """Mean Grad-CAM over noise.

    Attributes:
        samples: Noisy copies.
        noise: Standard deviation of the noise, in normalised pixels.
        depth: Which layer, as for Grad-CAM.
    """

    name = "llava-cam"
    published = "Zhang et al. 2024, arXiv 2406.06579"
    promises: ClassVar[frozenset[Promise]] = frozenset()
    several: ClassVar[bool] = True
    samples: int = 10
    noise: float = 0.1
    depth: float = 7 / 32

    def cost(self, patches: int, tokens: int) -> Cost:
        """One pass there and back a copy."""
        return Cost(self.samples, self.samples)

    def __call__(self, task: Task) -> Scores:
        """Average maps."""
        pixels = task.prepared.pixels
        generator = torch.Generator().manual_seed(task.seed)
        noise = torch.randn((self.samples, *pixels.shape), generator=generator).to(pixels)
        trace = task.model.trace(task.prepared, pixels=pixels[None] + self.noise * noise, hidden_states=True)
        image, text = cam(task.prepared, trace, self.depth)
        return as_scores(task.prepared, image.mean(dim=0), text.mean(dim=0))
