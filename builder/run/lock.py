"""One process at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from twokeys.core.disk import writing
from twokeys.core.errors import BadInput


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
