"""Engines differ in where a function runs, and in nothing else."""

from __future__ import annotations

import importlib.util
import math
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest

from twokeys.builder.read.pictures import read_bytes
from twokeys.builder.run.engines import ENGINES, Engine, Process, Ray, Serial, engine
from twokeys.core.errors import BadInput, MissingPackage

# The functions that are mapped come from libraries, so that a fresh process can import them.

needs_ray = pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="needs the package ray")
EACH = [
    Serial(),
    Process(2),
    Process(1),
    pytest.param(Ray(), marks=[pytest.mark.slow, needs_ray], id="Ray()"),
]


@pytest.fixture(scope="module", autouse=True)
def _stop_ray() -> Iterator[None]:
    yield
    if "ray" in sys.modules:
        sys.modules["ray"].shutdown()


@pytest.mark.parametrize("runs", EACH, ids=str)
def test_every_engine_gives_each_shards_result_once(runs: Engine) -> None:
    shards = [n * n for n in (5, 3, 8, 1, 7)]
    assert sorted(runs.map_shards(math.isqrt, shards)) == [1, 3, 5, 7, 8]


@pytest.mark.parametrize("runs", EACH, ids=str)
def test_no_shards_give_no_results(runs: Engine) -> None:
    assert list(runs.map_shards(math.isqrt, [])) == []


@pytest.mark.parametrize("runs", EACH, ids=str)
def test_a_bad_input_in_a_worker_arrives_whole(runs: Engine, tmp_path: Path) -> None:
    (tmp_path / "there.png").write_bytes(b"x")
    read = partial(read_bytes, root=tmp_path)
    with pytest.raises(BadInput) as error:
        list(runs.map_shards(read, ["file:there.png", "parquet:gone.parquet#image#7"]))
    found = error.value
    assert type(found) is BadInput
    assert (found.file, found.row) == (str(tmp_path / "gone.parquet"), 8)  # a locator counts from 0, people from 1
    assert (found.problem, found.allowed, found.remedy) == (
        "the table 'gone.parquet' cannot be read (No such file or directory)", "",
        "put it there: paths count from the corpus's folder, or from its image_folder",
    )  # fmt: skip


@pytest.mark.parametrize("runs", EACH, ids=str)
def test_any_other_error_in_a_worker_is_raised_too(runs: Engine) -> None:
    with pytest.raises(ValueError, match="nonnegative"):
        list(runs.map_shards(math.isqrt, [4, -1]))


def test_serial_keeps_the_order_of_shards() -> None:
    assert list(Serial().map_shards(math.isqrt, [9, 1, 4])) == [3, 1, 2]


def test_a_single_shard_stays_in_this_process() -> None:
    assert list(Process(2).map_shards(_pid, ["only"])) == [os.getpid()]


def _pid(shard: str) -> int:
    return os.getpid()


def test_workers_share_the_cores() -> None:
    # Two workers on this machine: each is told to use half of the cores, one at least.
    share = str(max(1, (os.cpu_count() or 1) // 2))
    assert set(Process(2).map_shards(os.getenv, ["OMP_NUM_THREADS", "MKL_NUM_THREADS"])) == {share}


def test_processes_stay_for_the_next_stage_and_end_after_an_error() -> None:
    runs = Process(2)
    first, second = (set(runs.map_shards(_slow_pid, "abcdef")) for _ in range(2))
    assert first == second
    assert len(first) == 2
    with pytest.raises(ValueError, match="nonnegative"):
        list(runs.map_shards(math.isqrt, [4, -1]))
    assert first.isdisjoint(runs.map_shards(_slow_pid, "abcdef"))
    assert not any(psutil.pid_exists(pid) for pid in first)


def _slow_pid(shard: str) -> int:
    time.sleep(0.2)  # long enough for the other process to take a shard, too
    return os.getpid()


def test_engines_are_made_by_name() -> None:
    local = [name for name in ENGINES if name != "slurm"]  # which needs the commands of Slurm: see test_slurm
    assert [type(engine(name, Path())) for name in local] == [Serial, Process, Ray]
    with pytest.raises(BadInput, match="serial, process, ray, slurm"):
        engine("spark", Path())


def test_ray_without_its_package_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)  # what an import of a package that is not there runs into
    with pytest.raises(MissingPackage, match=r'pip install "twokeys\[ray\]"'):
        list(Ray().map_shards(math.isqrt, [1]))


MAPS = """
import math, os
from twokeys.builder.run.engines import Process
print("started", flush=True)
print(sorted(Process(2).map_shards(math.isqrt, [9, 1, 4])))
print(sorted(Process(2).map_shards(lambda number: number + len(os.sep), [1, 2])))
"""


@pytest.mark.parametrize("way", ["script", "standard input", "command line"])
def test_a_program_without_a_main_guard_is_run_once(way: str, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(MAPS, encoding="utf-8")
    words = {"script": ["program.py"], "standard input": ["-"], "command line": ["-c", MAPS]}[way]
    given = MAPS if way == "standard input" else None
    done = subprocess.run(
        [sys.executable, *words], cwd=tmp_path, input=given, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["started", "[1, 2, 3]", "[2, 3]"]
