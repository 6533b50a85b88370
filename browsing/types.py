"""Whether columns of a published file have the types that `twokeys.core.columns` names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa

from twokeys.core.columns import COLUMNS, Type
from twokeys.core.errors import BadInput

NEEDED = ("id", "question", "answer")
"""Columns that every item has."""
Fits = Callable[[pa.DataType], bool]


def _text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind))


def _number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_null(kind))


def _image(kind: pa.DataType) -> bool:
    return bool(pa.types.is_struct(kind) or pa.types.is_null(kind))


def _list(inner: Fits) -> Fits:
    def fits(kind: pa.DataType) -> bool:
        listed = pa.types.is_list(kind) or pa.types.is_large_list(kind)
        return bool(pa.types.is_null(kind) or (listed and inner(kind.value_type)))

    return fits


FITS: dict[Type, Fits] = {
    "text": _text,
    "texts": _list(_text),
    "integer": _number,
    "number": _number,
    "spans": _list(_list(_number)),
    "image": _image,
    "images": _list(_image),
}
"""Type of a column -> whether a type of Arrow holds such cells; a column without any value fits all."""


def check(path: Path, schema: pa.Schema, needed: Sequence[str] = NEEDED) -> None:
    """Check the columns of a file; those that twokeys does not know are passed over.

    Args:
        path: The file.
        schema: Its columns.
        needed: Columns that must be there.

    Raises:
        BadInput: When a needed column is missing, or one has another type than it is published with.
    """
    remedy = "name a folder that `twokeys build` wrote"
    if missing := [name for name in needed if name not in schema.names]:
        raise BadInput(path, None, f"the table has no column {missing[0]!r}", "", remedy)
    for field in schema:
        column = COLUMNS.get(field.name)
        if column is not None and not FITS[column.type](field.type):
            raise BadInput(path, field.name, f"the column holds {field.type}", f"cells of type {column.type}", remedy)
