"""An unbiased estimate of the Shapley interaction between the modalities, from few more passes than F_syn takes.

With b background players, the interaction of V_k and T_k is the mean over sizes t = 0 ... b of the expected second
difference D on a random background of t of them. Unclipped F_syn knows the ends alone, t = 0 and t = b, and takes the
straight line between them for the rest. Here the rest is sampled and corrects it:

    area of I(k) = unclipped F_syn + W * mean of [ D(k, S) - line through the ends of k at the size of S ]

over draws of (k, S), W being the weight of all sizes in between. The ends are control variates: what is sampled is only
how far the interaction bends. Draws are stratified over fractions and sizes together (systematic sampling along a
lattice with a random start), so that any budget is spread over both, and they are the same for all explainers of an
item: what a background adds for all of them cannot change who ranks first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.exact import Split
from audit.game import Bools, Floats, Game
from audit.synergy import Synergy, Tops, second_difference, synergy

GOLDEN = (5**0.5 - 1) / 2
"""Steps along the sizes; the least regular of all, so that no fraction meets one size again and again."""


@dataclass(frozen=True)
class Estimate:
    """The area under the interaction, and how it was obtained.

    Attributes:
        value: The estimate, in probabilities; not normalised, not clipped.
        standard_error: Of the draws, given the item and the split; not a number for fewer than two draws.
        draws: Backgrounds between the ends.
        passes: Forward passes that the game made for it, F_syn's included.
        synergy: The published metric, of which the ends are taken.
    """

    value: float
    standard_error: float
    draws: int
    passes: int
    synergy: Synergy

    @property
    def normalised(self) -> float:
        """The estimate on the scale of the published metric."""
        return self.value / self.synergy.scale


def estimate(game: Game, top: Tops, background: Split, budget: int = 138, seed: int = 0) -> Estimate:
    """Estimate the area under the Shapley interaction of V_k and T_k.

    Args:
        game: The game.
        top: The explainer's sets V_k and T_k.
        background: How the rest is split; part of what is estimated.
        budget: Forward passes: 6 K - 8 for the ends of a grid of K fractions, 4 for each draw of what remains.
        seed: Of the draws; the same for all explainers of an item.

    Raises:
        ValueError: When the budget does not pay for the ends and one draw.
    """
    ends = 6 * len(top.grid) - 8
    draws = (budget - ends) // 4
    if draws < 1:
        raise ValueError(f"budget: found {budget} forward passes, allowed: at least {ends + 4}")
    before = game.passes
    published = synergy(game, top)
    rests = [background(~image & ~text) for image, text in zip(top.image, top.text, strict=True)]
    sizes = np.array([len(rest) for rest in rests])
    weights = trapezoid(top.grid) * np.maximum(sizes - 1, 0) / (sizes + 1)
    # Where a set is empty there is no interaction to sample.
    weights *= top.image.any(axis=1) & top.text.any(axis=1)
    if not weights.any():
        return Estimate(published.unclipped, 0.0, 0, game.passes - before, published)
    at, share, kept = _draw(weights, rests, draws, np.random.default_rng(seed))
    line = (1 - share) * published.insertion[at] + share * published.deletion[at]
    bend = second_difference(game, top.image[at], top.text[at], kept) - line
    value = published.unclipped + float(weights.sum() * bend.mean())
    error = float(weights.sum()) * _standard_error(bend)
    return Estimate(value, error, draws, game.passes - before, published)


def _draw(weights: Floats, rests: list[Bools], draws: int, rng: np.random.Generator) -> tuple[Bools, Floats, Bools]:
    """Draw fractions and backgrounds.

    Returns:
        Positions on the grid (draws,), shares of the background players that are kept (draws,), kept players
        (draws, players).
    """
    start, size_start = rng.random(2)
    cumulated = np.cumsum(weights) / weights.sum()
    at = np.minimum(np.searchsorted(cumulated, (np.arange(draws) + start) / draws, side="right"), len(weights) - 1)
    level = (size_start + GOLDEN * np.arange(draws)) % 1
    shares, kept = np.empty(draws), np.zeros((draws, rests[0].shape[1] if len(rests) else 0), dtype=np.bool_)
    for row, (fraction, position) in enumerate(zip(at, level, strict=True)):
        chunks = rests[fraction]
        size = 1 + int(position * (len(chunks) - 1))
        kept[row] = chunks[rng.permutation(len(chunks))[:size]].any(axis=0)
        shares[row] = size / len(chunks)
    return at, shares, kept


def _standard_error(draws: Floats) -> float:
    """Standard error of the mean of a systematic sample, from differences of neighbours (Wolter 1984)."""
    if len(draws) < 2:
        return float("nan")
    return float(np.sqrt((np.diff(draws) ** 2).mean() / 2 / len(draws)))


def trapezoid(grid: Floats) -> Floats:
    """Weight of each point of a grid in the area of `audit.synergy.area`."""
    steps = np.diff(grid) / (grid[-1] - grid[0])
    return np.asarray((np.append(steps, 0) + np.insert(steps, 0, 0)) / 2, dtype=np.float64)
