"""The place of a table's images: inside the table, or files whose paths follow from its columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from twokeys.builder.guess.place import images_below
from twokeys.builder.guess.roles import Records, texts
from twokeys.builder.read.arrow_files import ENDINGS, schema_of
from twokeys.builder.read.corpora.shards import holds_bytes
from twokeys.builder.read.embedded import holds_image
from twokeys.core.pictures.decoding import file_endings
from twokeys.core.templates import as_text, is_template, names_in

if TYPE_CHECKING:
    from pathlib import Path

    from twokeys.builder.read.corpora.opening import SourceFile

_NAMES = re.compile(r"image|img|picture|photo|figure|file_?name|filename|path", re.IGNORECASE)
_ID = re.compile(r"(image|img|photo|picture|figure)[ _-]?(id|name|file|path|key)?", re.IGNORECASE)
_HEAD = 100
"""Number of characters by which texts of words are recognised."""
_MOST, _LEAST = 0.8, 0.2
"""A template holds for most rows that have its columns, and rows that have these are not few."""
_FEW = 8
"""Files of one name that are all tried, and cells that tell what a column holds."""


@dataclass(frozen=True)
class ImagesFound:
    """The entries of a recipe about images.

    Attributes:
        columns: `columns.image`: a column, a template, or several columns; None if there are no images.
        known: Whether their bytes are available; otherwise only their names are.
        only: Columns that hold only images.
        addresses: Whether the column holds addresses of the web.
    """

    columns: str | list[str] | None
    known: bool
    only: tuple[str, ...] = ()
    addresses: bool = False


def embedded(file: SourceFile) -> list[str]:
    """The columns of a Parquet or Arrow file that hold bytes of images."""
    if file.ending not in ENDINGS:
        return []
    return [column.name for column in schema_of(file.path) if holds_bytes(column.type)]


def images(records: Records, inside: Sequence[str], root: Path) -> ImagesFound:
    """Guess the place of the images of some rows.

    Args:
        records: Some rows.
        inside: Columns that hold bytes of images.
        root: The folder of the table.
    """
    if inside:
        numbered = [name for name in inside if re.fullmatch(r"\D+\d+", name)]
        several = numbered if len(numbered) > 1 else inside if len(inside) > 1 else []
        return ImagesFound(list(several) or inside[0], True, tuple(inside))
    names = list(dict.fromkeys(name for record in records for name in record))
    names.sort(key=lambda name: not _NAMES.search(name))
    for name in names:
        values = texts(records, name)
        if values and all(holds_image(value) and " " not in str(value)[:_HEAD].strip() for value in values[:_FEW]):
            return ImagesFound(name, True, (name,))
    if (template := _template(records, names, root)) is not None:
        return ImagesFound(template, True)
    for name in names:
        values = [value for value in texts(records, name) if isinstance(value, str)]
        if values and all(PurePosixPath(value).suffix.lower() in file_endings() for value in values):
            return ImagesFound(name, False, addresses=any("://" in value for value in values))
    for name in names:
        if _ID.fullmatch(name) and texts(records, name):
            return ImagesFound(f"{{{name}}}.jpg", False)
    return ImagesFound(None, False)


def _template(records: Records, names: Sequence[str], root: Path) -> str | None:
    """The column or template that gives an image file for the most rows, of the fewest columns."""
    by_name: dict[str, list[PurePosixPath]] = {}
    for file in images_below(root):
        for key in {file.name, file.stem, file.as_posix()}:
            by_name.setdefault(key, []).append(file)
    votes: Counter[str] = Counter()
    single = [
        {name: as_text(record.get(name)) for name in names if not isinstance(record.get(name), list | dict)}
        for record in records
    ]
    for cells in single:
        votes.update({
            _described(file, name, cells)
            for name, value in cells.items()
            if value
            for key in {value, PurePosixPath(value.replace("\\", "/")).name}
            for file in _candidates(by_name.get(key, []), cells)
        })  # fmt: skip
    # Rows without an image leave the columns of its name empty.
    votes = Counter(
        {template: count for template, count in votes.items() if is_template(template)}
    )  # others name one file for all
    complete = {
        template: sum(all(cells.get(name) for name in names_in(template)) for cells in single) for template in votes
    }
    good = [
        template
        for template, count in votes.items()
        if count >= _MOST * complete[template] and count >= _LEAST * len(records)
    ]
    best = min(
        good,
        key=lambda template: (-votes[template], template.count("{"), not _names_images(template), len(template)),
        default=None,
    )
    return best[1:-1] if best is not None and re.fullmatch(r"\{[^{}]+\}", best) else best


def _candidates(files: Sequence[PurePosixPath], cells: dict[str, str]) -> Sequence[PurePosixPath]:
    """The files with a name; of many files, those in a folder that is named after a cell, such as 12/image.png."""
    if len(files) <= _FEW:
        return files
    values = set(cells.values())
    return [file for file in files if file.parent.name in values]


def _names_images(template: str) -> bool:
    """Whether a column of a template is called after images."""
    return any(_NAMES.search(name) for name in names_in(template))


def _described(file: PurePosixPath, name: str, cells: dict[str, str]) -> str:
    """A file's path with the cells that it repeats as columns; the last part by the column `name`."""
    value = cells[name].replace("\\", "/")
    if file.as_posix() == value:
        return f"{{{name}}}"
    folders = [_folder(part, cells, name) for part in file.parts[:-1]]
    last = {file.name: f"{{{name}}}", file.stem: f"{{{name}}}{file.suffix}"}.get(value)
    if last is None and file.as_posix().endswith(f"/{value.removeprefix('./')}"):
        kept = len(file.parts) - len(PurePosixPath(value).parts)
        return "/".join([*folders[:kept], f"{{{name}}}"])
    return "/".join([*folders, last if last is not None else file.name])


def _folder(part: str, cells: dict[str, str], last: str) -> str:
    """A folder's name, or the column that names it."""
    named = [name for name, value in cells.items() if value == part and name != last]
    return f"{{{named[0]}}}" if named else part
