"""Stages and the run folder: every stage's result under the key of what it was made from, written whole or not at all.

A stage is declared once, with a name, a version and the function that does its work:

    @stage("balance", version=3)
    def balance(space: Workspace, items: KeyedTable, settings: Balance) -> Selection: ...

and is then called like that function, with a run in the place of the workspace: `balance(run, items, settings)`. Its
key follows from the very arguments that the work gets; the result is loaded if it is there and made if it is not.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from inspect import signature
from pathlib import Path
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, get_type_hints

from twokeys.audit.models.hosts import Hosts
from twokeys.audit.served.spending import Spending
from twokeys.builder.run.checksums import DONE, is_done, is_sealed, seal, sums
from twokeys.builder.run.engines import Engine, Serial
from twokeys.builder.run.files import write_json
from twokeys.builder.run.keys import content_key
from twokeys.builder.run.needs import ONE_CORE, Needs
from twokeys.builder.run.results import Result, parts_of
from twokeys.core.disk import writing
from twokeys.core.errors import BadInput
from twokeys.core.items import canonical_json, digest
from twokeys.core.lock import alone
from twokeys.core.progress import Logged, Say, silent

T = TypeVar("T")
P = ParamSpec("P")
R = TypeVar("R", bound=Result)
LOCK, LOG = "lock", "log.txt"


@dataclass
class Run:
    """A build under way: where results go, which engine maps shards, and what was really executed.

    Attributes:
        folder: The run folder.
        engine: Maps a function over shards.
        say: Told how far each stage is.
        hosts: Hosts that the user named: a model of the recipe that is served elsewhere is not asked.
        check: Whether images are read again whose size and times are as before.
        spending: What served models may cost, and have.
        seconds: Seconds that executed stages took, by name, without those of stages inside; stages that were there
            are not in it.
        inside: For each stage under way, the outermost first, the seconds of the stages inside that have ended.
    """

    folder: Path
    engine: Engine = field(default_factory=Serial)
    say: Say = silent
    hosts: Hosts = field(default_factory=Hosts)
    check: bool = False
    spending: Spending = field(default_factory=Spending)
    seconds: dict[str, float] = field(default_factory=dict)
    inside: list[float] = field(default_factory=list)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other builds out of the run folder, and write down there how far this one is.

        Raises:
            BadInput: When another build is at work there, or nothing can be written there.
        """
        with writing(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        problem = f"another build is at work in {self.folder}"
        busy = BadInput("--work", None, problem, "one build at a time", "wait for it, or name another run folder")
        with alone(self.folder / LOCK, busy):
            self.say = Logged(self.say, self.folder / LOG)
            yield

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Add the seconds of a block to those of its name, and take them off the block around it."""
        began = time.perf_counter()
        self.inside.append(0.0)
        try:
            yield
        finally:
            took, inner = time.perf_counter() - began, self.inside.pop()
            if self.inside:
                self.inside[-1] += took
        self.seconds[name] = self.seconds.get(name, 0.0) + took - inner


@dataclass
class Workspace:
    """Where the work of one stage is done.

    Attributes:
        run: The build under way; stages inside this one are called with it.
        name: Name of the stage.
        key: Its key, for all that follows from the same arguments.
        folder: Its folder: the work may write files there that are no field of the result, and finds the whole parts of
            an interrupted run.
        cut: Parts that the stage was cut into.
    """

    run: Run
    name: str
    key: str
    folder: Path
    cut: int = 1

    def parts(
        self, function: Callable[[T, Path], None], shards: Sequence[T], needs: Needs | Callable[[T], Needs] = ONE_CORE
    ) -> list[Path]:
        """Run `function(shard, path)` for every shard whose part is not there yet, or is not what was written.

        The function writes its part whole (`write_table`). Parts keep the order of the shards whatever the engine.

        Args:
            function: Makes one part.
            shards: What the parts are made from.
            needs: What a shard needs, or a function that tells it of a shard: equal ones are mapped together.
        """
        paths = [self.folder / f"part-{number:05d}.parquet" for number in range(len(shards))]
        for path in {*parts_of(self.folder)} - {*paths}:
            path.unlink()
        groups: dict[Needs, list[tuple[T, Path]]] = {}
        for shard, path in zip(shards, paths, strict=True):
            if not is_sealed(path, self.name):
                groups.setdefault(needs(shard) if callable(needs) else needs, []).append((shard, path))
        self.cut, left = max(len(shards), 1), sum(map(len, groups.values()))
        for needed, todo in groups.items():
            for _ in self.run.engine.map_shards(_Task(function), todo, needed):
                left -= 1
                if left:  # what is made of the parts is not there yet: the stage tells the end
                    self.run.say(self.name, len(shards) - left, len(shards))
        return paths


@dataclass(frozen=True)
class Stage(Generic[P, R]):
    """One step of a build.

    Attributes:
        name: What the step is called; its folders and its seconds bear the name.
        version: Raised whenever the work would make something else of the same arguments.
        work: Makes the result from its arguments; called only when the result is not there.
    """

    name: str
    version: int
    work: Callable[Concatenate[Workspace, P], R]

    def __call__(self, run: Run, *args: P.args, **kwargs: P.kwargs) -> R:
        """Load the result of the work on these arguments, and do the work before if that was not done yet.

        Raises:
            TypeError: When an argument has no key (`twokeys.builder.run.keys`).
        """
        space = self._space(run, *args, **kwargs)
        if not is_done(space.folder, self.name):
            self._make(space, *args, **kwargs)
        return replace(self._result.load(space.folder), key=space.key, folder=space.folder)

    def anew(self, run: Run, *args: P.args, **kwargs: P.kwargs) -> R:
        """Do the work on these arguments, also if it was done before."""
        shutil.rmtree(self._space(run, *args, **kwargs).folder, ignore_errors=True)
        return self(run, *args, **kwargs)

    def named(self, name: str) -> Stage[P, R]:
        """The same step under another name, for another part of the build."""
        return replace(self, name=name)

    @property
    def _result(self) -> type[R]:
        kind: type[R] = get_type_hints(self.work)["return"]
        return kind

    def _space(self, run: Run, *args: P.args, **kwargs: P.kwargs) -> Workspace:
        bound = signature(self.work).bind(run, *args, **kwargs)
        bound.apply_defaults()
        given = {name: content_key(value) for name, value in list(bound.arguments.items())[1:]}
        key = digest("stage", self.name, str(self.version), canonical_json(given))
        return Workspace(run, self.name, key, run.folder / f"{self.name}-{key[:12]}")

    def _make(self, space: Workspace, *args: P.args, **kwargs: P.kwargs) -> None:
        space.run.say(space.name, 0, 0)
        with writing(space.folder):
            space.folder.mkdir(parents=True, exist_ok=True)
        with space.run.timed(space.name):
            self.work(space, *args, **kwargs).save(space.folder)
            said = {"stage": space.name, "version": self.version, "key": space.key, "files": sums(space.folder)}
            write_json(space.folder / DONE, said)
        space.run.say(space.name, space.cut, space.cut)


def stage(name: str, version: int) -> Callable[[Callable[Concatenate[Workspace, P], R]], Stage[P, R]]:
    """Declare a stage by the function that does its work; the function's return type is the stage's result.

    Args:
        name: Name of the stage.
        version: Version of the work.
    """

    def declared(work: Callable[Concatenate[Workspace, P], R]) -> Stage[P, R]:
        return Stage(name, version, work)

    return declared


@dataclass(frozen=True)
class _Task:
    """A picklable call of a shard function on (shard, path)."""

    function: Callable[[Any, Path], None]

    def __call__(self, task: tuple[Any, Path]) -> None:
        self.function(*task)
        seal(task[1])
