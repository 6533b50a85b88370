"""Opening a corpus's files: JSON, JSON Lines and CSV, gzipped or not; what is wrong with them, in words."""

from __future__ import annotations

import csv
import gzip
import json
import re
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from twokeys.builder.read.held import held
from twokeys.core.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

Record = dict[str, Any]

MEND = "mend or remove the row"
CHECK = "check that this is the official file"
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


@dataclass(frozen=True)
class SourceFile:
    """A file of a corpus.

    Attributes:
        path: Where it is on this machine.
        name: Its path inside the corpus root. Rows and their problems state this one, the same everywhere.
    """

    path: Path
    name: str


def source_file(root: Path, name: str, needs: str) -> SourceFile:
    """Return the file `name` of a corpus.

    Raises:
        BadInput: When it is not there, or leads out of the corpus's folder.
    """
    if not (root / name).exists():
        raise BadInput(root / name, None, "there is no such file", needs, "put the official file there")
    held(root, name, "file")
    return SourceFile(root / name, name)


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes] | gzip.GzipFile]:
    """Open a file, unpacked where its content is gzip whatever its ending.

    Raises:
        BadInput: When the file is missing, unreadable or a broken gzip stream, also while the block reads it.
    """
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            if packed:
                with gzip.open(raw) as stream:
                    yield stream
            else:
                yield raw
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise BadInput(path, None, f"the gzip stream is broken ({error})", "", "download the file again") from None
    except OSError as error:
        problem = f"the file cannot be read ({error.strerror})"
        raise BadInput(path, None, problem, "the corpus's official file", "check the corpora folder") from None


def _decode(data: bytes, path: Path, row: int | None) -> str:
    try:
        return data.decode("utf-8-sig" if row in (None, 1) else "utf-8")
    except UnicodeDecodeError as error:
        problem = f"the byte {data[error.start]:#04x} at offset {error.start} is no UTF-8"
        raise BadInput(path, row, problem, "UTF-8 text", "convert the file, e.g. with `iconv -t UTF-8`") from None


def read_text(path: Path) -> str:
    """Read a UTF-8 file, gzipped or not.

    Raises:
        BadInput: When the file is missing, truncated or not UTF-8.
    """
    with opened(path) as stream:
        return _decode(stream.read(), path, None)


def _lines(path: Path) -> Iterator[str]:
    # Lines end at "\n" alone: str.splitlines would also cut inside texts that hold U+2028 and its like.
    with opened(path) as stream:
        for number, line in enumerate(stream, start=1):
            yield _decode(line, path, number)


def _no_number(_: str) -> None:
    """NaN and Infinity, which JSON does not have: pandas writes them for missing values."""


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
        return _checked(json.loads(text, parse_constant=_no_number, object_hook=hook), text)
    except (ValueError, RecursionError) as error:
        raise _no_json(file, error, len(text)) from None


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
        found = mark.match(text, position)
        if found is None or not found[1] or found[1] not in marks:
            raise json.JSONDecodeError(f"Expecting one of {' '.join(marks)}", text, position)
        return found[1], found.end()

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
    """Yield (line number, object); a line that is no JSON object comes as `BadInput`.

    Raises:
        BadInput: When the file is missing, empty, truncated in its gzip stream, or not UTF-8.
    """
    number = 0
    for number, line in enumerate(_lines(file.path), start=1):
        if not line.strip():
            continue
        try:
            value = _checked(json.loads(line, parse_constant=_no_number), line)
        except (ValueError, RecursionError) as error:
            reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
            problem = f"the line {line[:60].strip()!r} is no JSON ({reason})"
            yield number, BadInput(file.name, number, problem, "one JSON object a line", MEND)
            continue
        if isinstance(value, dict):
            yield number, value
        else:
            problem = f"the line holds a value of type {type(value).__name__}"
            yield number, BadInput(file.name, number, problem, "one JSON object a line", MEND)
    if number == 0:
        raise _empty(file)


def _empty(file: SourceFile) -> BadInput:
    return BadInput(file.path, None, "the file has no rows", "", "download it again")


def read_csv(file: SourceFile, delimiter: str = ",") -> Iterator[tuple[int, dict[str, str] | BadInput]]:
    """Yield (row number from 1, row); cells may hold line breaks. A row of wrong length comes as `BadInput`.

    Raises:
        BadInput: When the header is missing or repeats a name, there are no rows, or quotes do not match.
    """
    table = csv.reader(_lines(file.path), delimiter=delimiter, strict=True)
    try:
        names = next(table, [])
        if not names or len(set(names)) < len(names):
            allowed = "names that differ, one a column"
            raise BadInput(file.path, 1, f"the header is {names}", allowed, "give the file a header")
        number = 0
        for number, cells in enumerate((cells for cells in table if cells), start=1):
            if len(cells) == len(names):
                yield number, dict(zip(names, cells, strict=True))
            else:
                problem = f"the row has {len(cells)} cells, and the header {len(names)}"
                yield number, BadInput(file.name, number, problem, "", MEND)
        if number == 0:
            raise _empty(file)
    except csv.Error as error:
        problem = f"the file is no CSV near line {table.line_num} ({error})"
        raise BadInput(file.path, None, problem, "", "mend its quotes, or download it again") from None


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
        raise BadInput(file.name, row, f"the {what} is {value!r}", " | ".join(words), MEND)
    return str(value)
