r"""Synergistic Faithfulness F_syn, as published (arXiv 2605.22168) and without its clipping.

An explainer ranks patches and tokens. For each fraction k of both, V_k and T_k are the patches and tokens it ranks
highest. F_syn asks for their interaction on an empty background (insertion) and on a full one (deletion):

    insertion(k) = v(V_k, T_k)         - v(V_k, 0)     - v(0, T_k)     + v(0, 0)
    deletion(k)  = v(V \ V_k, T \ T_k) - v(V \ V_k, T) - v(V, T \ T_k) + v(V, T)

Unclipped, their mean at one k is the Shapley interaction of the three-player game {V_k, T_k, everything else}.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twokeys.audit.games.game import Bools, Floats, Game

GRID: Floats = np.arange(11) / 10
"""The published fractions of patches and tokens."""
SMALLEST_SCALE = 0.05
"""The published normalisation divides by |v(all) - v(none)|, but by no less than this."""


@dataclass(frozen=True)
class Scores:
    """What an explainer says of an item: larger means more in favour of the answer.

    Attributes:
        image: (patches,) scores.
        text: (tokens,) scores.
    """

    image: Floats
    text: Floats


@dataclass(frozen=True)
class Tops:
    """The highest ranked players at each fraction of a grid.

    Attributes:
        grid: (K,) fractions.
        image: (K, players) the sets V_k.
        text: (K, players) the sets T_k.
    """

    grid: Floats
    image: Bools
    text: Bools


@dataclass(frozen=True)
class Synergy:
    """Second differences between the modalities along an explainer's ranking.

    Attributes:
        grid: (K,) fractions of patches and tokens.
        insertion: (K,) on the empty background.
        deletion: (K,) on the full background.
        full: Value with everything kept.
        empty: Value with everything masked.
    """

    grid: Floats
    insertion: Floats
    deletion: Floats
    full: float
    empty: float

    @property
    def scale(self) -> float:
        """What the published normalisation divides by."""
        return max(abs(self.full - self.empty), SMALLEST_SCALE)

    @property
    def interaction(self) -> Floats:
        """Mean of both differences at each fraction, (K,): not clipped, in probabilities."""
        return (self.insertion + self.deletion) / 2

    @property
    def published(self) -> float:
        """F_syn as it is reported: normalised and clipped to [0, 1] at each fraction, then averaged over fractions."""
        clipped = np.clip(self.insertion / self.scale, 0, 1) + np.clip(self.deletion / self.scale, 0, 1)
        return area(clipped / 2, self.grid)

    @property
    def normalised(self) -> float:
        """Normalised as published, but not clipped: redundancy stays negative."""
        return area(self.interaction / self.scale, self.grid)

    @property
    def unclipped(self) -> float:
        """Neither normalised nor clipped."""
        return area(self.interaction, self.grid)


def area(curve: Floats, grid: Floats) -> float:
    """Area under a curve by trapezoids, over the width of the grid."""
    return float(np.trapezoid(curve, grid) / (grid[-1] - grid[0]))


def tops(scores: Scores, seed: int = 0) -> Tops:
    """Return the sets V_k and T_k of an explainer: the round(k n) highest signed scores of each modality.

    Args:
        scores: What the explainer says.
        seed: Equal scores are ordered at random from this seed, never by position: position is a cue.
    """
    rng = np.random.default_rng(seed)
    image, text = (ranks(part, rng) for part in (scores.image, scores.text))
    players, patches = len(image) + len(text), len(image)
    kept_image = np.zeros((len(GRID), players), dtype=np.bool_)
    kept_text = np.zeros_like(kept_image)
    kept_image[:, :patches] = image < counts(patches, GRID)[:, None]
    kept_text[:, patches:] = text < counts(len(text), GRID)[:, None]
    return Tops(GRID, kept_image, kept_text)


def ranks(scores: Floats, rng: np.random.Generator) -> Floats:
    """Rank of each score, 0 for the highest; equal scores in random order.

    Raises:
        ValueError: When a score is not finite.
    """
    if not np.isfinite(scores).all():
        raise ValueError(f"{int((~np.isfinite(scores)).sum())} scores are not finite")
    rank = np.empty(len(scores))
    rank[np.lexsort((rng.random(len(scores)), -scores))] = np.arange(len(scores))
    return rank


def counts(players: int, grid: Floats) -> Floats:
    """How many of the players each fraction is: round(k n), halves to the even number as published."""
    return np.array([round(float(fraction) * players) for fraction in grid], dtype=np.float64)


def second_difference(game: Game, first: Bools, second: Bools, background: Bools) -> Floats:
    """Interaction of two sets on a background, (n, players) each -> (n,), in one request of 4n coalitions."""
    rest = background & ~first & ~second
    coalitions = np.concatenate([rest | first | second, rest | first, rest | second, rest])
    together, one, other, neither = game(coalitions).reshape(4, -1)
    return np.asarray(together - one - other + neither, dtype=np.float64)


def synergy(game: Game, top: Tops) -> Synergy:
    """Evaluate an explainer's ranking on the empty and on the full background.

    It takes 6 (K - 2) + 4 forward passes on a grid that begins with 0 and ends with 1, less where neighbouring
    fractions are the same sets.
    """
    nothing = np.zeros_like(top.image)
    whole = np.ones_like(top.image)
    backgrounds = np.concatenate([nothing, whole])
    image, text = (np.concatenate([part, part]) for part in (top.image, top.text))
    insertion, deletion = second_difference(game, image, text, backgrounds).reshape(2, -1)
    full, empty = game(np.stack([whole[0], nothing[0]]))
    return Synergy(top.grid, insertion, deletion, float(full), float(empty))
