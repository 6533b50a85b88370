"""Images that stand as text in a file of text: where each is, and how its bytes are had again.

A locator `cell:FILE#COLUMN#ROW.MEMBER` names the file, the column, the row (from 1) and the member of its list; behind
`@` the key of the records, if the recipe names one. The file is read once to find where its rows begin.
"""

from __future__ import annotations

import csv
import io
import json
import os
from array import array
from collections.abc import Callable
from functools import lru_cache, partial
from itertools import accumulate
from pathlib import Path
from typing import IO

from twokeys.builder.read.corpora.json_records import is_lines, json_records
from twokeys.builder.read.corpora.lists import absent, as_list
from twokeys.builder.read.corpora.opening import MEND, Record, SourceFile, delimiter_of, lines, placed_csv
from twokeys.builder.read.corpora.record_cells import Cells
from twokeys.builder.read.embedded import image_bytes
from twokeys.builder.read.held import held
from twokeys.builder.read.packed import plain
from twokeys.builder.recipe import Columns
from twokeys.core.errors import BadInput
from twokeys.core.files import Stamp, stamp

CELL = "cell:"
"""Locator prefix of an image that stands in a file of text."""
CORRECT = "name a column without # in its name"


def cell_locator(file: SourceFile, column: str, row: int, member: int) -> str:
    """Locator of an image in a cell.

    Raises:
        BadInput: When a name holds the mark between the parts of a locator.
    """
    if "#" in column or "#" in (file.records or ""):
        problem = f"the column {column!r} holds images, and # ends its name"
        raise BadInput(file.path, "columns.image", problem, "names without #", CORRECT)
    at = f"@{file.records}" if file.records is not None else ""
    return f"{CELL}{file.name}#{column}#{row}.{member}{at}"


def cell_bytes(root: Path, rest: str) -> bytes:
    """Read the image of a cell.

    Args:
        root: Folder of the corpus.
        rest: A locator without its prefix.

    Raises:
        BadInput: When the file or the cell is not there, or the cell holds no image.
    """
    name, column, place = rest.rsplit("#", 2)
    number, _, records = place.partition("@")
    row, member = (int(part) for part in number.split("."))
    path = held(root, name, "table")
    file = SourceFile(path, name, records if "@" in place else None)
    record = _finder(path, name, file.records, column, stamp(path))(row)
    if record is None:
        raise BadInput(name, row, "there is no such row any more", "", "build again")
    cells = Cells(record, Columns(), file, row)
    value = cells.get(column)
    listed = isinstance(value, list) or (isinstance(value, str) and value.lstrip().startswith("["))
    members = [each for each in as_list(value, column, file, row) if not absent(each)] if listed else [value]
    if member >= len(members):
        raise BadInput(name, row, f"the column {column!r} holds no image {member + 1}", "", MEND)
    return image_bytes(members[member], name, row)


Find = Callable[[int], Record | None]
"""Gives the record of a row, numbered from 1; None if there is none that can be read."""


@lru_cache(maxsize=4)
def _finder(path: Path, name: str, records: str | None, column: str, written: Stamp) -> Find:
    """Look once through a file; a changed file is looked through anew."""
    file = SourceFile(path, name, records)
    if file.ending in (".csv", ".tsv"):
        return _of_csv(file, delimiter_of(file))
    if records is None and is_lines(file):
        ends = array("q", accumulate(map(len, lines(path)), initial=0))
        return partial(_of_line, plain(path), ends)
    record_of = dict(json_records(file, [column]))
    return lambda row: record if isinstance(record := record_of.get(row), dict) else None


def _of_csv(file: SourceFile, delimiter: str) -> Find:
    names: list[str] = []
    begins = array("q")
    for _, place, row in placed_csv(file, delimiter):
        begins.append(place)
        names = names or (list(row) if isinstance(row, dict) else [])
    stream = plain(file.path)
    begins.append(stream.seek(0, os.SEEK_END))
    return partial(_of_row, stream, begins, names, delimiter)


def _of_row(stream: IO[bytes], begins: array[int], names: list[str], delimiter: str, row: int) -> Record | None:
    text = _between(stream, begins, row)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    cells = next(filter(None, rows), [])
    return dict(zip(names, cells, strict=True)) if len(cells) == len(names) else None


def _of_line(stream: IO[bytes], ends: array[int], row: int) -> Record | None:
    text = _between(stream, ends, row)
    record = json.loads(text) if text.strip() else None
    return record if isinstance(record, dict) else None


def _between(stream: IO[bytes], places: array[int], row: int) -> str:
    """The text of a row, which begins at its place and ends at the next one; empty if there is no such row."""
    if not 0 < row < len(places):
        return ""
    begin, end = places[row - 1], places[row]
    return os.pread(stream.fileno(), end - begin, begin).decode("utf-8-sig" if begin == 0 else "utf-8")
