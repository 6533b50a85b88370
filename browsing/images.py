"""Thumbnails on demand: an image is read and decoded when a page shows it, and the last ones are kept."""

from __future__ import annotations

import io
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from threading import Lock

from PIL import Image

from twokeys.browsing.index import Index
from twokeys.core.errors import BadInput
from twokeys.core.pictures.decoding import decode
from twokeys.core.pictures.shown import side_by_side
from twokeys.core.pictures.uris import data_uri
from twokeys.data_cards.pictures import Picture

SMALL, LARGE = 240, 640
"""Longest side in pixels: in a list, and of the item that is looked at."""
KEPT = 64 * 2**20
"""Characters of thumbnails that are kept."""
COLOURS = 256
"""Colours up to which an image is drawn rather than photographed, and shown without loss."""


class Thumbnails:
    """Thumbnails of the items of an index.

    Attributes:
        index: The index.
    """

    def __init__(self, index: Index) -> None:
        self.index = index
        self._kept: OrderedDict[tuple[int, int], Picture | None] = OrderedDict()
        self._size, self._lock = 0, Lock()

    def of(self, rows: Sequence[int], side: int) -> dict[int, Picture | None]:
        """Thumbnails of some rows, several images of one item side by side.

        Args:
            rows: Rows of the index.
            side: Longest side.

        Returns:
            A thumbnail for each row; None if the folder holds no image of it, or none that can be decoded.
        """
        holders = {row: self.index.picture(row) for row in rows}
        wanted = {holder for holder in holders.values() if holder is not None}
        with self._lock:
            kept = {holder: self._kept[holder, side] for holder in wanted if (holder, side) in self._kept}
        missing = wanted - kept.keys()
        for holder, cells in self._cells(sorted(missing)):
            image = _shown(cells)  # one at a time: a large photo takes as much memory as a page of thumbnails
            kept[holder] = None if image is None else thumbnail(image, side)
            self._keep((holder, side), kept[holder])
        return {row: None if holder is None else kept[holder] for row, holder in holders.items()}

    def images(self, row: int) -> list[Image.Image]:
        """The images of a row as models see them, in order and in full size; none if they cannot all be shown."""
        holder = self.index.picture(row)
        return [] if holder is None else next(_decoded(cells) for _, cells in self._cells([holder]))

    def _cells(self, rows: Sequence[int]) -> Iterator[tuple[int, dict[str, object]]]:
        return zip(rows, self.index.cells.read(rows, ["image", "images"]), strict=True)

    def _keep(self, key: tuple[int, int], made: Picture | None) -> None:
        with self._lock:
            if key not in self._kept:
                self._kept[key] = made
                self._size += len(made.src) if made else 0
            while self._size > KEPT:
                _, old = self._kept.popitem(last=False)
                self._size -= len(old.src) if old else 0


def _shown(cells: dict[str, object]) -> Image.Image | None:
    """The images of a row in one."""
    images = _decoded(cells)
    return side_by_side(images) if images else None


def _decoded(cells: dict[str, object]) -> list[Image.Image]:
    """The images of a row in order; none if one of them is refused."""
    several = cells.get("images") or [cells.get("image")]
    data = [cell.get("bytes") for cell in several if isinstance(cell, dict)] if isinstance(several, list) else []
    try:
        return [decode(each, "image") for each in data if each]
    except BadInput:
        return []


def thumbnail(image: Image.Image, side: int) -> Picture:
    """An RGB image at most so wide and high: PNG if it has few colours, else JPEG."""
    small = image.copy()
    small.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
    buffer = io.BytesIO()
    if small.getcolors(COLOURS) is not None:
        small.save(buffer, "PNG")
        return Picture(data_uri(buffer.getvalue(), "image/png"), *small.size)
    small.save(buffer, "JPEG", quality=85)
    return Picture(data_uri(buffer.getvalue(), "image/jpeg"), *small.size)
