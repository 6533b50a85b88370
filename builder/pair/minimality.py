"""Minimality by embedding: in the changed view, a partner is near the item that it was made from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twokeys.builder.measure.embed import Embedded
from twokeys.builder.measure.matrices import Representations
from twokeys.builder.read.pictures import Pictures
from twokeys.core.items import canonical_json


@dataclass(frozen=True)
class Nearness:
    """How near an edit must be to its original.

    Attributes:
        represent: Embeds the contents of the changed view.
        least: The smallest similarity; None if any similarity is accepted.
    """

    represent: Representations
    least: float | None

    @property
    def key(self) -> str:
        """The smallest similarity, and the encoders that measure it."""
        encoders = [] if self.least is None else [self.represent.text.key, self.represent.image.key]
        return canonical_json([self.least, encoders])

    def dissimilar(self, items: pd.DataFrame, rows: pd.DataFrame, pictures: Pictures) -> pd.Series[Any]:
        """The reasons why edits are too far from their originals.

        Args:
            items: Annotated items.
            rows: Edits as items, with `view` and `edit_of`.
            pictures: Images of both, including constructed images.

        Returns:
            Reasons by the index of `rows`; None if an edit is near enough, or any similarity is accepted.
        """
        reasons = pd.Series(None, index=rows.index, dtype=object)
        if self.least is None:
            return reasons
        keys = pd.concat([items, rows])[["id", "question_key", "image_key", "question"]].set_index("id")
        questions = self.represent.texts("question", dict(zip(keys["question_key"], keys["question"], strict=True)))
        seen = self._images(pictures)
        before = keys.loc[rows["edit_of"]]
        for view, vectors, column in (("question", questions, "question_key"), ("image", seen, "image_key")):
            at = np.flatnonzero((rows["view"] == view).to_numpy() & rows["image_key"].notna().to_numpy())
            cosine = _cosines(vectors, before[column].iloc[at], rows[column].iloc[at])
            far = np.flatnonzero(cosine < self.least)
            reasons.iloc[at[far]] = [
                f"its {view} has the similarity {cosine[i]:.2f}, less than {self.least:.2f}" for i in far
            ]
        return reasons

    def too_far(self, before: pd.Series[str], after: pd.Series[str], pictures: Pictures) -> NDArray[np.bool_]:
        """Whether each new image is too far from the image that it replaces.

        Args:
            before: Keys of the original images.
            after: Keys of the new images.
            pictures: All these images.
        """
        if self.least is None:
            return np.zeros(len(after), dtype=bool)
        return _cosines(self._images(pictures), before, after) < self.least

    def _images(self, pictures: Pictures) -> Embedded:
        return replace(self.represent, pictures=pictures).images().embedded()


def _cosines(vectors: Embedded, before: pd.Series[str], after: pd.Series[str]) -> NDArray[np.float32]:
    new, old = (vectors.vectors[vectors.of(keys)] for keys in (after, before))
    cosines: NDArray[np.float32] = np.einsum("nd,nd->n", new, old)
    return cosines
