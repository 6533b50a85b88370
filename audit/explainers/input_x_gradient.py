"""Input x Gradient (Shrikumar et al. 2016): pixels and token embeddings times the gradient of the log-probability."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from twokeys.audit.explainers.explainer import Cost, Promise, Task, as_scores
from twokeys.audit.explainers.gradients import gradients, pooled
from twokeys.audit.games.synergy import Scores


@dataclass(frozen=True)
class InputXGradient:
    """Gradient times input, summed over the numbers of a patch or token."""

    name = "input-x-gradient"
    published = "Shrikumar et al. 2016, arXiv 1605.01713"
    promises: ClassVar[frozenset[Promise]] = frozenset({"sensitivity"})
    several: ClassVar[bool] = True

    def cost(self, patches: int, tokens: int) -> Cost:
        """One pass there and back."""
        return Cost(1, 1)

    def __call__(self, task: Task) -> Scores:
        """Multiply."""
        trace = task.model.trace(task.prepared)
        by_pixels, by_embeddings = gradients(trace)
        image, text = pooled(
            task.prepared, trace.pixels.detach() * by_pixels, trace.embeddings.detach() * by_embeddings
        )
        return as_scores(task.prepared, image[0], text[0])
