"""Output that is the same for all verbs: warnings, bad input, JSON."""

from __future__ import annotations

import ctypes
import json
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Any

import typer

from twokeys.commands.tabled import console

err = console(stderr=True)
HALTED = 3
"""Exit status if the user's budget ended the work."""
GOES_ON = "the same command goes on where it stopped"


def print_json(value: Any) -> None:
    """Print JSON for a program that called the command."""
    plain = (sys.stdout.encoding or "utf-8").lower().replace("-", "") != "utf8"
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=plain, default=str) + "\n")


@contextmanager
def _warnings() -> Iterator[None]:
    """Show each warning of twokeys once, as a sentence; Python would show the place in the code each time."""
    shown, before = warnings.showwarning, set[str]()

    def tell(message: Warning | str, category: type[Warning], filename: str, *more: Any, **named: Any) -> None:
        text = str(message)
        if "twokeys" not in filename or issubclass(category, DeprecationWarning):
            shown(message, category, filename, *more, **named)
        elif text not in before:
            before.add(text)
            err.print(f"warning: {text}", markup=False, highlight=False)

    warnings.showwarning = tell
    try:
        yield
    finally:
        warnings.showwarning = shown


@contextmanager
def _apart() -> Iterator[None]:
    """Redirect everything printed inside a block to standard error: by rules, plug-ins, libraries, or their processes.

    The standard output is for what the verb found, which is JSON for a program that called it.
    """
    if sys.stdout is None or sys.stderr is None:  # the caller closed it before the command began
        yield
        return
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        ctypes.CDLL(None).fflush(None)  # what C code has printed and not yet written
        os.dup2(kept, 1)
        os.close(kept)


@contextmanager
def plainly(again: str = "") -> Iterator[None]:
    """End a verb with a message: status 2 for bad input, 3 if the user's budget ended it, 130 if the user ended it.

    Args:
        again: What the same command does after it was stopped.
    """
    from twokeys.core.errors import BadInput, Halted

    try:
        with _warnings(), _apart():
            yield
    except KeyboardInterrupt:
        err.print(f"stopped{f': {again}' if again else ''}", markup=False, highlight=False)
        raise typer.Exit(130) from None
    except Halted as halted:
        err.print(f"stopped: {halted}", markup=False, highlight=False)
        raise typer.Exit(HALTED) from None
    except BadInput as error:
        err.print("bad input", style="bold red", end=" ")
        err.print(str(error), markup=False, highlight=False)
        raise typer.Exit(2) from None
