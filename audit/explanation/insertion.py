"""Insertion and deletion in one modality with the other intact, and SRG, their difference.

Values are normalised between the one with the modality masked and the one with everything kept, and clipped to [0, 1],
as published. SRG = area of insertion - area of deletion: 0 for a random ranking in expectation, higher is better.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twokeys.audit.games.game import Bools, Floats, Game
from twokeys.audit.games.synergy import SMALLEST_SCALE, Tops, area


@dataclass(frozen=True)
class Insertion:
    """How the value rises and falls along an explainer's ranking of one modality.

    Attributes:
        grid: (K,) fractions.
        insertion: (K,) values with the highest ranked players kept.
        deletion: (K,) values with the highest ranked players masked.
    """

    grid: Floats
    insertion: Floats
    deletion: Floats

    @property
    def srg(self) -> float:
        """Area of insertion minus area of deletion, normalised and clipped as published."""
        base, full = self.insertion[0], self.deletion[0]
        scale = max(abs(full - base), SMALLEST_SCALE)
        inserted, deleted = (np.clip((curve - base) / scale, 0, 1) for curve in (self.insertion, self.deletion))
        return area(inserted, self.grid) - area(deleted, self.grid)

    @property
    def unclipped(self) -> float:
        """Area of insertion minus area of deletion, in probabilities."""
        return area(self.insertion - self.deletion, self.grid)


def image_insertion(game: Game, top: Tops) -> Insertion:
    """Insert and delete patches with the whole question kept; at most 2 K forward passes."""
    return _insertion(game, top.grid, top.image, game.image)


def text_insertion(game: Game, top: Tops) -> Insertion:
    """Insert and delete tokens with the whole image kept; at most 2 K forward passes."""
    return _insertion(game, top.grid, top.text, ~game.image)


def _insertion(game: Game, grid: Floats, sets: Bools, modality: Bools) -> Insertion:
    inserted, deleted = game(np.concatenate([~modality | sets, ~sets])).reshape(2, -1)
    return Insertion(grid, inserted, deleted)
