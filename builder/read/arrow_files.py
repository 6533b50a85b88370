"""Parquet and Arrow files: their columns, their rows in batches, and single cells. Neither is unpickled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from twokeys.builder.read.packed import POINTER, refuse_pointer
from twokeys.core.errors import BadInput
from twokeys.core.files import Stamp, stamp

ENDINGS = (".parquet", ".arrow")
"""`.arrow` is a stream of record batches, as `Dataset.save_to_disk` writes it, or a file of them."""

_FAULTS = (pa.ArrowException, OSError, UnicodeDecodeError)
"""Errors of pyarrow for a broken file; the last is for names that are not UTF-8."""


def schema_of(path: Path) -> pa.Schema:
    """The columns of a file and their types.

    Raises:
        BadInput: If the file is broken.
    """
    try:
        if path.suffix.lower() == ".parquet":
            return pq.read_schema(path)
        with pa.memory_map(str(path)) as source:
            return _batches(source).schema
    except _FAULTS as error:
        raise broken(path, error) from None


def batches(path: Path, columns: Sequence[str], rows: int) -> Iterator[pa.RecordBatch]:
    """Read some columns, or fields inside structs (`image.path`), in batches of rows.

    Raises:
        BadInput: If the file is broken.
    """
    try:
        if path.suffix.lower() == ".parquet":
            with pq.ParquetFile(path) as table:
                yield from table.iter_batches(rows, columns=list(columns))
            return
        with pa.memory_map(str(path)) as source:
            for batch in _all(_batches(source)):
                # What is not asked for stays on disk: a memory map reads what is looked at.
                tops = dict.fromkeys(name if name in batch.schema.names else name.partition(".")[0] for name in columns)
                part = pa.table({top: _part(batch[top], top, columns) for top in tops})
                yield from part.to_batches(rows)
    except _FAULTS as error:
        raise broken(path, error) from None


def cell_of(path: Path, column: str, row: int) -> Any:
    """The value of a cell, by row from 0; None if there is no such row.

    Raises:
        BadInput: If there is no such column, or the file is broken.
    """
    names = schema_of(path).names
    if column not in names:
        remedy = "name the column that holds the images"
        raise BadInput(path, row, f"there is no column {column!r}", ", ".join(names), remedy)
    try:
        before = 0
        for group, rows in enumerate(_sizes(path, stamp(path))):
            if row < before + rows:
                return _values(path, stamp(path), column, group)[row - before].as_py()
            before += rows
    except _FAULTS as error:
        raise broken(path, error) from None
    return None


@lru_cache(maxsize=8)
def _sizes(path: Path, written: Stamp) -> tuple[int, ...]:
    """Rows of each row group, or of each record batch."""
    if path.suffix.lower() == ".parquet":
        metadata = pq.read_metadata(path)
        return tuple(metadata.row_group(group).num_rows for group in range(metadata.num_row_groups))
    with pa.memory_map(str(path)) as source:
        return tuple(batch.num_rows for batch in _all(_batches(source)))


@lru_cache(maxsize=4)
def _values(path: Path, written: Stamp, column: str, group: int) -> pa.ChunkedArray | pa.Array:
    """A row group of a column: it is read once for all its cells, and again if the file is replaced."""
    if path.suffix.lower() == ".parquet":
        return pq.ParquetFile(path).read_row_group(group, columns=[column]).column(0)
    with pa.memory_map(str(path)) as source:
        return next(batch for number, batch in enumerate(_all(_batches(source))) if number == group)[column]


def _batches(source: pa.NativeFile) -> pa.RecordBatchFileReader | pa.RecordBatchStreamReader:
    head = source.read(6)
    source.seek(0)
    return pa.ipc.open_file(source) if head == b"ARROW1" else pa.ipc.open_stream(source)


def _all(reader: pa.RecordBatchFileReader | pa.RecordBatchStreamReader) -> Iterator[pa.RecordBatch]:
    if isinstance(reader, pa.RecordBatchFileReader):
        yield from (reader.get_batch(number) for number in range(reader.num_record_batches))
    else:
        yield from reader


def _part(column: pa.Array, name: str, columns: Sequence[str]) -> pa.Array:
    """A column, or a struct of the requested fields of a column."""
    fields = list(dict.fromkeys(each.removeprefix(f"{name}.").partition(".")[0] for each in columns if each != name))
    inside = [each for each in fields if pa.types.is_struct(column.type) and column.type.get_field_index(each) >= 0]
    if name in columns or not inside:
        return column
    return pa.StructArray.from_arrays([column.field(each) for each in inside], inside, mask=column.is_null())


def broken(path: Path, error: Exception) -> BadInput:
    """The error for a file that cannot be read as the kind that its ending states.

    Raises:
        BadInput: If it is a pointer of Git LFS.
    """
    if path.is_file():
        with path.open("rb") as file:
            refuse_pointer(path, file.read(len(POINTER)))
    kind = "Parquet" if path.suffix.lower() == ".parquet" else "Arrow"
    problem = f"the file is no whole {kind} file ({(str(error).splitlines() or [type(error).__name__])[0]})"
    return BadInput(path, None, problem, "", "write or download it again")
