"""Cells of published Parquet files, read by row group: never a whole file, never a column that is not requested."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from twokeys.core.columns import PICTURES
from twokeys.core.errors import BadInput

Ints = NDArray[np.int64]
ROWS, ROWS_WITH_IMAGES = 1024, 64
"""Number of rows that are decoded at a time for single rows."""


class Cells:
    """Rows of some files as one table: they are numbered from 0, file after file.

    Attributes:
        files: Parquet files.
        count: Rows in all.
        tally: Column -> cells that were decoded so far.
    """

    def __init__(self, files: Sequence[Path]) -> None:
        self.files, self.tally = list(files), Counter[str]()
        self._heads, self._schemas = [], []
        for path in self.files:
            with _readable(path):
                self._heads.append(pq.read_metadata(path))
                self._schemas.append(self._heads[-1].schema.to_arrow_schema())
        parts = [
            (file, group, head.row_group(group).num_rows)
            for file, head in enumerate(self._heads)
            for group in range(head.num_row_groups)
        ]
        self._groups = [(file, group) for file, group, _ in parts]
        self._starts: Ints = np.cumsum([0, *(rows for *_, rows in parts)], dtype=np.int64)
        self.count = int(self._starts[-1])

    def schema(self, file: int) -> pa.Schema:
        """Columns of a file and their types."""
        return self._schemas[file]

    def columns(self, file: int) -> list[str]:
        """Names of a file's columns."""
        return list(self._schemas[file].names)

    def scan(self, wanted: Sequence[str]) -> Iterator[tuple[int, int, pa.Table]]:
        """Some columns of all rows, a row group in memory at a time.

        Args:
            wanted: Columns; a column that a file lacks is omitted.

        Yields:
            File, number of the first row, and the row group.
        """
        for number, (file, group) in enumerate(self._groups):
            names = self._names(file, wanted)
            with _readable(self.files[file]):
                table = self._open(file).read_row_group(group, columns=names)
            self.tally.update({name: len(table) for name in names})
            yield file, int(self._starts[number]), table

    def read(self, rows: Sequence[int], wanted: Sequence[str]) -> list[dict[str, Any]]:
        """Some columns of some rows; of a row group no more is decoded than up to the last row of it that is wanted.

        Args:
            rows: Numbers of rows, in any order.
            wanted: Columns; of a file that lacks a column its cells are None.

        Returns:
            A row for each number, in the order of `rows`.
        """
        by_place: dict[int, dict[str, Any]] = {}
        places = np.unique(np.asarray(rows, dtype=np.int64))
        groups = np.searchsorted(self._starts, places, side="right") - 1
        for number in np.unique(groups).tolist():
            file, group = self._groups[number]
            names = self._names(file, wanted)
            start = int(self._starts[number])
            inside = [int(place) - start for place in places[groups == number]]
            with _readable(self.files[file]):
                for row, cells in self._pick(file, group, inside, names):
                    by_place[start + row] = dict.fromkeys(wanted) | cells
        return [by_place[int(row)] for row in rows]

    def _pick(
        self, file: int, group: int, rows: Sequence[int], names: Sequence[str]
    ) -> Iterator[tuple[int, dict[str, Any]]]:
        """Single rows of a row group, by their place in it, in order."""
        size = ROWS_WITH_IMAGES if any(name in PICTURES for name in names) else ROWS
        start, waiting = 0, list(rows)
        for batch in self._open(file).iter_batches(size, row_groups=[group], columns=list(names)):
            self.tally.update({name: len(batch) for name in names})
            end = start + len(batch)
            now = [row for row in waiting if row < end]
            waiting = waiting[len(now) :]
            if now:
                picked = batch.take(pa.array([row - start for row in now], type=pa.int64()))
                yield from zip(now, picked.to_pylist(), strict=True)
            if not waiting:
                return
            start = end

    def _names(self, file: int, wanted: Sequence[str]) -> list[str]:
        there = set(self.columns(file))
        return [name for name in wanted if name in there]

    def _open(self, file: int) -> pq.ParquetFile:
        """A file of its own for each reader: handlers of a page run in threads."""
        return pq.ParquetFile(self.files[file], metadata=self._heads[file])


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        remedy = f"run `twokeys verify {path.parent.parent}`"
        raise BadInput(path, None, f"it cannot be read ({error})", "", remedy) from None
