"""What a reader of a corpus is, and the ways of opening files that all readers share."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from builder.errors import BadInput
from builder.items import Row
from builder.recipe import Corpus

Rows = Iterator[Row | BadInput]
"""A reader yields good rows as `Row`, bad ones as `BadInput` (not raised), and raises for a file as a whole."""


@dataclass(frozen=True)
class Reader:
    """One official format.

    Attributes:
        format: Name in recipes.
        summary: One line for tables.
        splits: Official splits that the format knows, in reading order; empty when the files define them.
        files: Function that lists the source files for a corpus and its root folder: these are hashed into the
            manifest. Pictures are not among them.
        read: Function that yields the rows of one split, in file order.
        needs: For messages: where the official files come from and how the folder should look.
    """

    format: str
    summary: str
    splits: tuple[str, ...]
    files: Callable[[Corpus, Path], list[Path]]
    read: Callable[[Corpus, Path, str], Rows]
    needs: str


def read_text(path: Path) -> str:
    """Read a UTF-8 file, gzipped or not whatever its ending.

    Raises:
        BadInput: When the file is missing, truncated or not UTF-8.
    """
    try:
        data = path.read_bytes()
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
        return data.decode("utf-8-sig")
    except FileNotFoundError:
        raise BadInput(path, None, "no file", "the corpus's official file", "check the corpora folder") from None
    except (EOFError, gzip.BadGzipFile) as error:
        raise BadInput(path, None, f"a broken gzip stream ({error})", "a whole file", "download it again") from error
    except UnicodeDecodeError as error:
        found = f"byte {error.object[error.start]:#04x} at offset {error.start}, which is not UTF-8"
        raise BadInput(path, None, found, "UTF-8 text", "convert the file, e.g. with iconv -t UTF-8") from error


def read_json(path: Path) -> Any:
    """Read one JSON document.

    Raises:
        BadInput: When it cannot be parsed; names line and column.
    """
    text = read_text(path)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        found = f"{error.msg} (column {error.colno}; the file has {len(text)} characters)"
        raise BadInput(path, f"line {error.lineno}", found, "one JSON document", "download the file again") from error


def read_json_lines(path: Path) -> Iterator[tuple[int, dict[str, Any] | BadInput]]:
    """Yield (line number, object); a line that is no JSON object comes as `BadInput`."""
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        if not line.strip():
            continue
        remedy = "mend or remove the line, or set bad_rows: set aside"
        try:
            value = json.loads(line)
        except json.JSONDecodeError as error:
            yield number, BadInput(path, number, f"{error.msg} in {line[:60]!r}", "one JSON object a line", remedy)
            continue
        if isinstance(value, dict):
            yield number, value
        else:
            yield number, BadInput(path, number, f"a {type(value).__name__}", "one JSON object a line", remedy)


def read_csv(path: Path, delimiter: str = ",") -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (row number from 1, row), cells may hold line breaks.

    Raises:
        BadInput: When the header is missing or repeats a name.
    """
    lines = read_text(path).splitlines(keepends=True)
    table = csv.DictReader(lines, delimiter=delimiter)
    names = table.fieldnames
    if not names or len(set(names)) < len(names):
        raise BadInput(path, 1, f"the header {names}", "one header row of distinct names", "give the file a header")
    for number, row in enumerate(table, start=1):
        yield number, {key: value for key, value in row.items() if key is not None and value is not None}


def field(record: dict[str, Any], name: str, path: Path, row: int | str) -> Any:
    """Return `record[name]`.

    Raises:
        BadInput: When the field is missing; readers yield it.
    """
    if name not in record:
        found = f"fields {', '.join(sorted(record)[:12])}"
        raise BadInput(path, row, found, f"a field {name!r}", "check that this is the official file")
    return record[name]
