"""Opening a corpus's files: JSON, JSON Lines and CSV, packed or not; what is wrong with them, in words."""

from __future__ import annotations

import csv
import json
import re
import warnings
from dataclasses import dataclass
from dataclasses import field as attribute
from typing import TYPE_CHECKING, Any

from twokeys.builder.read.corpora.json_objects import MEND as MEND
from twokeys.builder.read.corpora.json_objects import Objects, twice
from twokeys.builder.read.held import held
from twokeys.builder.read.packed import opened, without_packing
from twokeys.core.errors import BadInput, short

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

Record = dict[str, Any]

CHECK = "check that this is the official file"
LONGEST_LINE = 512 * 2**20
"""Bytes of a line, or of a cell of CSV: it holds images of 100 MB as text."""
LONGEST_DOCUMENT = 4 * 2**30
"""Bytes of a file, unpacked, that is read as one document."""
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


@dataclass(frozen=True)
class SourceFile:
    """A file of a corpus.

    Attributes:
        path: Where it is on this machine.
        name: Its path inside the corpus root. Rows and their problems state this one, the same everywhere.
        records: Of a JSON document: the key that its records stand under, with dots between keys; None if it tells.
        describes_images: Whether it is the `metadata` of an ImageFolder, whose images it names from its own folder.
        features: What `datasets` says of its columns in a file beside it, as `Features.to_dict` writes it.
    """

    path: Path
    name: str
    records: str | None = None
    describes_images: bool = False
    features: Mapping[str, Any] = attribute(default_factory=dict)

    @property
    def ending(self) -> str:
        """The ending that tells the kind of table; that of a packed file may follow it."""
        return "." + without_packing(self.name).rpartition(".")[2] if "." in without_packing(self.name) else ""


def source_file(root: Path, name: str, needs: str) -> SourceFile:
    """Return the file `name` of a corpus.

    Raises:
        BadInput: When it is not there, or leads out of the corpus's folder.
    """
    if not (root / name).exists():
        raise BadInput(root / name, None, "there is no such file", needs, "put the official file there")
    held(root, name, "file")
    return SourceFile(root / name, name)


def _decode(data: bytes, path: Path | str, row: int | None) -> str:
    if row in (None, 1) and b"\0" in data[:1000]:
        problem = "the file holds the byte 0x00 near its start, as UTF-16 and UTF-32 do"
        raise BadInput(path, None, problem, "UTF-8 text", "convert the file, e.g. with `iconv -f UTF-16 -t UTF-8`")
    try:
        return data.decode("utf-8-sig" if row in (None, 1) else "utf-8")
    except UnicodeDecodeError as error:
        problem = f"the byte {data[error.start]:#04x} at offset {error.start} is no UTF-8"
        raise BadInput(path, row, problem, "UTF-8 text", "convert the file, e.g. with `iconv -t UTF-8`") from None


def read_text(path: Path) -> str:
    """Read a UTF-8 file, packed or not.

    Raises:
        BadInput: When the file is missing, truncated, too large or not UTF-8.
    """
    with opened(path) as stream:
        data = stream.read(LONGEST_DOCUMENT + 1)
    if len(data) > LONGEST_DOCUMENT:
        problem = f"the file has more than {LONGEST_DOCUMENT:,} bytes, and is one document"
        raise BadInput(path, None, problem, "", "write it as JSON Lines, one record a line")
    return _decode(data, path, None)


def lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file with their ends; `str.splitlines` would also cut inside texts that hold U+2028.

    Raises:
        BadInput: When the file is missing or truncated, a line is too long, or the file is no UTF-8 from its start.
    """
    with opened(path) as stream:
        number = 0
        while line := stream.readline(LONGEST_LINE + 1):
            number += 1
            if len(line) > LONGEST_LINE:
                problem = f"the line is longer than {LONGEST_LINE:,} bytes"
                raise BadInput(path, number, problem, "one row a line", "check the ends of its lines")
            if number == 1 and b"\0" in line[:1000]:
                _decode(line, path, 1)  # UTF-16 or UTF-32: no row can be read
            yield line


def _no_number(name: str) -> float | None:
    """NaN, which pandas writes for a missing value, and Infinity, which is none; JSON has neither."""
    return None if name == "NaN" else float(name)


def _checked(value: Any, text: str) -> Any:
    """Return `value`; raise ValueError where it holds half a surrogate pair, which no UTF-8 file can."""
    if _SURROGATE.search(text):
        json.dumps(value, ensure_ascii=False).encode()
    return value


def read_json(file: SourceFile, hook: Callable[[Record], Any] | None = None) -> Any:
    """Read one JSON document; `hook` replaces every object in it.

    Raises:
        BadInput: When it cannot be parsed; names the line.
    """
    text = read_text(file.path)
    try:
        objects = Objects(hook)
        document = _checked(json.loads(text, parse_constant=_no_number, object_pairs_hook=objects), text)
    except (ValueError, RecursionError) as error:
        raise _no_json(file, error, len(text)) from None
    if objects.repeated is not None:
        raise twice(file.path, None, objects.repeated)
    return document


def read_json_documents(file: SourceFile) -> tuple[list[Any], bool]:
    """Read JSON documents that stand one after the other, each over as many lines as it likes.

    Returns:
        The documents, and whether some object in them holds a key twice: it is then a `Repeated`.

    Raises:
        BadInput: When one cannot be parsed; names the line.
    """
    text = read_text(file.path)
    objects = Objects()
    decode = json.JSONDecoder(parse_constant=_no_number, object_pairs_hook=objects).raw_decode
    space = re.compile(r"\s*")
    documents, place = [], space.match(text).end()  # type: ignore[union-attr]
    try:
        while place < len(text):
            value, place = decode(text, place)
            documents.append(value)
            place = space.match(text, place).end()  # type: ignore[union-attr]
        _checked(documents, text)
    except (ValueError, RecursionError) as error:
        raise _no_json(file, error, len(text)) from None
    return documents, objects.repeated is not None


def _no_json(file: SourceFile, error: Exception, length: int) -> BadInput:
    where, reason = None, str(error)
    if isinstance(error, json.JSONDecodeError):
        where = f"line {error.lineno}"
        reason = f"{error.msg} in column {error.colno}; the file has {length} characters"
    problem = f"the file is no JSON ({reason})"
    return BadInput(file.path, where, problem, "one whole JSON document", "download the file again")


def read_json_object(file: SourceFile) -> Iterator[tuple[str, Any]]:
    """Yield the (key, value) pairs of one large JSON object, building one value at a time.

    A repeated key comes as `BadInput`; a parser that builds the whole object would lose the first of the two.

    Raises:
        BadInput: When the document is no object or cannot be parsed, once the parsing gets there.
    """
    text = read_text(file.path)
    decode = json.JSONDecoder(parse_constant=_no_number).raw_decode
    mark = re.compile(r"\s*([{}:,]?)\s*")
    seen: set[str] = set()

    def expect(marks: str, position: int) -> tuple[str, int]:
        match = mark.match(text, position)
        if match is None or not match[1] or match[1] not in marks:
            raise json.JSONDecodeError(f"Expecting one of {' '.join(marks)}", text, position)
        return match[1], match.end()

    try:
        after, position = expect("{", 0)
        if text.startswith("}", position):
            after, position = expect("}", position)
        while after != "}":
            key, position = decode(text, position)
            if not isinstance(key, str):
                raise json.JSONDecodeError("Expecting a name in double quotes", text, position)
            start = expect(":", position)[1]
            value, position = decode(text, start)
            if key in seen:
                yield key, BadInput(file.name, key, "the key comes twice", "", MEND)
            else:
                seen.add(key)
                yield key, _checked(value, text[start:position])
            after, position = expect(",}", position)
        if position < len(text):
            raise json.JSONDecodeError("Extra data", text, position)
    except (ValueError, RecursionError) as error:
        raise _no_json(file, error, len(text)) from None


def read_json_lines(file: SourceFile) -> Iterator[tuple[int, Record | BadInput]]:
    """Yield (line number, object); a line that is no JSON object, or no UTF-8, comes as `BadInput`.

    Raises:
        BadInput: When the file is missing, empty or truncated in its packed stream.
    """
    number = 0
    for number, data in enumerate(lines(file.path), start=1):
        try:
            line = _decode(data, file.name, number)
        except BadInput as bad:
            yield number, bad
            continue
        if not line.strip():
            continue
        try:
            objects = Objects()
            value = _checked(json.loads(line, parse_constant=_no_number, object_pairs_hook=objects), line)
        except (ValueError, RecursionError) as error:
            reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
            problem = f"the line {short(line.strip())} is no JSON ({reason})"
            yield number, BadInput(file.name, number, problem, "one JSON object a line", MEND)
            continue
        if objects.repeated is not None:
            yield number, twice(file.name, number, objects.repeated)
        elif isinstance(value, dict):
            yield number, value
        else:
            problem = f"the line holds a value of type {type(value).__name__}"
            yield number, BadInput(file.name, number, problem, "one JSON object a line", MEND)
    if number == 0:
        raise _empty(file)


def _empty(file: SourceFile) -> BadInput:
    return BadInput(file.path, None, "the file has no rows", "", "download it again")


def delimiter_of(file: SourceFile) -> str:
    """Return what parts the cells of a table: a comma, of `.tsv` files a tab.

    A header that lacks it is parted by what it holds instead: spreadsheets write semicolons in many countries.
    """
    usual = "\t" if file.ending == ".tsv" else ","
    header = re.sub(rb'"[^"]*"', b"", next(iter(lines(file.path)), b"")).decode("utf-8-sig", "replace")
    if usual in header:
        return usual
    return next((other for other in (",", "\t", ";", "|") if other in header), usual)


def read_csv(file: SourceFile, delimiter: str = ",") -> Iterator[tuple[int, dict[str, str] | BadInput]]:
    """Yield (row number from 1, row); cells may hold line breaks. A row of wrong length comes as `BadInput`.

    A row that is no UTF-8 comes as `BadInput` too.

    Raises:
        BadInput: When the header is missing or repeats a name, there are no rows, or quotes do not match.
    """
    for number, _, row in placed_csv(file, delimiter):
        yield number, row


def placed_csv(file: SourceFile, delimiter: str) -> Iterator[tuple[int, int, dict[str, str] | BadInput]]:
    """Yield (row number from 1, byte at which the row begins in the unpacked file, row), as `read_csv`."""
    csv.field_size_limit(LONGEST_LINE)
    read, joined = 0, []

    def texts() -> Iterator[str]:
        nonlocal read
        for number, line in enumerate(lines(file.path), start=1):
            read += len(line)
            # Bytes that are no UTF-8 become halves of surrogate pairs, which UTF-8 cannot hold: seen again in the row.
            yield line.decode("utf-8-sig" if number == 1 else "utf-8", errors="surrogateescape")

    table = csv.reader(texts(), delimiter=delimiter, strict=True)
    try:
        names = next(table, [])
        _check_header(file, names)
        number, start = 0, read
        for cells in table:
            place, start = start, read
            if not cells:
                continue
            number += 1
            if delimiter != "\t" and _joined(delimiter, cells):
                joined.append(number)
            yield number, place, _csv_row(file, delimiter, number, names, cells)
        if number == 0:
            raise _empty(file)
        _warn_of_joined(file, joined)
    except csv.Error as error:
        if "new-line character" in str(error):
            problem, remedy = "lines end in a carriage return alone", r"convert the file, e.g. with `tr '\r' '\n'`"
            raise BadInput(file.path, f"line {table.line_num}", problem, "line feeds", remedy) from None
        problem = f"the file is no CSV near line {table.line_num} ({error})"
        raise BadInput(file.path, None, problem, "", "mend its quotes, or download it again") from None


def _check_header(file: SourceFile, names: list[str]) -> None:
    """Refuse a header that names no columns, or one twice.

    Raises:
        BadInput: If it does.
    """
    _decode("".join(names).encode("utf-8", "surrogateescape"), file.path, 1)
    if not names or len(set(names)) < len(names):
        allowed = "names that differ, one a column"
        remedy = "remove the empty columns" if names.count("") > 1 else "give the file a header"
        raise BadInput(file.path, 1, f"the header is {short(names)}", allowed, remedy)


def _joined(delimiter: str, cells: list[str]) -> bool:
    """Whether a quoted cell may have taken in the end of one row and the beginning of another."""
    return len(cells) > 1 and any(
        "\n" in cell and _joins(cell, place, len(cells), delimiter) for place, cell in enumerate(cells)
    )


def _warn_of_joined(file: SourceFile, rows: list[int]) -> None:
    """Warn of rows that stray quotes may have joined: commas are marks of prose too, so that nobody can be sure."""
    if rows:
        named = ", ".join(map(str, rows[:3])) + (", ..." if len(rows) > 3 else "")
        message = (
            f"{file.name}: {len(rows):,} rows ({named}) have a quoted cell with line ends in it and as many separators "
            "around these as the end of a row and the beginning of the next have: if quotes belong to the text, they "
            'may have joined rows; write such a cell in quotes and each of its quotes twice ("")'
        )
        warnings.warn(message, RuntimeWarning, stacklevel=2)


def _joins(cell: str, place: int, columns: int, delimiter: str = "\t") -> bool:
    """Whether a cell holds the end of one row of a table and the beginning of another, by what parts their cells."""
    first, *inside = (line.count(delimiter) for line in cell.split("\n")) if "\n" in cell else (0,)
    return bool(inside) and (first, inside[-1]) == (columns - 1 - place, place) and {*inside[:-1]} <= {columns - 1}


def _csv_row(
    file: SourceFile, delimiter: str, number: int, names: list[str], cells: list[str]
) -> dict[str, str] | BadInput:
    if len(cells) != len(names):
        problem = f"the row has {len(cells)} cells, and the header {len(names)}"
        return BadInput(file.name, number, problem, "", MEND)
    if delimiter == "\t" and any(_joins(cell, place, len(names)) for place, cell in enumerate(cells)):
        problem = "a quote opens a cell that takes in whole rows"
        remedy = 'if quotes belong to the text, write such a cell in quotes and each of its quotes twice ("")'
        return BadInput(file.name, number, problem, "quotes that close before the line ends", remedy)
    for cell in cells:
        try:
            _decode(cell.encode("utf-8", "surrogateescape"), file.name, number)
        except BadInput as problem:
            return problem
    return dict(zip(names, cells, strict=True))


def field(record: Any, name: str, file: SourceFile, row: int | str) -> Any:
    """Return `record[name]`.

    Raises:
        BadInput: When the record is no mapping or the field is missing; `each` yields it.
    """
    if not isinstance(record, dict):
        problem = f"the entry is of type {type(record).__name__}"
        raise BadInput(file.name, row, problem, f"an object with a field {name!r}", MEND)
    if name not in record:
        problem = f"there is no field {name!r} beside {', '.join(sorted(record)[:12])}"
        raise BadInput(file.name, row, problem, "", CHECK)
    return record[name]


def one_of(value: Any, allowed: Iterable[str], what: str, file: SourceFile, row: int | str) -> str:
    """Return `value` if it is one of the allowed words.

    Raises:
        BadInput: When it is not; `each` yields it.
    """
    words = list(allowed)
    if value not in words:
        raise BadInput(file.name, row, f"the {what} is {short(value)}", " | ".join(words), MEND)
    return str(value)
