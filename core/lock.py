"""One process at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from twokeys.core.disk import writing
from twokeys.core.errors import BadInput


def lock_of(place: Path) -> Path:
    """The file beside a folder that keeps other processes from writing the folder; it is there as long as one does."""
    return place.with_name(f".{place.name}.twokeys-lock")


@contextmanager
def alone_in(place: Path | None, told: BadInput | None = None) -> Iterator[None]:
    """Keep other processes from writing a folder, file by file.

    Args:
        place: The folder; None if nothing is written.
        told: Raised when another process writes there; None says what verbs with `--out` say.

    Raises:
        BadInput: When another process writes there.
    """
    if place is None:
        yield
        return
    place = place.resolve()
    with writing(place):
        place.parent.mkdir(parents=True, exist_ok=True)
    lock = lock_of(place)
    with alone(lock, told or busy(place)):
        try:
            yield
        finally:
            if not lock.stat().st_size:  # else it lists what a killed build left
                lock.unlink()  # while it is held: a process that waits for it makes another one


def busy(place: Path) -> BadInput:
    """What to say of a folder that another process is writing."""
    problem = f"another process is writing {place}"
    return BadInput("--out", None, problem, "one at a time", "wait for it, or name another folder with --out")


@contextmanager
def alone(path: Path, busy: BadInput) -> Iterator[None]:
    """Keep other processes out of a block; a process that is killed lets go of it.

    Args:
        path: The file that stands for the block.
        busy: Raised if another process is in the block.
    """
    lock = FileLock(path, timeout=0)
    try:
        with writing(path):
            lock.acquire()
    except Timeout:
        raise busy from None
    try:
        yield
    finally:
        lock.release()
