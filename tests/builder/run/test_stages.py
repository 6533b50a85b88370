"""The run folder: whole or not at all, and never done twice."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pydantic import BaseModel

from twokeys.builder.read.pictures import read_bytes
from twokeys.builder.run.checksums import DONE
from twokeys.builder.run.engines import Process
from twokeys.builder.run.files import write_json, write_table
from twokeys.builder.run.keys import KeyedTable, NamedModel, content_key
from twokeys.builder.run.results import Parts, Result, WrittenFiles
from twokeys.builder.run.stages import Run, Workspace, stage
from twokeys.core.disk import whole
from twokeys.core.errors import BadInput
from twokeys.core.items import canonical_json
from twokeys.data_cards.manifest import Step


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_file_appears_when_its_block_ends_and_not_before(tmp_path: Path) -> None:
    with whole(tmp_path / "new" / "file") as path:
        path.write_text("half")
        assert not (tmp_path / "new" / "file").exists()
        path.write_text("whole")
    assert names(tmp_path) == ["new/file"]
    assert (tmp_path / "new" / "file").read_text() == "whole"


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_block_that_fails_leaves_the_old_file_and_nothing_else(error: type[BaseException], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")

    def write() -> None:
        with whole(tmp_path / "file") as path:
            path.write_text("half")
            raise error

    with pytest.raises(error):
        write()
    assert names(tmp_path) == ["file"]
    assert (tmp_path / "file").read_text() == "old"


def test_a_block_that_fails_before_it_writes_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="early"), whole(tmp_path / "file"):
        raise ValueError("early")
    assert names(tmp_path) == []


def test_a_table_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(pa.ArrowNotImplementedError):
        write_table(tmp_path / "t.parquet", pa.table({"empty": pa.array([{}], type=pa.struct([]))}))
    assert names(tmp_path) == []


def test_json_is_written_the_same_whatever_the_order(tmp_path: Path) -> None:
    write_json(tmp_path / "a", {"b": 1, "a": "é"})
    write_json(tmp_path / "b", {"a": "é", "b": 1})
    assert (tmp_path / "a").read_text("utf-8") == (tmp_path / "b").read_text("utf-8") == '{\n  "a": "é",\n  "b": 1\n}\n'


# --------------------------------------------------------------------------------------------------------- stages


@dataclass(frozen=True, eq=False)
class Counted(Result):
    """A table, an array and JSON values."""

    table: pd.DataFrame
    array: np.ndarray
    steps: list[Step]
    total: int


CALLS: list[str] = []


@stage("count", version=1)
def count(space: Workspace, numbers: Sequence[int], start: int = 0) -> Counted:
    CALLS.append(space.name)
    table = pd.DataFrame({"x": list(numbers), "name": [None] * len(numbers)})
    steps = [Step(stage="read", name=str(number), removed=0, left=number) for number in numbers]
    return Counted(table, np.array(numbers) + start, steps, sum(numbers) + start)


def test_a_stage_that_is_done_is_not_done_again(tmp_path: Path) -> None:
    CALLS.clear()
    first, second = Run(tmp_path), Run(tmp_path)
    one, other = count(first, [1, 2]), count(second, (1, 2))
    assert CALLS == ["count"]
    assert (one.key, one.folder) == (other.key, other.folder)
    assert one.folder.parent == tmp_path
    # What was executed is timed, what was found is not.
    assert (list(first.seconds), list(second.seconds)) == (["count"], [])


def test_a_result_saves_and_loads_itself(tmp_path: Path) -> None:
    made = count(Run(tmp_path), [3, 4], start=5)
    assert made.table["x"].tolist() == [3, 4]
    assert made.table["name"].isna().all()
    assert made.array.tolist() == [8, 9]
    assert made.steps == [Step(stage="read", name=str(left), removed=0, left=left) for left in (3, 4)]
    assert made.total == 12
    assert names(made.folder) == ["array.npy", DONE, "table.parquet", "values.json"]
    again = Counted.load(made.folder)
    assert again.table.equals(made.table)
    assert (again.steps, again.total, again.key) == (made.steps, 12, "")


def test_numbers_come_back_as_they_were(tmp_path: Path) -> None:
    @dataclass(frozen=True, eq=False)
    class Numbers(Result):
        values: dict[str, Any]

    Numbers({"third": np.float64(1) / 3, "none": [float("nan"), -float("inf")], "pair": (1, 2)}).save(tmp_path)
    again = json.loads((tmp_path / "values.json").read_text(encoding="utf-8"))["values"]
    assert (again["third"], again["none"][1], again["pair"]) == (1 / 3, -float("inf"), [1, 2])
    assert math.isnan(again["none"][0])


def test_a_schema_holds_also_when_a_table_is_empty(tmp_path: Path) -> None:
    @dataclass(frozen=True, eq=False)
    class Listed(Result):
        table: pd.DataFrame
        SCHEMAS = {"table": pa.schema([("id", pa.string()), ("rows", pa.list_(pa.int64()))])}  # noqa: RUF012

    Listed(pd.DataFrame({"rows": [], "more": [], "id": []})).save(tmp_path)
    assert pq.read_schema(tmp_path / "table.parquet").remove_metadata() == Listed.SCHEMAS["table"]


def test_whatever_a_stage_is_given_gives_it_another_key(tmp_path: Path) -> None:
    run = Run(tmp_path)
    made = [
        count(run, [1, 2]),
        count.named("other")(run, [1, 2]),
        replace(count, version=2)(run, [1, 2]),
        count(run, [2, 1]),
        count(run, [1, 2, 3]),
        count(run, [1, 2], 1),
    ]
    assert len({one.key for one in made}) == len({one.folder for one in made}) == 6
    # How an argument is handed over is nothing that the work could tell.
    assert count(run, numbers=[1, 2], start=0).key == made[0].key


class Named(BaseModel):
    share: float = 0.5
    names: list[str] = []


@dataclass(frozen=True)
class Both:
    settings: Named
    model: NamedModel


def test_content_keys_tell_contents_apart() -> None:
    first = Both(Named(names=["a"]), NamedModel("m", "m@1"))
    values = [
        None, True, 1, 1.5, "1", ["a", "b"], ["b", "a"], {"a": 1}, {"a": 2}, Named(), Named(share=0.25),
        KeyedTable(pd.DataFrame({"x": [1]}), "one"), KeyedTable(pd.DataFrame({"x": [1]}), "two"), first,
        replace(first, model=NamedModel("m", "m@2")), np.zeros(2), np.zeros(3), np.zeros(2, dtype=bool), np.ones(2),
    ]  # fmt: skip
    keys = [canonical_json(content_key(value)) for value in values]
    assert len(set(keys)) == len(values)
    assert content_key({"b": 1, "a": 2}) == content_key({"a": 2, "b": 1})
    assert content_key(frozenset({"b", "a"})) == content_key({"a", "b"})
    assert content_key(np.arange(6).reshape(2, 3).T) == content_key(np.arange(6).reshape(2, 3).T.copy())


@pytest.mark.parametrize("value", [pd.DataFrame({"x": [1]}), Path("a"), object(), [Path("a")], len])
def test_an_argument_without_a_key_is_an_error(value: Any, tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="has no key"):
        count(Run(tmp_path), value)
    assert not list(tmp_path.iterdir())


def test_a_result_that_no_stage_returned_is_no_argument() -> None:
    with pytest.raises(TypeError, match="Counted has an empty key"):
        content_key(Counted(pd.DataFrame(), np.zeros(0), [], 0))


def test_a_stage_that_fails_is_not_done(tmp_path: Path) -> None:
    fails = [True]

    @stage("s", version=1)
    def work(space: Workspace) -> WrittenFiles:
        write_table(space.folder / "t.parquet", pa.table({"x": [1]}))
        if fails:
            raise ValueError("half way")
        return WrittenFiles()

    run = Run(tmp_path)
    with pytest.raises(ValueError, match="half way"):
        work(run)
    assert not list(tmp_path.rglob(DONE))
    assert (run.seconds, run.inside) == ({}, [])
    fails.clear()
    assert (work(run).folder / DONE).is_file()


def test_seconds_of_stages_of_one_name_add_up_and_stages_inside_have_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    monkeypatch.setattr("twokeys.builder.run.stages.time.perf_counter", lambda: clock[0])

    @stage("inner", version=1)
    def inner(space: Workspace, number: int) -> WrittenFiles:
        clock[0] += number
        return WrittenFiles()

    @stage("outer", version=1)
    def outer(space: Workspace, depth: int) -> WrittenFiles:
        clock[0] += 1
        inner(space.run, 10 * depth)
        inner(space.run, 100 * depth)
        inner(space.run, 100 * depth)  # is there already
        if depth > 1:
            outer(space.run, depth - 1)
        clock[0] += 0.5
        return WrittenFiles()

    run = Run(tmp_path)
    with run.timed("publish"):
        clock[0] += 1000
        outer(run, 2)
    inner(run, 7)
    assert run.seconds == {"inner": 20 + 200 + 10 + 100 + 7, "outer": 2 * 1.5, "publish": 1000}
    assert sum(run.seconds.values()) == clock[0]


# ---------------------------------------------------------------------------------------------------------- parts


class Shards:
    """A function over shards that is killed in some of them, and remembers which ones it ran on."""

    def __init__(self, deadly: set[int]) -> None:
        self.deadly, self.ran = deadly, list[int]()

    def __call__(self, shard: int, path: Path) -> None:
        self.ran.append(shard)
        if shard in self.deadly:
            with whole(path) as temporary:
                temporary.write_bytes(b"half a part")
                raise KeyboardInterrupt
        write_table(path, pa.table({"shard": [shard]}))


def test_a_killed_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    shards = [Shards({12})]

    @stage("s", version=1)
    def work(space: Workspace, numbers: Sequence[int]) -> Parts:
        assert space.parts(shards[0], numbers) == [space.folder / f"part-0000{place}.parquet" for place in range(4)]
        return Parts()

    run = Run(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        work(run, [10, 11, 12, 13])
    (folder,) = tmp_path.iterdir()
    assert shards[0].ran == [10, 11, 12]
    assert names(folder) == [f"part-0000{place}.parquet{ending}" for place in range(2) for ending in ("", ".sha256")]

    said: list[tuple[str, int, int]] = []
    shards[0] = Shards(set())
    made = work(Run(tmp_path, say=lambda *told: said.append(told)), [10, 11, 12, 13])
    assert shards[0].ran == [12, 13]
    assert made.folder == folder
    # Parts keep the order of the shards, and progress counts the parts that were found.
    assert [pq.read_table(part)["shard"].to_pylist() for part in made.parts] == [[10], [11], [12], [13]]
    assert said == [("s", 0, 0), ("s", 3, 4), ("s", 4, 4)]


def test_parts_do_not_depend_on_the_engine(tmp_path: Path) -> None:
    tables = []
    for name, run in (("serial", Run(tmp_path / "1")), ("process", Run(tmp_path / "2", Process(2)))):
        paths = Workspace(run, name, "k", run.folder / name).parts(_write_square, [3, 1, 2])
        tables.append([path.read_bytes() for path in paths])
    assert tables[0] == tables[1]


def _write_square(shard: int, path: Path) -> None:
    write_table(path, pa.table({"square": [shard * shard]}))


def test_a_bad_input_in_a_part_stops_the_stage_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"gone\.png"):
        Workspace(Run(tmp_path / "run"), "s", "k", tmp_path / "s").parts(read_bytes, ["file:gone.png"])
