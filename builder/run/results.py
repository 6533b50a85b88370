"""What a stage makes: a result that saves itself into the stage's folder and loads itself from there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, ClassVar, Self, get_type_hints

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python

from twokeys.builder.run.files import write_json, write_table
from twokeys.core.disk import whole

VALUES = "values.json"


@dataclass(frozen=True, kw_only=True, eq=False)
class Result:
    """Base of all results: frozen dataclasses, each field of which is a table, an array or a JSON value.

    A table is a Parquet file of the field's name, an array a NumPy file; all other fields are one JSON file, read back
    as the types that the fields declare.

    Attributes:
        key: Key of the stage that made it; empty until the stage has returned.
        folder: Where the stage's files are.
    """

    SCHEMAS: ClassVar[Mapping[str, pa.Schema]] = {}
    """Field -> schema of its table, if pandas cannot tell it, such as the type of an empty column."""

    key: str = ""
    folder: Path = field(default=Path())

    def save(self, folder: Path) -> None:
        """Write all fields."""
        values = {}
        for name in _own(type(self)):
            value = getattr(self, name)
            if isinstance(value, pd.DataFrame):
                write_table(folder / f"{name}.parquet", _arrow(value, self.SCHEMAS.get(name)))
            elif isinstance(value, np.ndarray):
                with whole(folder / f"{name}.npy") as path, path.open("wb") as file:
                    np.save(file, value, allow_pickle=False)
            else:
                values[name] = to_jsonable_python(value, inf_nan_mode="constants")
        if values:
            write_json(folder / VALUES, values)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote."""
        found: dict[str, Any] = {}
        for name in _own(cls):
            if (table := folder / f"{name}.parquet").is_file():
                found[name] = pq.read_table(table).to_pandas()
            elif (array := folder / f"{name}.npy").is_file():
                found[name] = np.load(array, allow_pickle=False)
        if left := [name for name in _own(cls) if name not in found]:
            values = json.loads((folder / VALUES).read_text(encoding="utf-8"))
            hints = get_type_hints(cls)
            found |= {name: TypeAdapter(hints[name]).validate_python(values[name]) for name in left}
        return cls(**found)


@dataclass(frozen=True, kw_only=True, eq=False)
class WrittenFiles(Result):
    """A result that is the files which the work wrote into its folder."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Parts(Result):
    """A result that is the parts which the stage's shards wrote, in the order of the shards."""

    @property
    def parts(self) -> list[Path]:
        """The files of the parts."""
        return parts_of(self.folder)


def parts_of(folder: Path) -> list[Path]:
    """The parts in a stage's folder, in the order of the shards."""
    return sorted(folder.glob("part-*.parquet"))


def _arrow(table: pd.DataFrame, schema: pa.Schema | None) -> pa.Table:
    if schema is not None:
        # pandas takes a column without rows for numbers, which are no lists.
        table = table[schema.names] if len(table) else table[schema.names].astype(object)
    return pa.Table.from_pandas(table, schema=schema, preserve_index=False)


def _own(kind: type[Result]) -> list[str]:
    """Fields of a result beside those that the run sets."""
    return [each.name for each in fields(kind) if each.name not in ("key", "folder")]
