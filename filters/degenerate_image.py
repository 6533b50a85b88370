"""Drop items whose image shows nothing: one colour, tiny, or a strip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge

from twokeys.filters.parameters import Count
from twokeys.filters.rule import Drops, Rule

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class DegenerateImage(Rule):
    """Drop an item whose image cannot carry information: it is answered blindly, or not at all.

    An image of which only the name is available has width 0, and the rule ignores it.

    Attributes:
        min_side: Fewest allowed pixels of the shorter side.
        max_aspect: Largest allowed ratio of the longer to the shorter side.
        flat: Largest contrast of an image of one colour. Contrast is the standard deviation of the grey values, which
            go from 0 to 255.

    Example:
        >>> import pandas as pd
        >>> sizes = {"image_width": [600, 640], "image_height": [30, 480], "image_contrast": 40.0}
        >>> DegenerateImage().decide(pd.DataFrame({"id": ["a", "b"], **sizes}))
        {'a': 'the image is a strip of 600 x 30 pixels; its sides may differ by a factor of at most 10'}
    """

    id = "degenerate-image"
    summary = "the image is of one colour, tiny, or a strip"
    bias = "an image without content leaves the question alone to answer from"

    min_side: Count = 16
    max_aspect: Annotated[float, Ge(1)] = 10.0
    flat: Annotated[float, Ge(0)] = 1.0

    def reads(self) -> tuple[str, ...]:  # noqa: D102
        return ("image_width", "image_height", "image_contrast")

    def decide(self, table: pd.DataFrame) -> Drops:  # noqa: D102
        columns = (table[name].astype(float) for name in self.reads())
        reasons = {item: self._defect(*numbers) for item, *numbers in zip(table["id"], *columns, strict=True)}
        return {item: reason for item, reason in reasons.items() if reason}

    def _defect(self, width: float, height: float, contrast: float) -> str:
        if not (width > 0 and height > 0):  # also true of NaN, if the size is missing
            return ""
        short, long = sorted((width, height))
        size = f"{width:.0f} x {height:.0f} pixels"
        if short < self.min_side:
            return f"the image has {size}; its shorter side must have at least {self.min_side}"
        if long / short > self.max_aspect:
            limit = f"a factor of at most {self.max_aspect:g}"
            return f"the image is a strip of {size}; its sides may differ by {limit}"
        if contrast <= self.flat:
            return f"the image is of one colour (contrast {contrast:.3g}, must be above {self.flat:g})"
        return ""
