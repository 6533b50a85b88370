"""A table as files: CSV, JSON and Parquet, read as records without the images in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from twokeys.builder.read.arrow_files import ENDINGS, batches, schema_of
from twokeys.builder.read.corpora.features import labelled, with_names
from twokeys.builder.read.corpora.image_folder import column_in_file, with_paths
from twokeys.builder.read.corpora.json_records import holds_json, json_records
from twokeys.builder.read.corpora.opening import MEND, Record, SourceFile, delimiter_of, read_csv
from twokeys.core.errors import BadInput, correction
from twokeys.core.templates import is_template

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from twokeys.builder.recipe import Corpus

Shards = dict[str, list[SourceFile]]
"""Split -> its files, in reading order."""

TABLES = (".csv", ".tsv", ".jsonl", ".ndjson", ".json", *ENDINGS)
CORRECT = "correct `columns` in the recipe"
_BATCH = 1024
_IMAGE_BATCH = 16
"""Rows at a time where they hold the bytes of images."""


def records(file: SourceFile, wanted: Mapping[str, str]) -> Iterator[tuple[int, Record | BadInput]]:
    """Yield (row number from 1, row); a row holds the wanted columns at least, if the file has them.

    Args:
        file: The file.
        wanted: Column -> the recipe's field that names it, for messages.

    Raises:
        BadInput: When the file cannot be read, or its header lacks a wanted column.
    """
    if not file.describes_images:
        return _labelled(file, wanted)
    return with_paths(file.name, _labelled(file, {column_in_file(name): field for name, field in wanted.items()}))


def _labelled(file: SourceFile, wanted: Mapping[str, str]) -> Iterator[tuple[int, Record | BadInput]]:
    """The records of a file, with the names of class labels in the place of their numbers."""
    features = labelled(file, schema_of(file.path) if file.ending in ENDINGS else None)
    for number, record in _as_written(file, wanted):
        if isinstance(record, BadInput) or not features:
            yield number, record
        else:
            yield number, with_names(file, number, record, features)


def _as_written(file: SourceFile, wanted: Mapping[str, str]) -> Iterator[tuple[int, Record | BadInput]]:
    ending = file.ending
    if ending in ENDINGS:
        return _arrow(file, wanted)
    if ending in (".csv", ".tsv"):
        return _csv(file, delimiter_of(file), wanted)
    if ending in (".json", ".jsonl", ".ndjson") or holds_json(file):
        return json_records(file, list(wanted))
    raise BadInput(file.path, None, f"the file ends in {ending!r}", ", ".join(TABLES), "convert the file")


def naming_column(file: SourceFile, column: str, corpus: Corpus) -> str | None:
    """Return the column or template that names a file's images; None where it embeds them, and they are left in it.

    Raises:
        BadInput: When the column can hold no images.
    """
    if file.ending not in ENDINGS or is_template(column):
        return column
    kind, types = _type(schema_of(file.path), column), pa.types
    if kind is not None and is_list(kind):
        kind = kind.value_type
    if kind is None or any(is_(kind) for is_ in (types.is_string, types.is_large_string, types.is_string_view)):
        return column
    if types.is_dictionary(kind):
        return column
    embeds = holds_bytes(kind)
    if embeds and types.is_struct(kind) and corpus.images == "names":
        return f"{column}.path"
    # A locator holds the name of a whole column, and "#" ends it.
    if embeds and corpus.images == "required" and "#" not in column and "." not in column:
        return None
    problem = f"the column {column!r} is of type {kind}, and the recipe says `images: {corpus.images}`"
    allowed = "a column of paths, or of bytes with `images: required`"
    raise BadInput(file.path, "schema", problem, allowed, CORRECT)


def is_list(kind: pa.DataType) -> bool:
    """Whether cells of a type hold several values."""
    types = pa.types
    kinds = (types.is_list, types.is_large_list, types.is_fixed_size_list, types.is_list_view, types.is_large_list_view)
    return any(is_(kind) for is_ in kinds)


def holds_bytes(kind: pa.DataType) -> bool:
    """Whether cells of a type are bytes, or objects with `bytes` as `datasets` keeps images, or lists of these."""
    inner, types = kind.value_type if is_list(kind) else kind, pa.types
    struct = types.is_struct(inner) and inner.get_field_index("bytes") >= 0
    kinds = (types.is_binary, types.is_large_binary, types.is_fixed_size_binary, types.is_binary_view)
    return struct or any(is_(inner) for is_ in kinds)


def embedded_name(file: SourceFile, column: str) -> str | None:
    """Return the field that names the files of a column's embedded images; None if there is none."""
    schema, name = schema_of(file.path), f"{column}.path"
    kind = _type(schema, column)
    if kind is not None and is_list(kind) and pa.types.is_struct(kind.value_type):
        return name if kind.value_type.get_field_index("path") >= 0 else None
    return name if _type(schema, name) is not None else None


def _csv(file: SourceFile, delimiter: str, wanted: Mapping[str, str]) -> Iterator[tuple[int, Record | BadInput]]:
    for number, record in read_csv(file, delimiter):
        if isinstance(record, dict):
            _require(file, [name for name in wanted if name not in record], list(record), wanted)
        yield number, record


def _arrow(file: SourceFile, wanted: Mapping[str, str]) -> Iterator[tuple[int, Record | BadInput]]:
    schema = schema_of(file.path)
    if twice := [name for name in wanted if schema.names.count(name) > 1]:
        problem = f"the column {twice[0]} comes twice"
        raise BadInput(file.path, "header", problem, "columns of different names", "rename or remove one of them")
    columns = {name: _read_for(schema, name) for name in wanted}
    _require(file, [name for name, column in columns.items() if column is None], schema.names, wanted)
    read = sorted(set(filter(None, columns.values())))
    records = batches(file.path, read, _IMAGE_BATCH if _hold_bytes(schema, read) else _BATCH)
    before = 0
    for batch in records:
        yield from enumerate(_records_of(batch, file, before + 1), start=before + 1)
        before += batch.num_rows


def _records_of(batch: pa.RecordBatch, file: SourceFile, first: int) -> list[Record | BadInput]:
    """The rows of a batch, of which the first has a number; one whose text is no UTF-8 costs no other.

    A map is an object. Of a number in 32 bits its shortest decimal is read: 0.1, not 0.10000000149011612.
    """
    try:
        return list(_decimal(batch).to_pylist(maps_as_pydicts="strict"))
    except (UnicodeDecodeError, KeyError) as error:
        if batch.num_rows > 1:
            alone = [_records_of(batch.slice(at, 1), file, first + at) for at in range(batch.num_rows)]
            return [record for records in alone for record in records]
        if isinstance(error, KeyError):
            return [BadInput(file.name, first, "a map holds a key twice", "keys that differ", MEND)]
        problem = f"a text holds the byte {error.object[error.start]:#04x}, which is no UTF-8"
        return [BadInput(file.name, first, problem, "UTF-8 text", MEND)]


def _decimal(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch with numbers of 64 bits in the place of those of 32, by way of their shortest texts."""
    for place, field in enumerate(batch.schema):
        if (wide := _with_leaf(field.type, pa.float64())) != field.type:
            column = batch.column(place).cast(_with_leaf(field.type, pa.string())).cast(wide)
            batch = batch.set_column(place, field.with_type(wide), column)
    return batch


def _with_leaf(kind: pa.DataType, leaf: pa.DataType) -> pa.DataType:
    """A type with another one in the place of numbers of 32 bits, also in lists and structs."""
    if pa.types.is_float32(kind):
        return leaf
    if pa.types.is_list(kind):
        return pa.list_(kind.value_field.with_type(_with_leaf(kind.value_type, leaf)))
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(_with_leaf(field.type, leaf)) for field in kind])
    return kind


def _require(file: SourceFile, missing: list[str], names: list[str], wanted: Mapping[str, str]) -> None:
    if missing:
        problem = f"there is no column {missing[0]}, which `{wanted[missing[0]]}` of the recipe names"
        problem += "".join(f", nor {name} (`{wanted[name]}`)" for name in missing[1:])
        raise BadInput(file.path, "header", problem, ", ".join(names), correction(missing[0], names, CORRECT))


def _hold_bytes(schema: pa.Schema, names: list[str]) -> bool:
    return any((kind := _type(schema, name)) is not None and holds_bytes(kind) for name in names)


def column_type(file: SourceFile, name: str) -> pa.DataType | None:
    """The type of a column of a Parquet or Arrow file; None if there is none, or the file is of text."""
    return _type(schema_of(file.path), name) if file.ending in ENDINGS else None


def _type(schema: pa.Schema, name: str) -> pa.DataType | None:
    """The type of a column, or of a field inside structs; None where there is none."""
    if name in schema.names:
        return schema.field(name).type
    top, *parts = name.split(".")
    kind = schema.field(top).type if top in schema.names else None
    for part in parts:
        if kind is None or not pa.types.is_struct(kind) or kind.get_field_index(part) < 0:
            return None
        kind = kind.field(part).type
    return kind


def _read_for(schema: pa.Schema, name: str) -> str | None:
    """What to read to have `name`: a field inside a struct alone, so that bytes beside it stay unread."""
    if _type(schema, name) is not None:
        return name
    top = name.partition(".")[0]
    return top if top in schema.names else None
