"""How the command ends, whatever happens: 0 is the status of a verb that finished, and of nothing else."""

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
"""Status of an error that is none of the user's, of Ctrl-C, and of a reader of the output that has gone."""


class Verbs(TyperGroup):
    """All verbs: an error that none of them expects ends the command in a short text."""

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
    """Say what happened, what to report, and where the whole traceback is."""
    said = textwrap.shorten(" ".join(str(error).split()), 300, placeholder=" ...")
    err.print("unexpected error", style="bold red", end=" ")
    err.print(f"{type(error).__name__}{f': {said}' if said else ''}", markup=False, highlight=False)
    told = (
        f"{' '.join(['twokeys', *sys.argv[1:]])}\n"
        f"twokeys {version('twokeys')}, Python {platform.python_version()}, {platform.platform()}\n\n"
        f"{''.join(traceback.format_exception(error))}"
    )
    kept = ""
    with suppress(OSError):
        number, kept = tempfile.mkstemp(prefix="twokeys-", suffix=".txt")
        with os.fdopen(number, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(told)
    err.print(
        "This is a fault of twokeys, or of a rule or plug-in that it ran, and not of your input. Please report it with "
        f"{f'this file, which holds the command and the whole traceback: {kept}' if kept else 'what follows.'}",
        markup=False,
        highlight=False,
    )
    if not kept:
        err.print(told, markup=False, highlight=False)
