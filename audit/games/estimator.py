"""An unbiased estimate of the Shapley interaction between the modalities, from about as many passes as F_syn takes.

With b background players, the interaction of V_k and T_k is the mean over sizes t = 0 ... b of the expected second
difference D on a random background of t of them. F_syn knows the two ends t = 0 and t = b alone and takes them for all
of it. Here backgrounds of all sizes are drawn, always in pairs of opposites:

    area of I(k) = W * mean over draws of (k, S) of [ D(k, S) + D(k, rest without S) ] / 2

In a pair what is odd in the background cancels (Covert and Lee 2021); the pair of the ends is F_syn at that fraction.
Draws are stratified over fractions and sizes together (systematic sampling along a lattice with a random start), so
that any budget is spread over both, and they are the same for all explainers of an item: what a background adds for all
of them cannot change who ranks first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twokeys.audit.games.exact import Split
from twokeys.audit.games.game import Bools, Floats, Game
from twokeys.audit.games.synergy import Tops, second_difference

GOLDEN = (5**0.5 - 1) / 2
"""Step along the sizes; the least regular of all, so that no fraction meets one size again and again."""
SHARED, PAIR = 4, 8
"""Passes of the fraction 1, where nothing is left to draw; passes of a pair of backgrounds."""


@dataclass(frozen=True)
class Estimate:
    """The area under the interaction, and how it was obtained.

    Attributes:
        value: The estimate, in probabilities; not normalised, not clipped.
        standard_error: Of the draws, given the item and the split; not a number for fewer than two pairs.
        pairs: Pairs of backgrounds that were drawn.
        passes: Forward passes that the game made for it.
    """

    value: float
    standard_error: float
    pairs: int
    passes: int


def estimate(game: Game, top: Tops, background: Split, budget: int = 140, seed: int = 0) -> Estimate:
    """Estimate the area under the Shapley interaction of V_k and T_k.

    Args:
        game: The game.
        top: The explainer's sets V_k and T_k.
        background: How the rest is split; part of what is estimated.
        budget: Forward passes: 8 for each pair of backgrounds, and 4.
        seed: Of the draws; the same for all explainers of an item.

    Raises:
        ValueError: When the budget does not pay for one pair.
    """
    pairs = (budget - SHARED) // PAIR
    if pairs < 1:
        raise ValueError(f"the budget is {budget} forward passes, and must be at least {SHARED + PAIR}")
    before = game.passes
    # Where a set is empty there is no interaction; where nothing is left, there is nothing to draw.
    weights = trapezoid(top.grid) * (top.image.any(axis=1) & top.text.any(axis=1))
    rests = ~top.image & ~top.text
    whole = ~rests.any(axis=1)
    ends = second_difference(game, top.image[whole], top.text[whole], rests[whole])
    value, error = float(weights[whole] @ ends), 0.0
    weights = weights * ~whole
    if weights.any():
        at, kept = _draw(weights, rests, background, pairs, np.random.default_rng(seed))
        image, text = (np.concatenate([part[at], part[at]]) for part in (top.image, top.text))
        both = second_difference(game, image, text, np.concatenate([kept, rests[at] & ~kept])).reshape(2, -1)
        drawn = both.mean(axis=0)
        value += float(weights.sum() * drawn.mean())
        error = float(weights.sum()) * _standard_error(drawn)
    return Estimate(value, error, pairs, game.passes - before)


def _draw(
    weights: Floats, rests: Bools, background: Split, pairs: int, rng: np.random.Generator
) -> tuple[NDArray[np.int64], Bools]:
    """Draw fractions and one background of each pair: positions on the grid (pairs,), kept players (pairs, players)."""
    start, size_start = rng.random(2)
    cumulated = np.cumsum(weights) / weights.sum()
    places = (np.arange(pairs) + start) / pairs
    at = np.minimum(np.searchsorted(cumulated, places, side="right"), np.flatnonzero(weights)[-1])
    # Sizes t and b - t are one pair: half of the sizes, each of them once, are all pairs.
    level = (size_start + GOLDEN * np.arange(pairs)) % 1 / 2
    kept = np.zeros((pairs, rests.shape[1]), dtype=np.bool_)
    chunks = {fraction: background(rests[fraction]) for fraction in set(at.tolist())}
    for row, (fraction, position) in enumerate(zip(at.tolist(), level.tolist(), strict=True)):
        chosen = chunks[fraction]
        size = int(position * (len(chosen) + 1))
        kept[row] = chosen[rng.permutation(len(chosen))[:size]].any(axis=0)
    return at.astype(np.int64), kept


def _standard_error(draws: Floats) -> float:
    """Standard error of the mean of a systematic sample, from differences of neighbours (Wolter 1984)."""
    if len(draws) < 2:
        return float("nan")
    return float(np.sqrt((np.diff(draws) ** 2).mean() / 2 / len(draws)))


def trapezoid(grid: Floats) -> Floats:
    """Weight of each point of a grid in the area of `twokeys.audit.games.synergy.area`."""
    steps = np.diff(grid) / (grid[-1] - grid[0])
    return np.asarray((np.append(steps, 0) + np.insert(steps, 0, 0)) / 2, dtype=np.float64)
