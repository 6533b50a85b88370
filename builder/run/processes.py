"""The engine of one machine: a pool of processes, each with its share of the cores, and with a GPU if it needs one."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread, current_thread, main_thread
from typing import TypeVar

from filelock import FileLock, Timeout
from loky.backend import get_context
from loky.process_executor import ProcessPoolExecutor

from twokeys.builder.run.needs import ONE_CORE, Needs
from twokeys.builder.run.room import VISIBLE, gpus_here, memory_here

T = TypeVar("T")
R = TypeVar("R")
IDLE = 10
"""Seconds after which a worker process without work ends."""


@dataclass(frozen=True)
class _Pool:
    """Worker processes.

    Attributes:
        count: How many they are.
        devices: Their GPUs.
        workers: The processes.
        places: The folder of the locks by which each takes its GPU.
    """

    count: int
    devices: tuple[str, ...]
    workers: ProcessPoolExecutor
    places: tempfile.TemporaryDirectory[str]


@dataclass
class Process:
    """A pool of processes on this machine. Each uses its share of the cores for threads.

    The processes stay for the next stage, since starting them takes longer than most stages of a small corpus; after
    `IDLE` seconds without work they end.
    """

    workers: int = os.cpu_count() or 1
    _pool: _Pool | None = field(default=None, init=False, compare=False, repr=False)

    def map_shards(self, function: Callable[[T], R], shards: Sequence[T], needs: Needs = ONE_CORE) -> Iterator[R]:
        """Yield results as they come; if one process has room, that is this one, with all cores and its GPU."""
        devices = _devices(needs)
        workers = min(self._room(needs), len(devices) if devices else self.workers, len(shards))
        if workers <= 1:
            yield from map(function, shards)
            return
        pool = self._workers(workers, devices)
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
                self._pool = None
                pool.shutdown(wait=True, kill_workers=True)

    def _workers(self, count: int, devices: tuple[str, ...]) -> ProcessPoolExecutor:
        """The pool of a number of workers; another pool ends, so that no more run than there are cores and GPUs."""
        if self._pool is not None and (self._pool.count, self._pool.devices) != (count, devices):
            self._pool.workers.shutdown(wait=True)
            self._pool = None
        if self._pool is None:
            # Fresh processes, not forked ones: a forked child inherits locks of torch's and OpenMP's threads and can
            # hang on them. loky does not run the user's main module in them, so a script needs no main guard.
            places = tempfile.TemporaryDirectory(prefix="twokeys-gpus-", ignore_cleanup_errors=True)
            threads = max(1, (os.cpu_count() or 1) // count)
            pool = ProcessPoolExecutor(
                count,
                context=get_context("loky"),
                timeout=IDLE,
                initializer=_start_worker,
                initargs=(threads, os.getpid(), Path(places.name), devices),
            )
            self._pool = _Pool(count, devices, pool, places)
        return self._pool.workers

    def _room(self, needs: Needs) -> int:
        """Processes that cores and memory have room for."""
        room = self.workers // needs.cpus
        return min(room, memory_here() // needs.memory) if needs.memory else room


def _devices(needs: Needs) -> tuple[str, ...]:
    """The GPUs of each worker, as CUDA_VISIBLE_DEVICES names them; empty if none is needed or there."""
    if not needs.gpus:
        return ()
    every = gpus_here()
    each = min(needs.gpus, len(every)) or 1
    return tuple(",".join(every[start : start + each]) for start in range(0, len(every) - each + 1, each))


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


def _start_worker(threads: int, parent: int, places: Path, devices: Sequence[str]) -> None:
    """Keep a worker's libraries to its share of the cores and to its GPU, and end it when its parent is killed.

    It runs before the worker imports anything that a stage needs: torch has not looked for GPUs yet.
    """
    Thread(target=_end_with_parent, args=(parent,), daemon=True).start()
    for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[variable] = str(threads)
    if devices:
        os.environ[VISIBLE] = _own_device(places, devices)


_HELD: list[FileLock] = []
"""The lock on this worker's GPU: given back when the process ends, so that the one in its place takes it."""


def _own_device(places: Path, devices: Sequence[str]) -> str:
    """GPUs that no other worker of the pool has; there are as many places as workers."""
    while True:
        for number, device in enumerate(devices):
            lock = FileLock(places / str(number), timeout=0)
            try:
                lock.acquire()
            except Timeout:
                continue
            _HELD.append(lock)
            return device
        time.sleep(0.05)
