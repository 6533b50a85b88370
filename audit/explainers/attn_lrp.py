"""AttnLRP (Achtibat et al. 2024): relevance of the answer's logit, propagated to pixels and token embeddings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch

from twokeys.audit.explainers.explainer import Cost, Promise, Task, as_scores
from twokeys.audit.explainers.gradients import pooled
from twokeys.audit.explainers.propagation import propagation
from twokeys.audit.games.synergy import Scores


@dataclass(frozen=True)
class AttnLrp:
    """Input times gradient under rules of propagation."""

    name = "attn-lrp"
    published = "Achtibat et al. 2024, arXiv 2402.05602"
    promises: ClassVar[frozenset[Promise]] = frozenset({"sensitivity"})
    several: ClassVar[bool] = True

    def cost(self, patches: int, tokens: int) -> Cost:
        """One pass there and back."""
        return Cost(1, 1)

    def __call__(self, task: Task) -> Scores:
        """Propagate."""
        prepared = task.prepared
        with propagation(task.model.module):
            trace = task.model.trace(prepared)
            wanted = torch.tensor([prepared.answer[at] for at in prepared.decision], device=trace.logits.device)
            logits = trace.logits[0].gather(-1, wanted[:, None])
            slopes = torch.autograd.grad(logits.sum(), (trace.pixels, trace.embeddings))
        image, text = pooled(prepared, trace.pixels.detach() * slopes[0], trace.embeddings.detach() * slopes[1])
        return as_scores(prepared, image[0], text[0])
