"""The run folder: whole or not at all, and never done twice."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from twokeys.builder.read.pictures import read_bytes
from twokeys.builder.run.engines import Process
from twokeys.builder.run.stages import DONE, Run, Stage, whole, write_json, write_table
from twokeys.core.errors import BadInput


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


class Work:
    """Writes one table, and counts how often it was called."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, stage: Stage) -> dict[str, int]:
        self.calls += 1
        write_table(stage.folder / "t.parquet", pa.table({"x": [1, 2]}))
        return {"rows": 2}


def test_a_stage_that_is_done_is_not_done_again(tmp_path: Path) -> None:
    work = Work()
    first, second = Run(tmp_path), Run(tmp_path)
    one = first.stage("s", work, 1, {"a": 1, "b": [2]})
    other = second.stage("s", work, 1, {"b": [2], "a": 1})
    assert work.calls == 1
    assert one == other
    assert other.table("t.parquet", ["x"]).to_pydict() == {"x": [1, 2]}
    assert other.notes() == {"rows": 2}
    # What was executed is timed, what was found is not.
    assert (list(first.seconds), list(second.seconds)) == (["s"], [])


def test_whatever_a_stage_depends_on_gives_it_another_key(tmp_path: Path) -> None:
    run = Run(tmp_path)
    stages = [
        run.stage("s", Work(), 1, "a", "b"),
        run.stage("t", Work(), 1, "a", "b"),  # another stage
        run.stage("s", Work(), 2, "a", "b"),  # another version of its code
        run.stage("s", Work(), 1, "a", "c"),  # another input
        run.stage("s", Work(), 1, "b", "a"),  # the same inputs in other places
        run.stage("s", Work(), 1, ["a", "b"]),
        run.stage("s", Work(), 1, "a"),
    ]
    assert len({stage.key for stage in stages}) == len({stage.folder for stage in stages}) == 7
    assert all(stage.done for stage in stages)


def test_a_stage_that_fails_is_not_done(tmp_path: Path) -> None:
    def fail(stage: Stage) -> None:
        write_table(stage.folder / "t.parquet", pa.table({"x": [1]}))
        raise ValueError("half way")

    run = Run(tmp_path)
    with pytest.raises(ValueError, match="half way"):
        run.stage("s", fail, 1)
    assert not list(tmp_path.rglob(DONE))
    assert "s" not in run.seconds
    assert run.stage("s", Work(), 1).done


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
    def work(function: Shards):
        return lambda stage: [path.name for path in run.parts(stage, function, [10, 11, 12, 13])]

    run = Run(tmp_path)
    killed, again = Shards({12}), Shards(set())
    with pytest.raises(KeyboardInterrupt):
        run.stage("s", work(killed), 1)
    (folder,) = tmp_path.iterdir()
    assert killed.ran == [10, 11, 12]
    assert names(folder) == ["part-00000.parquet", "part-00001.parquet"]

    said: list[tuple[str, int, int]] = []
    run = Run(tmp_path, say=lambda *told: said.append(told))
    stage = run.stage("s", work(again), 1)
    assert again.ran == [12, 13]
    assert stage.folder == folder
    # Parts keep the order of the shards, and progress counts the parts that were found.
    assert stage.notes() == [f"part-0000{number}.parquet" for number in range(4)]
    assert [stage.table(part)["shard"].to_pylist() for part in stage.notes()] == [[10], [11], [12], [13]]
    assert said == [("s", 0, 0), ("s", 3, 4), ("s", 4, 4)]


def test_parts_do_not_depend_on_the_engine(tmp_path: Path) -> None:
    tables = []
    for name, run in (("serial", Run(tmp_path / "1")), ("process", Run(tmp_path / "2", Process(2)))):
        stage = Stage(name, "k", run.folder / name)
        paths = run.parts(stage, _write_square, [3, 1, 2])
        tables.append([path.read_bytes() for path in paths])
    assert tables[0] == tables[1]


def _write_square(shard: int, path: Path) -> None:
    write_table(path, pa.table({"square": [shard * shard]}))


def test_a_bad_input_in_a_part_stops_the_stage_by_its_name(tmp_path: Path) -> None:
    run = Run(tmp_path / "run")
    with pytest.raises(BadInput, match=r"gone\.png"):
        run.parts(Stage("s", "k", tmp_path / "s"), read_bytes, ["file:gone.png"])


def test_what_a_build_did_not_use_is_forgotten(tmp_path: Path) -> None:
    run = Run(tmp_path)
    kept, gone = run.stage("s", Work(), 1, "new"), run.stage("s", Work(), 1, "old")
    (tmp_path / "log.txt").write_text("stays")
    run.forget({kept.folder.name})
    assert kept.done
    assert not gone.folder.exists()
    assert (tmp_path / "log.txt").exists()
