"""TAM, the token activation map (Li et al. 2025): a logit lens on every position, less what earlier tokens explain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn import functional

from twokeys.audit.explainers.explainer import Cost, Promise, Task, as_scores
from twokeys.audit.games.synergy import Scores


@dataclass(frozen=True)
class Tam:
    """Logits of the answer at the image's and the question's positions.

    From the image map the mean of the maps of the words before is taken, each weighted by how much it activates the
    answer, as far as least squares say; what is left and positive is smoothed by rank. It says what positions stand
    for, not what the prediction depends on.
    """

    name = "tam"
    published = "Li et al. 2025, arXiv 2506.23270"
    promises: ClassVar[frozenset[Promise]] = frozenset()
    several: ClassVar[bool] = True

    def cost(self, patches: int, tokens: int) -> Cost:
        """One forward pass, hidden states kept."""
        return Cost(1)

    def __call__(self, task: Task) -> Scores:
        """Look through the lens."""
        prepared = task.prepared
        hidden = task.model.trace(prepared, hidden_states=True).hidden_states[-1][0].detach()
        words = torch.tensor(prepared.words.places, dtype=torch.long, device=hidden.device)
        with torch.no_grad():
            image = task.model.unembed(hidden[prepared.image_places]).float().relu()
            text = task.model.unembed(hidden[words]).float()[:, prepared.target].relu()
        own, earlier = image[:, prepared.target], image[:, prepared.ids[words]]
        tiles = prepared.layout.by_tile(without(own, earlier, text))
        smooth = torch.cat([rank_smoothed(tile).flatten() for tile in tiles])
        return as_scores(prepared, prepared.layout.from_tokens(smooth), text)


def without(own: Tensor, earlier: Tensor, weight: Tensor) -> Tensor:
    """Take earlier tokens' maps from a map.

    Args:
        own: (positions,) map of the token that is explained.
        earlier: (positions, words) maps of the words before it.
        weight: (words,) how much each of them has to do with it.

    Returns:
        (positions,), not negative.
    """
    if not float(weight.sum()):
        return own
    shared = earlier @ (weight / weight.sum())
    scale = (own @ shared) / (shared @ shared).clamp(min=1e-12)
    return (own - scale * shared).relu()


def rank_smoothed(grid: Tensor) -> Tensor:
    """Replace each number by a mean of its 3 x 3 window, weighted by rank around the median.

    The weights are Gaussian in the distance from the median's rank, as wide as the window's standard deviation over its
    mean: a window of one outlier loses it, a flat one stays as it is.
    """
    padded = functional.pad(grid[None, None], (1, 1, 1, 1), mode="replicate")
    windows = functional.unfold(padded, 3)[0].T.sort(dim=-1).values
    mean = windows.mean(dim=-1, keepdim=True)
    width = windows.std(dim=-1, keepdim=True, correction=0) / mean.clamp(min=1e-12)
    distance = torch.arange(-4, 5, device=grid.device, dtype=grid.dtype)
    weights = torch.exp(-0.5 * (distance / width.clamp(min=1e-6)) ** 2)
    return ((windows * weights).sum(dim=-1) / weights.sum(dim=-1)).reshape(grid.shape)
