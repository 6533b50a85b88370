"""Heat maps of explainers over image and words: the folder of a run of `twokeys explain`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import numpy as np
from PIL import Image

from twokeys.audit.explanation.explain import LINES
from twokeys.audit.explanation.heat_maps import heat_maps
from twokeys.audit.explanation.report import shades
from twokeys.browsing.answers import Journaled
from twokeys.browsing.images import LARGE, thumbnail
from twokeys.browsing.index import Index
from twokeys.core.errors import BadInput
from twokeys.core.pictures.shown import side_by_side
from twokeys.data_cards.pictures import Picture
from twokeys.data_cards.published import PublishedFolder

PLAYED = {
    "both": "image and question",
    "image": "the image alone",
    "question": "the question alone",
    "neither": "neither",
}
"""Views under which the answer's probability was taken -> their names."""


@dataclass(frozen=True)
class Heat:
    """What one explainer says of an item, as far as it is shown.

    Attributes:
        explainer: Its name.
        image: The image with the scores of the patches that are shown, several side by side; None if the folder holds
            no image of the item.
        words: Word and its background colour; transparent if its score is not shown.
        answer: The answer that is explained.
        values: View, in words -> the answer's probability under it.
    """

    explainer: str
    image: Picture | None
    words: list[tuple[str, str]]
    answer: str
    values: dict[str, float]


class Explanations(Journaled):
    """Explanations of one run."""

    def __init__(self, folder: Path, published: PublishedFolder, index: Index) -> None:
        super().__init__(folder, LINES, "explain", published, index, lambda line: "explainers" in line)

    @property
    def explainers(self) -> list[str]:
        """Names of the explainers that the run names."""
        return [str(name) for name in self.run.get("explainers") or []]

    def heat(self, row: int, explainer: str, share: float, images: Sequence[Image.Image]) -> Heat | None:
        """What an explainer says of the item of a row.

        Args:
            row: Row of the index.
            explainer: Its name.
            share: Share of patches, and of words, whose scores are shown: those of the largest magnitude.
            images: The item's images in full size, in order; empty if there are none.

        Returns:
            What is shown; None if the run has not explained the item by this explainer.

        Raises:
            BadInput: If the line of the item does not fit the item.
        """
        line = self.line(row)
        weights = (line or {}).get("explainers", {}).get(explainer)
        if line is None or weights is None:
            return None
        try:
            patches = np.array(weights["image"], dtype=np.float64)
            words, scores = [str(word) for word in line["words"]], [float(score) for score in weights["text"]]
            shown = None
            if images:
                sizes = [image.size for image in images]
                shown = thumbnail(side_by_side(heat_maps(images, sizes, line, strongest(patches, share))), LARGE)
            coloured = list(zip(words, shades(list(strongest(scores, share))), strict=True))
            values = {name: float(line["values"][view]) for view, name in PLAYED.items()}
        except (KeyError, ValueError, TypeError, IndexError) as error:
            remedy = "run `twokeys explain` again in an empty folder"
            raise BadInput(self.path, line.get("id"), f"the line cannot be shown ({error})", "", remedy) from None
        return Heat(explainer, shown, coloured, str(line.get("explained", "")), values)


def strongest(scores: Sequence[float] | np.ndarray, share: float) -> np.ndarray:
    """Scores with the weaker ones set to 0; of equal ones the first are kept.

    Args:
        scores: (players,) scores.
        share: Share of them, from 0 to 1, that is kept; if it is above 0, one at least.

    Example:
        >>> strongest([0.1, -0.5, 0.3, 0.2], 0.5).tolist()
        [0.0, -0.5, 0.3, 0.0]
    """
    kept = np.array(scores, dtype=np.float64)
    order = np.argsort(-np.abs(kept), kind="stable")
    kept[order[ceil(round(share * len(kept), 9)) :]] = 0.0
    return kept
