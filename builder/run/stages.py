"""The run folder: every stage's tables under the hash of what they were made from, written whole or not at all."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from twokeys.audit.models.hosts import Hosts
from twokeys.builder.run.engines import Engine, Serial
from twokeys.core.errors import BadInput
from twokeys.core.items import canonical_json, digest
from twokeys.core.progress import Say, silent

T = TypeVar("T")
DONE, LOCK = "done.json", "lock"


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; what was written there becomes `path` only when the block ends well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_table(path: Path, table: pa.Table) -> None:
    """Write a Parquet table whole."""
    with whole(path) as temporary:
        pq.write_table(table, temporary, compression="zstd")


def write_json(path: Path, value: Any) -> None:
    """Write JSON whole, indented, keys sorted."""
    write_text(path, json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write a text file whole."""
    with whole(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


@dataclass(frozen=True)
class Stage:
    """One stage's folder; its name holds the hash of everything that the stage depends on."""

    name: str
    key: str
    folder: Path

    @property
    def done(self) -> bool:
        """Whether all its tables are there."""
        return (self.folder / DONE).is_file()

    def table(self, name: str, columns: list[str] | None = None) -> pa.Table:
        """Read one of its tables."""
        return pq.read_table(self.folder / name, columns=columns)

    def notes(self) -> Any:
        """Read what it noted when it finished."""
        return json.loads((self.folder / DONE).read_text(encoding="utf-8"))


@dataclass
class Run:
    """A build under way: where tables go, which engine maps shards, and what was really executed.

    Attributes:
        folder: The run folder.
        engine: Maps a function over shards.
        say: Told how far each stage is.
        hosts: Hosts that the user named: a model of the recipe that is served elsewhere is not asked.
        seconds: Seconds that each executed stage took; stages found done are not in it.
        cut: Parts that each executed stage was cut into.
    """

    folder: Path
    engine: Engine = field(default_factory=Serial)
    say: Say = silent
    hosts: Hosts = field(default_factory=Hosts)
    seconds: dict[str, float] = field(default_factory=dict)
    cut: dict[str, int] = field(default_factory=dict)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other builds out of the run folder; who is killed lets go of it.

        Raises:
            BadInput: When another build is at work there.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / LOCK).open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                problem = f"another build is at work in {self.folder}"
                remedy = "wait for it, or name another run folder"
                raise BadInput("--work", None, problem, "one build at a time", remedy) from None
            yield

    def stage(self, name: str, work: Callable[[Stage], Any], version: int, *inputs: Any) -> Stage:
        """Make sure that a stage is done.

        Args:
            name: Name of the stage.
            work: Writes the stage's tables into its folder and returns notes (JSON values). Called only when the
                stage is not done; finds the whole parts of an interrupted run in the folder.
            version: Raised whenever the code would write something else from the same inputs.
            inputs: Everything that the result depends on, as JSON values: keys of earlier stages, parts of a recipe.
        """
        key = digest(name, str(version), *(canonical_json(value) for value in inputs))
        stage = Stage(name, key, self.folder / f"{name}-{key[:12]}")
        if not stage.done:
            self.say(name, 0, 0)
            stage.folder.mkdir(parents=True, exist_ok=True)
            began, inner = time.perf_counter(), sum(self.seconds.values())
            notes = work(stage)
            write_json(stage.folder / DONE, notes)
            # Stages that this one asked for have their own entries.
            self.seconds[name] = time.perf_counter() - began - (sum(self.seconds.values()) - inner)
            parts = max(self.cut.get(name, 1), 1)
            self.say(name, parts, parts)
        return stage

    def parts(self, stage: Stage, function: Callable[[T, Path], None], shards: Sequence[T]) -> list[Path]:
        """Run `function(shard, path)` for every shard whose part is not there yet, on the engine.

        The function writes its part whole (`write_table`). Parts keep the order of the shards whatever the engine.
        """
        paths = [stage.folder / f"part-{number:05d}.parquet" for number in range(len(shards))]
        todo = [(shard, path) for shard, path in zip(shards, paths, strict=True) if not path.is_file()]
        self.cut[stage.name] = len(shards)
        for finished, _ in enumerate(self.engine.map_shards(_Task(function), todo), start=1):
            if finished < len(todo):  # what is made of the parts is not there yet: `stage` tells the end
                self.say(stage.name, len(shards) - len(todo) + finished, len(shards))
        return paths

    def forget(self, keep: set[str]) -> None:
        """Delete the tables of stages that this build did not use."""
        for folder in self.folder.iterdir():
            if folder.is_dir() and folder.name not in keep:
                shutil.rmtree(folder)


@dataclass(frozen=True)
class _Task:
    """A picklable call of a shard function on (shard, path)."""

    function: Callable[[Any, Path], None]

    def __call__(self, task: tuple[Any, Path]) -> None:
        self.function(*task)
