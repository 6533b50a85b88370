"""Run a user's code in a separate process, and end that process with everything that it started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def ending(
    module: str,
    words: Sequence[str],
    seconds: float,
    given: IO[bytes] | int = subprocess.DEVNULL,
    kept: Sequence[int] = (),
) -> str:
    """Run a module in a process, kill whatever it leaves, and tell in words how it ended; empty for status 0.

    What it prints to the standard output goes to the standard error: it is no part of what this process prints.

    Args:
        module: Dotted name of the module.
        words: Its arguments.
        seconds: How long it may take.
        given: Its standard input.
        kept: Numbers of open files that it gets besides.
    """
    path = os.pathsep.join(each for each in sys.path if each)
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", module, *words], env=os.environ | {"PYTHONPATH": path}, stdin=given,
        stdout=2 if sys.__stderr__ else subprocess.DEVNULL, stderr=None if sys.__stderr__ else subprocess.DEVNULL,
        pass_fds=kept, start_new_session=True,
    )  # fmt: skip
    late = False
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        late = True
    finally:
        _kill(child)
    if late:
        return f"it did not end within {seconds:g} seconds"
    return _told(child.returncode) if child.returncode else ""


def _told(status: int) -> str:
    how = f"by signal {-status}" if status < 0 else f"with status {status}"
    return f"it ended the whole process {how}"


ENDED = _told(0)
"""What to say of a process that ends with status 0 before it has done what it was started for."""


def _kill(child: subprocess.Popen[bytes]) -> None:
    """End a process and whatever it started and left."""
    with suppress(ProcessLookupError):  # nothing of it is left
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
