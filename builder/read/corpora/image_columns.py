"""Columns of a table that hold the images of its items: which images each row names, or holds, in their order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from twokeys.builder.read.arrow_files import ENDINGS, batches
from twokeys.builder.read.corpora.cell_images import cell_locator
from twokeys.builder.read.corpora.lists import absent
from twokeys.builder.read.corpora.reader import picture
from twokeys.builder.read.corpora.shards import column_type, is_list, naming_column
from twokeys.builder.read.embedded import holds_image, name_of
from twokeys.core.errors import BadInput

if TYPE_CHECKING:
    from twokeys.builder.read.corpora.opening import SourceFile
    from twokeys.builder.recipe import Corpus

_ROWS = 64
"""Rows whose embedded images are in memory at a time."""
Places = Sequence[Sequence[int]]
"""Of each row, the members of its cell that hold an image."""


@dataclass(frozen=True)
class ImageColumn:
    """A column that holds images, in one file.

    Attributes:
        name: Its name.
        naming: The column that names its images; None if the file embeds them.
        listed: Whether its cells in a Parquet or Arrow file are lists.
        places: Of embedded images in lists, or in one of several columns: what each row holds.
    """

    name: str
    naming: str | None
    listed: bool = False
    places: Places | None = None

    @classmethod
    def of(cls, corpus: Corpus, file: SourceFile, name: str, alone: bool) -> ImageColumn:
        """Look at a column.

        Args:
            corpus: Says whether images are needed.
            file: The table.
            name: The column.
            alone: Whether it is the only column of images: a row without one is then found when it is read.

        Raises:
            BadInput: If the column can hold no images.
        """
        naming = naming_column(file, name, corpus)
        kind = column_type(file, name)
        listed = kind is not None and is_list(kind)
        if naming is not None:
            return cls(name, naming, listed)
        return cls(name, None, listed, _places(file, name) if listed or not alone else None)

    def locators(self, corpus: Corpus, file: SourceFile, row: int, names: Callable[[str], list[Any]]) -> list[str]:
        """Locators of the images of a row; cells that hold none are passed over.

        Args:
            corpus: Says whether images are needed, and where their files lie.
            file: The table.
            row: The row, numbered from 1.
            names: Function that gives the names in a column's cell, empty ones left out.

        Raises:
            BadInput: If a name is none, or leads out of the image folder.
        """
        if self.naming is None:
            place = f"parquet:{file.name}#{self.name}#{row - 1}"
            members = [0] if self.places is None else self.places[row - 1]
            return [f"{place}.{member}" if self.listed else place for member in members]
        return [self._locator(corpus, file, row, *each) for each in enumerate(names(self.naming))]

    def there(self, row: int, members: Callable[[str], list[Any]]) -> list[bool]:
        """Whether there is an image in each place of a row's cell.

        Args:
            row: The row, numbered from 1.
            members: Function that gives the members of a column's cell, with the empty ones in their places.
        """
        if self.naming is not None:
            return [not absent(member) for member in members(self.naming)]
        places = [0] if self.places is None else self.places[row - 1]
        return [place in places for place in range(max(places, default=-1) + 1)] if self.listed else [bool(places)]

    def _locator(self, corpus: Corpus, file: SourceFile, row: int, member: int, cell: Any) -> str:
        """Locator of one image of a row, which its cell names or holds."""
        if not holds_image(cell):
            return picture(corpus, name_of(cell), file, row)
        if corpus.images == "names":
            problem, allowed = "the cell holds an image, and the recipe says `images: names`", "names of files"
            raise BadInput(file.name, row, problem, allowed, "write `images: required`")
        if file.ending in ENDINGS:
            return f"parquet:{file.name}#{self.naming}#{row - 1}" + (f".{member}" if self.listed else "")
        return cell_locator(file, str(self.naming), row, member)


def _places(file: SourceFile, column: str) -> list[list[int]]:
    """Which members of each row's cell hold bytes, or name a file; bytes of few rows are in memory at a time."""
    places: list[list[int]] = []
    for batch in batches(file.path, [column], _ROWS):
        for cell in batch.column(0):
            members = [cell] if not is_list(cell.type) else list(cell.values or ())
            places.append([place for place, member in enumerate(members) if _there(member)])
    return places


def _there(member: pa.Scalar) -> bool:
    """Whether a member holds bytes or names a file."""
    if not member.is_valid:
        return False
    if not pa.types.is_struct(member.type):
        return len(member.as_buffer()) > 0
    inside = [field.name for field in member.type if field.name in ("bytes", "path")]
    return any(member[name].is_valid and len(member[name].as_buffer()) > 0 for name in inside)
