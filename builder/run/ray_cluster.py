"""The engine of a cluster: shards are given to Ray as it has room, and are given again if their worker is lost.

A shard that runs a model goes to an actor, a process that stays, so that the model is loaded once; any other goes to
whatever worker is free. Ray gives each what its stage asks for, GPUs by `num_gpus`: without it some versions hide all.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from twokeys.builder.run.needs import LOSSES, ONE_CORE, Needs
from twokeys.core.errors import BadInput, MissingPackage

T = TypeVar("T")
R = TypeVar("R")
AHEAD = 2
"""Shards that are given to Ray for each that it has room for: the next one is there when a worker is free."""


@dataclass(frozen=True)
class Ray:
    """A Ray cluster: the one that RAY_ADDRESS names, or a local one."""

    def map_shards(self, function: Callable[[T], R], shards: Sequence[T], needs: Needs = ONE_CORE) -> Iterator[R]:
        """Yield results as they come.

        Raises:
            MissingPackage: When Ray is not installed.
            BadInput: When the worker of a shard was lost again and again.
        """
        ray = _ray()
        if not ray.is_initialized():
            # Without an address Ray would join a cluster that somebody once started on this machine.
            address = os.environ.get("RAY_ADDRESS", "local")
            ray.init(address, include_dashboard=False, log_to_driver=False, configure_logging=False)
        asked = needs.within(_machines(ray))
        if needs.gpus:
            yield from _Actors(ray, asked, function).map(shards, _together(ray, asked))
        else:
            yield from _by_tasks(ray, asked, function, shards)


def machine(resources: dict[str, float]) -> Needs:
    """What a machine has, by Ray's names."""
    cpus, gpus, memory = (int(resources.get(name, 0)) for name in ("CPU", "GPU", "memory"))
    return Needs(cpus, gpus, memory)


def _machines(ray: Any) -> list[Needs]:
    """What the machines have that are there now: a cluster grows and shrinks."""
    return [machine(node["Resources"]) for node in ray.nodes() if node["Alive"]]


def _together(ray: Any, asked: Needs) -> int:
    """Shards that have room at once."""
    return max(1, sum(asked.fits(one) for one in _machines(ray)))


def _by_tasks(ray: Any, asked: Needs, function: Callable[[T], R], shards: Sequence[T]) -> Iterator[R]:
    call = ray.remote(_call).options(max_retries=LOSSES, **_options(asked))
    held, waiting = ray.put(function), deque(shards)
    pending: list[Any] = []
    while waiting or pending:
        while waiting and len(pending) < AHEAD * _together(ray, asked):
            pending.append(call.remote(held, waiting.popleft()))
        (ready,), pending = ray.wait(pending)
        try:
            yield ray.get(ready)
        except ray.exceptions.RayTaskError as error:
            raise _cause(error) from None
        except ray.exceptions.RayError as error:
            raise _lost(error) from error


@dataclass
class _Actors(Generic[T, R]):
    """Processes that hold a model, one for each GPU that the cluster has.

    Attributes:
        ray: The module.
        asked: What each process asks for.
        function: What it does with a shard.
        working: What is waited for -> the process, and its shard; None as long as it starts.
        idle: Processes without a shard.
        lost: How often the worker of a shard was lost, by the shard's number.
    """

    ray: Any
    asked: Needs
    function: Callable[[T], R]
    working: dict[Any, tuple[Any, int | None]] = field(default_factory=dict)
    idle: list[Any] = field(default_factory=list)
    lost: dict[int, int] = field(default_factory=dict)

    def map(self, shards: Sequence[T], actors: int) -> Iterator[R]:
        """Yield results as they come; a process is given a shard when it is there, and the next when it is done."""
        self._kind = self.ray.remote(_Actor).options(**_options(self.asked))
        self._held = self.ray.put(self.function)
        todo, left = deque(range(len(shards))), len(shards)
        for _ in range(min(actors, left)):
            self._start()
        try:
            while left:
                (ready,), _ = self.ray.wait(list(self.working))
                actor, number = self.working.pop(ready)
                try:
                    result = self.ray.get(ready)
                    self.idle.append(actor)
                    if number is not None:
                        left -= 1
                        yield result
                except self.ray.exceptions.RayTaskError as error:
                    raise _cause(error) from None
                except self.ray.exceptions.RayActorError as error:
                    self._again(number, todo, error)
                while todo and self.idle:
                    number, actor = todo.popleft(), self.idle.pop()
                    self.working[actor.run.remote(shards[number])] = actor, number
        finally:
            for actor in (*self.idle, *(actor for actor, _ in self.working.values())):
                self.ray.kill(actor)

    def _start(self) -> None:
        actor = self._kind.remote(self._held)
        self.working[actor.there.remote()] = actor, None

    def _again(self, number: int | None, todo: deque[int], error: Exception) -> None:
        """Put the shard of a lost process back, and start another in its place."""
        place = -1 if number is None else number
        self.lost[place] = self.lost.get(place, 0) + 1
        if self.lost[place] > LOSSES:
            raise _lost(error) from error
        if number is not None:
            todo.appendleft(number)
        self._start()


class _Actor:
    """A process that stays: what the function loads once, it has for all its shards."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self._function = function

    def there(self) -> None:
        """Answered once the process has its place."""

    def run(self, shard: Any) -> Any:
        """The function's result."""
        return self._function(shard)


def _call(function: Callable[[T], R], shard: T) -> R:
    """A plain function, which is what Ray ships, around any callable."""
    return function(shard)


def _options(asked: Needs) -> dict[str, float]:
    found: dict[str, float] = {"num_cpus": asked.cpus, "num_gpus": asked.gpus}
    return found | {"memory": asked.memory} if asked.memory else found


def _ray() -> Any:
    try:
        import ray
    except ImportError as error:
        raise MissingPackage("the engine ray", "ray", 'pip install "twokeys[ray]"') from error
    return ray


def _cause(error: Any) -> Any:
    """A bad input as it was raised; anything else with the worker's traceback."""
    return error.cause if isinstance(error.cause, BadInput) else error


def _lost(error: Exception) -> BadInput:
    said = str(error).strip().splitlines() or [type(error).__name__]
    problem = f"the worker of one shard was lost {LOSSES + 1} times ({said[0]})"
    remedy = "see the cluster's logs; a worker that takes too much memory is killed: give it machines with more"
    return BadInput("--engine", None, problem, "", f"{remedy}. The same command then goes on")
