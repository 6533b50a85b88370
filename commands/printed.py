"""The one way to print lines: no line is broken, so that a path, an id or a command can be copied from it."""

from __future__ import annotations

from rich.console import Console


def console(*, stderr: bool = False) -> Console:
    """Make a console that leaves long lines to the terminal and writes text as it is, without emoji.

    rich would break a line where its width ends, in the middle of a path, and takes 80 columns where no terminal is.

    Args:
        stderr: Whether it writes to standard error.

    Example:
        >>> console().soft_wrap
        True
    """
    return Console(stderr=stderr, soft_wrap=True, emoji=False)
