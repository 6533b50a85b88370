"""Records of a JSON file, in whichever form it has them: its content says which, not its ending.

JSON Lines; one list; records one after the other; records under a key (`{"data": [...]}`); an object of records
(`{"1": {...}, "2": {...}}`, whose keys then stand in the field `key`); a table by columns, as pandas writes it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from twokeys.builder.read.corpora.json_objects import Repeated, repeated_in, twice
from twokeys.builder.read.corpora.opening import (
    MEND,
    Record,
    SourceFile,
    lines,
    read_json_documents,
    read_json_lines,
)
from twokeys.builder.read.packed import opened
from twokeys.core.errors import BadInput

Records = Iterator[tuple[int, Record | BadInput]]

KEY = "key"
"""Field that holds the key of a record in an object of records, unless the record has such a field itself."""
NAME = "name it in the recipe as `options: {records: KEY}`, with dots between keys"
_FORMS = "a list of records, records under a key, or an object of records"
_HEAD = 4096
"""Bytes that tell whether a file is JSON."""
_SAMPLE = 20
"""Lines that tell whether a file is JSON Lines."""


def json_records(file: SourceFile, wanted: Sequence[str]) -> Records:
    """Yield (number from 1, record); what is no object comes as `BadInput`.

    Args:
        file: A file that holds JSON; `file.records` may say where its records are.
        wanted: Columns that records should hold: they tell a record from what holds records.

    Raises:
        BadInput: When the file is no JSON, holds no records, or holds several lists of which each could be meant.
    """
    if file.records is None and is_lines(file):
        return read_json_lines(file)
    documents, repeated = read_json_documents(file)
    if not documents:
        raise BadInput(file.path, None, "the file has no rows", "", "download it again")
    document = documents[0] if len(documents) == 1 else documents
    records = _numbered(file, _found(file, document, wanted))
    return _with_repeated(file, records) if repeated else records


def holds_json(file: SourceFile) -> bool:
    """Whether a file begins as JSON does."""
    with opened(file.path) as stream:
        head = stream.read(_HEAD)
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def is_lines(file: SourceFile) -> bool:
    """Whether a file is JSON Lines: most of its first lines are whole objects, or the first of several is."""
    sample = list(islice((line for line in lines(file.path) if line.strip()), _SAMPLE))
    whole = [_is_object(line) for line in sample]
    return len(sample) > 1 and (whole[0] or sum(whole) * 2 >= len(whole))


def _is_object(line: bytes) -> bool:
    text = line.strip().removeprefix(b"\xef\xbb\xbf")
    if not (text.startswith(b"{") and text.endswith(b"}")):
        return False
    try:
        return isinstance(json.loads(text.decode(errors="replace")), dict)
    except (ValueError, RecursionError):
        return False


def _found(file: SourceFile, document: Any, wanted: Sequence[str]) -> list[Any]:
    """The records of a document.

    Raises:
        BadInput: When it holds none, or does not tell which of its values they are.
    """
    _check(file, document)
    if file.records is not None:
        return _listed(file, _under(file, document, file.records))
    if not isinstance(document, dict):
        return _listed(file, document)
    tops = {name.partition(".")[0] for name in wanted}
    if by_columns := _by_columns(document, tops):
        return by_columns
    if tops & document.keys():
        return [document]
    lists = [key for key, value in document.items() if isinstance(value, list) and _holds_records(value)]
    if len(lists) == 1:
        return list(document[lists[0]])
    if not lists and document and _holds_records(list(document.values())):
        return _listed(file, document)
    problem = f"the file is an object with the keys {', '.join(map(str, list(document)[:12]))}"
    if lists:
        problem += f", and {' and '.join(lists[:6])} hold lists of records"
    raise BadInput(file.path, "options.records", problem, _FORMS, NAME)


def _under(file: SourceFile, document: Any, path: str) -> Any:
    if isinstance(document, dict) and path in document:
        return document[path]
    for part in path.split("."):
        if not isinstance(document, dict) or part not in document:
            keys = ", ".join(map(str, list(document)[:12])) if isinstance(document, dict) else "no keys at all"
            raise BadInput(file.path, "options.records", f"there is no key {part!r} in {path!r}", keys, NAME)
        document = document[part]
        _check(file, document)
    return document


def _listed(file: SourceFile, value: Any) -> list[Any]:
    """A list of records, or those of an object of records with their keys."""
    _check(file, value)
    if isinstance(value, dict):
        # A record that holds a key twice stays what it is: a bad row.
        whole = {key: isinstance(each, dict) and not isinstance(each, Repeated) for key, each in value.items()}
        return [{KEY: key} | each if whole[key] else each for key, each in value.items()]
    if isinstance(value, list):
        return value
    problem = f"the records are of type {type(value).__name__}"
    raise BadInput(file.path, "options.records", problem, _FORMS, NAME)


def _check(file: SourceFile, value: Any) -> None:
    """Refuse what holds records if it holds a key twice: some of them are lost.

    Raises:
        BadInput: If it does.
    """
    if isinstance(value, Repeated):
        raise twice(file.path, None, value.key)


def _holds_records(values: list[Any]) -> bool:
    """Whether most members are objects: a broken one is a bad row."""
    return bool(values) and 2 * sum(isinstance(value, dict) for value in values) > len(values)


def _by_columns(document: dict[str, Any], tops: set[str]) -> list[Record]:
    """The rows of a table that is written column by column; empty if the document is no such table."""
    if not tops or not tops <= document.keys():
        return []
    columns = list(document.values())
    if all(isinstance(column, list) for column in columns):
        keys: list[Any] = list(range(len(columns[0])))
        same = all(len(column) == len(keys) for column in columns)
    elif all(isinstance(column, dict) for column in columns):
        keys = list(columns[0])
        same = all(column.keys() == columns[0].keys() for column in columns)
    else:
        return []
    return [{name: column[key] for name, column in document.items()} for key in keys] if same else []


def _numbered(file: SourceFile, records: list[Any]) -> Records:
    if not records:
        raise BadInput(file.path, None, "the file has no rows", "", "download it again")
    for number, record in enumerate(records, start=1):
        problem = f"the entry is of type {type(record).__name__}"
        bad = BadInput(file.name, number, problem, "a JSON object for each record", MEND)
        yield number, record if isinstance(record, dict) else bad


def _with_repeated(file: SourceFile, records: Records) -> Records:
    """Records, of which those with an object that holds a key twice are bad."""
    for number, record in records:
        key = repeated_in(record)
        yield number, record if key is None else twice(file.name, number, key)
