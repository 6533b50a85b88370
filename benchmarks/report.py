"""Measurements of benchmarks and their output: fresh processes, medians, and one Markdown section."""

from __future__ import annotations

import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

Facts = dict[str, Any]
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
"""With one thread and processor time, other work on the machine matters little, and ratios hold on any machine."""


def fresh(function: Callable[..., Facts], **arguments: Any) -> Facts:
    """Call a benchmark's function in a separate process, so that the peak memory is that of this call.

    Args:
        function: A function at the top of a module of this folder; returns JSON values.
        arguments: JSON values.

    Returns:
        The result of the function, and `peak` in MiB, including imports and input.
    """
    module = Path(sys.modules[function.__module__].__file__ or "").stem  # `__main__` goes by its file's name
    call = json.dumps({"module": f"benchmarks.{module}", "function": function.__name__, "arguments": arguments})
    command = [sys.executable, "-m", "benchmarks.report", call]
    done = subprocess.run(command, stdout=subprocess.PIPE, env=os.environ | ONE_THREAD, check=True)
    facts: Facts = json.loads(done.stdout.splitlines()[-1])
    say(f"{module}.{function.__name__} {arguments}: {facts}")
    return facts


def peak() -> float:
    """Largest resident memory of this process so far, in MiB."""
    if platform.system() == "Linux":
        # The mark of this process: getrusage includes the parent's memory before the child was started.
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024
    unit = 2**20 if platform.system() == "Darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def median(values: list[Facts], name: str) -> float:
    """Return the median of one fact over repetitions."""
    return statistics.median(float(value[name]) for value in values)


def timed(function: Callable[[], Any], repeat: int = 1) -> tuple[float, Any]:
    """Return the median processor seconds of a call, and its last result."""
    taken, result = [], None
    for _ in range(repeat):
        began = time.process_time()
        result = function()
        taken.append(time.process_time() - began)
    return statistics.median(taken), result


def say(text: str) -> None:
    """Report progress on the terminal; standard output is for the section."""
    print(text, file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Table:
    """A Markdown table.

    Attributes:
        header: Column names.
        rows: Cells; numbers are written with three significant digits.
    """

    header: tuple[str, ...]
    rows: Sequence[tuple[str | int | float, ...]]

    def __str__(self) -> str:
        lines = [self.header, tuple("---" for _ in self.header), *(tuple(map(_cell, row)) for row in self.rows)]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def section(title: str, *blocks: str | Table) -> str:
    """Return one section of RESULTS.md."""
    return "\n\n".join([f"## {title}", *map(str, blocks)]) + "\n"


def _cell(value: str | int | float) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:#.3g}".rstrip(".")


if __name__ == "__main__":
    wanted = json.loads(sys.argv[1])
    facts = getattr(import_module(wanted["module"]), wanted["function"])(**wanted["arguments"])
    print(json.dumps({**facts, "peak": peak()}))
