"""Engines map a function over shards. The function does not know which one runs it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread, current_thread, main_thread
from typing import Any, Protocol, TypeVar

from loky.backend import get_context
from loky.process_executor import ProcessPoolExecutor

from twokeys.core.errors import BadInput, MissingPackage

T = TypeVar("T")
R = TypeVar("R")
IDLE = 10
"""Seconds after which a worker process without work ends."""


class Engine(Protocol):
    """Runs a picklable function over shards; results come in any order, errors are raised as they are."""

    def map_shards(self, function: Callable[[T], R], shards: Sequence[T]) -> Iterator[R]:
        """Yield the result of each shard once it is there."""
        ...


@dataclass(frozen=True)
class Serial:
    """One shard after the other, in this process."""

    def map_shards(self, function: Callable[[T], R], shards: Sequence[T]) -> Iterator[R]:
        """Yield results in shard order."""
        return map(function, shards)


@dataclass
class Process:
    """A pool of processes on this machine. Each uses its share of the cores for threads.

    The processes stay for the next stage, since starting them takes longer than most stages of a small corpus; after
    `IDLE` seconds without work they end.
    """

    workers: int = os.cpu_count() or 1
    _pools: dict[int, ProcessPoolExecutor] = field(default_factory=dict, compare=False, repr=False)

    def map_shards(self, function: Callable[[T], R], shards: Sequence[T]) -> Iterator[R]:
        """Yield results as they come; a single shard runs in this process, where it has all cores."""
        if len(shards) <= 1 or self.workers == 1:
            yield from map(function, shards)
            return
        pool = self._pool(min(self.workers, len(shards)))
        ended = False
        try:
            with _uninterrupted():
                futures = [pool.submit(function, shard) for shard in shards]
            for future in as_completed(futures):
                yield future.result()
            ended = True
        finally:
            # A worker's shard is done again after a stop: whoever stops a build does not wait for it.
            if not ended:
                self._pools.clear()
                pool.shutdown(wait=True, kill_workers=True)

    def _pool(self, workers: int) -> ProcessPoolExecutor:
        """The pool of a number of workers; a pool of another number ends, and no more run than there are cores."""
        for other in [number for number in self._pools if number != workers]:
            self._pools.pop(other).shutdown(wait=True)
        if workers not in self._pools:
            # Fresh processes, not forked ones: a forked child inherits locks of torch's and OpenMP's threads and can
            # hang on them. loky does not run the user's main module in them, so a script needs no main guard.
            threads = max(1, (os.cpu_count() or 1) // workers)
            self._pools[workers] = ProcessPoolExecutor(
                workers,
                context=get_context("loky"),
                timeout=IDLE,
                initializer=_start_worker,
                initargs=(threads, os.getpid()),
            )
        return self._pools[workers]


@dataclass(frozen=True)
class Ray:
    """A Ray cluster: the one that RAY_ADDRESS names, or a local one."""

    def map_shards(self, function: Callable[[T], R], shards: Sequence[T]) -> Iterator[R]:
        """Yield results as they come."""
        try:
            import ray
        except ImportError as error:
            raise MissingPackage("the engine ray", "ray", 'pip install "twokeys[ray]"') from error
        if not ray.is_initialized():
            ray.init(include_dashboard=False, log_to_driver=False, configure_logging=False)
        call: Any = ray.remote(_call)
        pending = [call.remote(function, shard) for shard in shards]
        while pending:
            (ready,), pending = ray.wait(pending)
            try:
                yield ray.get(ready)
            except ray.exceptions.RayTaskError as error:
                raise error.cause if isinstance(error.cause, BadInput) else error from None


ENGINES: dict[str, Callable[[], Engine]] = {"serial": Serial, "process": Process, "ray": Ray}


def engine(name: str) -> Engine:
    """Make an engine by name.

    Raises:
        BadInput: When there is none of that name.
    """
    if name not in ENGINES:
        raise BadInput("--engine", None, f"there is no engine {name!r}", ", ".join(ENGINES), "name one of these")
    return ENGINES[name]()


def _call(function: Callable[[T], R], shard: T) -> R:
    """A plain function, which is what Ray ships, around any callable."""
    return function(shard)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Start processes that Ctrl-C does not reach, which a terminal sends to all: this process hears it and ends them.

    A mask of blocked signals passes to every process that is started, also before it runs a line of Python. Here any
    thread may take the signal, and starting must not be broken off halfway: it is raised when all are started.
    """
    heard: list[int] = []
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    main = current_thread() is main_thread()  # Python runs handlers in no other
    handler = signal.signal(signal.SIGINT, lambda number, _: heard.append(number)) if main else None
    try:
        yield
    finally:
        if main:
            signal.signal(signal.SIGINT, handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        if heard:
            signal.raise_signal(signal.SIGINT)


def _end_with_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.2)
    os._exit(1)


def _start_worker(threads: int, parent: int) -> None:
    """Keep a worker's numerical libraries to its share of the cores, and end it when its parent is killed."""
    Thread(target=_end_with_parent, args=(parent,), daemon=True).start()
    for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[variable] = str(threads)
