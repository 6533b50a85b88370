"""The difference mask of an item: what of its image and its question its counterfactual partners do not share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from twokeys.audit.explanation.localisation import (
    differing_pixels,
    differing_words,
    differs_as_a_whole,
    shares_of_boxes,
    shares_of_spans,
    spans_of,
)
from twokeys.audit.games.game import Floats
from twokeys.audit.games.synergy import Scores

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL import Image

    from twokeys.audit.models.layout import Layout
    from twokeys.audit.models.model import Prepared


@dataclass(frozen=True)
class Truth:
    """Share of each patch and token that lies in the difference mask.

    Attributes:
        image: (patches,); None where it is not known, or nothing of it is seen by the model.
        text: (tokens,); None likewise.
    """

    image: Floats | None
    text: Floats | None

    @property
    def scores(self) -> Scores | None:
        """Both sides, as an explainer would give them; None unless both are known."""
        return None if self.image is None or self.text is None else Scores(self.image, self.text)


def truth(
    prepared: Prepared,
    question: str,
    pictures: Sequence[Image.Image],
    other_question: str | None,
    other_pictures: Sequence[Image.Image] | None,
    boxes: Any = (),
) -> Truth:
    """Find the difference mask of an item.

    Args:
        prepared: The item as a model reads it.
        question: Its question.
        pictures: Its images, in their order.
        other_question: Question of its question partner; None where it has none.
        other_pictures: Images of its image partner; None where it has none.
        boxes: Boxes that an edit of its one image marked; they go before what the partner's image tells.
    """
    spans = [] if other_question is None else differing_words(question, other_question)
    text = shares_of_spans(spans_of(prepared.words.strings, question), spans)
    image = np.zeros(prepared.patches)
    if len(boxes):
        image = shares_of_boxes(prepared.layout.boxes, [tuple(map(float, box)) for box in boxes])  # type: ignore[misc]
    elif other_pictures is not None and len(other_pictures) == len(pictures):
        parts = [_apart(*one) for one in zip(prepared.of_images, pictures, other_pictures, strict=True)]
        if any(part is not None for part in parts):  # else all images differ as wholes, and no part is the difference
            whole = [np.ones(len(layout.boxes)) for layout in prepared.of_images]
            image = np.concatenate([
                every if part is None else part for every, part in zip(whole, parts, strict=True)
            ])  # fmt: skip
    return Truth(image if image.any() else None, text if text.any() else None)


def _apart(layout: Layout, picture: Image.Image, other: Image.Image) -> Floats | None:
    """Share of each patch that the partner's image in the same place does not show; None if all of it differs."""
    own, theirs = np.asarray(picture), np.asarray(other)
    mask = differing_pixels(own, theirs)
    if mask is not None:
        return layout.from_map(mask.astype(np.float64))
    return None if differs_as_a_whole(own, theirs) else np.zeros(len(layout.boxes))
