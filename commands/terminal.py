"""What every verb says in the same way: progress, bad input, JSON."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

err = Console(stderr=True)


def print_json(value: Any) -> None:
    """Print what a program that called the command reads."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n")


@contextmanager
def bad_input() -> Iterator[None]:
    """Say what is wrong with the input in one message, and leave with status 2."""
    from builder.errors import BadInput

    try:
        yield
    except BadInput as error:
        err.print("bad input", style="bold red", end=" ")
        err.print(str(error), markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(2) from None


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """One bar per stage on the terminal; nothing on a pipe but a line per stage."""
    # Encoders come from packages or from a cache: libraries must not show bars of their own.
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    if not err.is_terminal:
        seen: set[str] = set()

        def line(stage: str, done: int, total: int) -> None:
            if stage not in seen:
                seen.add(stage)
                err.print(stage)

        yield line
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True) as bars:
        tasks: dict[str, Any] = {}

        def update(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                for task in bars.tasks:
                    if task.total is None:  # a stage of one step is over when the next begins
                        bars.update(task.id, total=1, completed=1)
                tasks[stage] = bars.add_task(stage, total=total or None)
            bars.update(tasks[stage], completed=done, total=total or None)

        yield update
