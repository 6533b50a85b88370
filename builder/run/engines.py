"""Engines map a function over shards. The function does not know which one runs it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from twokeys.builder.run.needs import ONE_CORE, Needs
from twokeys.builder.run.processes import Process
from twokeys.builder.run.ray_cluster import Ray
from twokeys.builder.run.slurm import Slurm
from twokeys.core.errors import BadInput

T = TypeVar("T")
R = TypeVar("R")


class Engine(Protocol):
    """Runs a picklable function over shards; results come in any order, errors are raised as they are."""

    def map_shards(self, function: Callable[[T], R], shards: Sequence[T], needs: Needs = ...) -> Iterator[R]:
        """Yield the result of each shard once it is there; every shard gets what it needs."""
        ...


@dataclass(frozen=True)
class Serial:
    """One shard after the other, in this process, which has all of the machine."""

    def map_shards(self, function: Callable[[T], R], shards: Sequence[T], needs: Needs = ONE_CORE) -> Iterator[R]:
        """Yield results in shard order."""
        return map(function, shards)


ENGINES: dict[str, Callable[[Path], Engine]] = {
    "serial": lambda folder: Serial(),
    "process": lambda folder: Process(),
    "ray": lambda folder: Ray(),
    "slurm": Slurm,
}


def engine(name: str, folder: Path) -> Engine:
    """Make an engine by name.

    Args:
        name: Its name.
        folder: The run folder.

    Raises:
        BadInput: When there is none of that name, or this machine lacks the commands that it gives.
    """
    if name not in ENGINES:
        raise BadInput("--engine", None, f"there is no engine {name!r}", ", ".join(ENGINES), "name one of these")
    return ENGINES[name](folder)
