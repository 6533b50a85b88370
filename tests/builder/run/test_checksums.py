"""Whatever happens to the run folder, what a stage gives is what the stage made."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twokeys.builder.run.checksums import DONE
from twokeys.builder.run.files import write_table
from twokeys.builder.run.results import Parts
from twokeys.builder.run.stages import Run, Workspace, stage

MADE: list[object] = []


@dataclass(frozen=True, eq=False)
class Numbers(Parts):
    """Parts, a table, an array and a value."""

    table: pd.DataFrame
    array: np.ndarray
    total: int


def part(number: int, path: Path) -> None:
    MADE.append(number)
    write_table(path, pa.table({"number": [number]}))


@stage("numbers", version=1)
def numbers(space: Workspace, given: Sequence[int]) -> Numbers:
    MADE.append("work")
    space.parts(part, given)
    return Numbers(pd.DataFrame({"number": given}), np.array(given), sum(given))


def told(run: Run) -> list[object]:
    """All that the stage gives."""
    found = numbers(run, [1, 2, 3])
    parts = [pq.read_table(path)["number"].to_pylist() for path in found.parts]
    return [parts, found.table["number"].tolist(), found.array.tolist(), found.total]


EXPECTED = [[[1], [2], [3]], [1, 2, 3], [1, 2, 3], 6]
FILES = ["part-00001.parquet", "table.parquet", "array.npy", "values.json", DONE]


def garble(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def another(path: Path) -> None:
    """A valid file of the kind with another content."""
    if path.suffix == ".parquet":
        pq.write_table(pa.table({"number": [9]}), path)
    elif path.suffix == ".npy":
        np.save(path, np.array([9]))
    else:
        path.write_text(path.read_text().replace("6", "7"))


def nothing(path: Path) -> None:
    path.unlink()


DAMAGES = [garble, cut, empty, another, nothing]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda one: one.__name__)
def test_a_damaged_file_is_made_again_and_a_line_says_so(
    tmp_path: Path, name: str, damage: Callable[[Path], None]
) -> None:
    assert told(Run(tmp_path)) == EXPECTED
    (folder,) = tmp_path.iterdir()
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    damage(folder / name)
    MADE.clear()
    if name == DONE and damage is nothing:  # as a killed run leaves it
        assert told(Run(tmp_path)) == EXPECTED
    else:
        with pytest.warns(RuntimeWarning, match="is not what the stage 'numbers' wrote there") as line:
            assert told(Run(tmp_path)) == EXPECTED
        assert name == DONE or name in str(line[0].message)
    assert name == DONE or ["work", *([2] if name.startswith("part") else [])] == MADE, "whole parts are kept"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    MADE.clear()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert told(Run(tmp_path)) == EXPECTED
    assert MADE == []


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda one: one.__name__)
def test_so_is_a_part_of_a_run_that_was_killed(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    told(Run(tmp_path))
    (folder,) = tmp_path.iterdir()
    for name in (DONE, "table.parquet", "array.npy", "values.json"):
        (folder / name).unlink()
    damage(folder / "part-00000.parquet")
    MADE.clear()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert told(Run(tmp_path)) == EXPECTED
    assert MADE == ["work", 1]


def test_a_part_without_its_checksum_was_not_whole(tmp_path: Path) -> None:
    told(Run(tmp_path))
    (folder,) = tmp_path.iterdir()
    for name in (DONE, "part-00002.parquet.sha256"):
        (folder / name).unlink()
    MADE.clear()
    assert told(Run(tmp_path)) == EXPECTED
    assert MADE == ["work", 3]


@pytest.mark.parametrize("sealed", [True, False])
@pytest.mark.parametrize("done", [True, False])
def test_a_part_too_many_is_not_read(tmp_path: Path, sealed: bool, done: bool) -> None:
    told(Run(tmp_path))
    (folder,) = tmp_path.iterdir()
    for ending in ("", ".sha256") if sealed else ("",):
        shutil.copy(folder / f"part-00000.parquet{ending}", folder / f"part-00007.parquet{ending}")
    if not done:
        (folder / DONE).unlink()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert told(Run(tmp_path)) == EXPECTED


@given(st.data())
def test_whatever_bit_is_flipped(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.getbasetemp() / "flipped"
    run = Run(folder)
    told(run)
    (inside,) = folder.iterdir()
    path = data.draw(st.sampled_from(sorted(inside.iterdir())))
    content = bytearray(path.read_bytes())
    place = data.draw(st.integers(0, len(content) * 8 - 1))
    content[place // 8] ^= 1 << place % 8
    path.write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert told(run) == EXPECTED
