"""How the command ends: its exit status is 0 only if the verb finished."""

from __future__ import annotations

import io
import os
import platform
import sys
import tempfile
import textwrap
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from typing import Any

import typer
from typer.core import TyperGroup

from twokeys.commands.terminal import err

UNEXPECTED, STOPPED, UNREAD = 70, 130, 141
"""Exit status of an internal error, of Ctrl-C, and of an output whose reader was closed."""


class Verbs(TyperGroup):
    """The group of all verbs: an unexpected error ends the command with a short message."""

    def invoke(self, context: Any) -> Any:
        """Run a verb."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):  # what a terminal's encoding lacks is written as its number
                stream.reconfigure(errors="backslashreplace")
        with _ended():
            return super().invoke(context)


@contextmanager
def _ended() -> Iterator[None]:
    from twokeys.core.disk import CLOSED, FULL, unwritable

    try:
        yield
    except KeyboardInterrupt:
        raise typer.Exit(STOPPED) from None
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nothing more is said when Python ends
        raise typer.Exit(UNREAD) from None
    except (Exception, SystemExit) as error:
        if type(error).__module__.partition(".")[0] in ("typer", "click"):
            raise  # how a verb ends, and wrong words of the command
        if isinstance(error, OSError) and error.errno in FULL | CLOSED:
            place = error.filename or "a temporary file"
            err.print(f"bad input {unwritable(place, error)}", markup=False, highlight=False)
            raise typer.Exit(2) from None
        _tell(error)
        raise typer.Exit(UNEXPECTED) from None


def _tell(error: BaseException) -> None:
    """Print the error, what to report, and where the whole traceback is."""
    summary = textwrap.shorten(" ".join(str(error).split()), 300, placeholder=" ...")
    err.print("unexpected error", style="bold red", end=" ")
    err.print(f"{type(error).__name__}{f': {summary}' if summary else ''}", markup=False, highlight=False)
    message = (
        f"{' '.join(['twokeys', *sys.argv[1:]])}\n"
        f"twokeys {version('twokeys')}, Python {platform.python_version()}, {platform.platform()}\n\n"
        f"{''.join(traceback.format_exception(error))}"
    )
    kept = ""
    with suppress(OSError):
        number, kept = tempfile.mkstemp(prefix="twokeys-", suffix=".txt")
        with os.fdopen(number, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(message)
    err.print(
        "This is a fault of twokeys, or of a rule or plug-in that it ran, and not of your input. Please report it with "
        f"{f'this file, which holds the command and the whole traceback: {kept}' if kept else 'what follows.'}",
        markup=False,
        highlight=False,
    )
    if not kept:
        err.print(message, markup=False, highlight=False)
