"""Drop items that most models of a panel answer without the image: the rules of MMStar and of MMMU-Pro."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twokeys.filters.cells import is_missing
from twokeys.filters.parameters import Share
from twokeys.filters.rule import Drops, Rule

if TYPE_CHECKING:
    import pandas as pd

RIGHT, MODELS = "panel.right", "panel.models"
"""Columns of a recipe's panel: the number of models that answer an item from its question, and of all models."""


@dataclass(frozen=True)
class MMStar(Rule):
    """Drop an item that a share of the recipe's panel of models answers from the question alone.

    MMStar asked eight language models and excluded the items that most of them answer. The default, six of eight, is
    twokeys's reading of "most": state the share of the paper that you follow. The recipe names the models,
    `encoders: {panel: [...]}`, and `served` states how they are asked.

    Attributes:
        share: Share of the models that must be right for the item to be dropped.

    Example:
        >>> import pandas as pd
        >>> table = pd.DataFrame({"id": ["a", "b"], "panel.right": [6, 5], "panel.models": 8})
        >>> MMStar().decide(table)
        {'a': '6 of 8 models answer it without the image'}
    """

    id = "mmstar"
    summary = "most models of a panel answer it without the image"
    bias = "language prior and contamination: the world or memory gives the answer"
    citation = "MMStar, arXiv 2403.20330"
    uses_gold = True

    share: Share = 0.75

    def reads(self) -> tuple[str, ...]:  # noqa: D102
        return (RIGHT, MODELS)

    def decide(self, table: pd.DataFrame) -> Drops:  # noqa: D102
        pairs = zip(table["id"], table[RIGHT], table[MODELS], strict=True)
        return {
            item: f"{right:.0f} of {models:.0f} models answer it without the image"
            for item, right, models in pairs
            # Rounded, because 3 / 4 must be no less than 0.75 in any precision.
            if not is_missing(models)
            and models > 0
            and not is_missing(right)
            and round(right / models, 9) >= round(self.share, 9)
        }


@dataclass(frozen=True)
class MMMUPro(MMStar):
    """Drop an item that three of four models of the recipe's panel answer from the question alone.

    MMMU-Pro asked four language models ten times each; a model answers an item if more than half of its replies are
    right (`served: {protocol: chat, samples: 10}`).

    Attributes:
        share: Share of the models that must be right for the item to be dropped.

    Example:
        >>> import pandas as pd
        >>> table = pd.DataFrame({"id": ["a", "b"], "panel.right": [3, 2], "panel.models": 4})
        >>> MMMUPro().decide(table)
        {'a': '3 of 4 models answer it without the image'}
    """

    id = "mmmu-pro"
    summary = "three of four models of a panel answer it without the image"
    citation = "MMMU-Pro, arXiv 2409.02813"
