"""Cells by row group: what is read is what stands there, and no more than that."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from twokeys.browsing.cells import ROWS, Cells
from twokeys.core.errors import BadInput

SIZES = (7, 1, 4)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three files with row groups of three rows; the second has a column less."""
    place, start, made = tmp_path_factory.mktemp("cells"), 0, []
    for number, size in enumerate(SIZES):
        rows = [{"id": f"n{row}", "more": row * row} for row in range(start, start + size)]
        table = pa.Table.from_pylist([{"id": row["id"]} for row in rows] if number == 1 else rows)
        pq.write_table(table, place / f"{number}.parquet", row_group_size=3)
        made.append(place / f"{number}.parquet")
        start += size
    return made


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(rows=st.lists(st.integers(0, sum(SIZES) - 1), max_size=9))
def test_rows_come_in_the_order_in_which_they_are_asked_for(files: list[Path], rows: list[int]) -> None:
    found = Cells(files).read(rows, ["id", "more"])
    assert found == [{"id": f"n{row}", "more": None if row == 7 else row * row} for row in rows]


def test_a_scan_meets_every_row_once_and_in_order(files: list[Path]) -> None:
    cells = Cells(files)
    found = [
        (start + at, name) for _, start, table in cells.scan(["id"]) for at, name in enumerate(table["id"].to_pylist())
    ]
    assert found == [(row, f"n{row}") for row in range(sum(SIZES))]
    assert cells.tally == {"id": sum(SIZES)}


def test_of_a_row_group_no_more_is_decoded_than_is_needed(tmp_path: Path) -> None:
    pq.write_table(
        pa.table({"id": [str(n) for n in range(10 * ROWS)], "more": [0] * 10 * ROWS}), tmp_path / "a.parquet"
    )
    cells = Cells([tmp_path / "a.parquet"])
    assert cells.read([ROWS + 5], ["id"]) == [{"id": str(ROWS + 5)}]
    assert cells.tally == {"id": 2 * ROWS}


def test_no_file_has_no_rows() -> None:
    assert Cells([]).count == 0
    assert list(Cells([]).scan(["id"])) == []


def test_a_file_that_is_no_parquet_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(BadInput, match="twokeys verify"):
        Cells([tmp_path / "a.parquet"])
