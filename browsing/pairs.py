"""Where an edit made the images of two partners differ, as the config `pairs` has it."""

from __future__ import annotations

from functools import cached_property

from twokeys.browsing.named import Named
from twokeys.core.columns import PAIRS
from twokeys.core.items import digest, row_order
from twokeys.data_cards.published import PublishedFolder


class Pairs:
    """The pairs of a folder, read at first use; a folder may have none."""

    def __init__(self, folder: PublishedFolder) -> None:
        self._folder = folder

    def boxes(self, one: str, other: str) -> list[list[int]]:
        """Where the images of two partners differ: x0, y0, x1, y1 in pixels; nothing if that is not published."""
        first, second = sorted((one, other), key=row_order)
        row = self._rows.of(digest("pair", "image", first, second))
        if row is None:
            return []
        cells = self._rows.cells.read([row], ["boxes"])[0]
        return [list(map(int, box)) for box in cells["boxes"] or [] if len(box) == 4]

    @cached_property
    def _rows(self) -> Named:
        return Named(self._folder.files(PAIRS))
