"""Tables on terminals of any width: lines break between words; if words are wider than columns, a row is a block."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from twokeys.commands.verbosity import Verbosity, verbosity

_PIECE = re.compile(r"(?:^ +)?(?:\[[-\d., ]+\][:,;.)]*(?![^ ])|[\d.,]+ %[:,;.)]*(?![^ ])|[^ ]+) *|^ +")
"""An interval, a percentage or a word, with the spaces after it and at the beginning of the line."""
_BETWEEN = 3
"""Characters between two columns of a table; a further character precedes the first and follows the last."""


class Whole(str):
    """A cell that users copy, such as a path: it is never broken, not even at a space."""

    __slots__ = ()


def console(*, stderr: bool = False) -> Console:
    """Make a console that does not break long lines, and prints text as it is, without emoji.

    rich would break a line where its width ends, in the middle of a path, and takes 80 columns where no terminal is.

    Args:
        stderr: Whether it writes to standard error.

    Example:
        >>> console().soft_wrap
        True
    """
    return Console(stderr=stderr, soft_wrap=True, emoji=False)


def table(
    console: Console, title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, numbers: bool = False
) -> None:
    """Print a table, except with `--quiet`.

    What stands in brackets or between colons is text, neither markup nor an emoji.

    Args:
        console: Where to.
        title: Stands above it.
        columns: Headings.
        rows: Cells, as many as headings.
        numbers: Whether all columns but the first hold numbers, which stand right.
    """
    if verbosity() is Verbosity.QUIET:
        return
    cells = [[cell if isinstance(cell, str) else str(cell) for cell in row] for row in rows]
    room = console.width - _BETWEEN * (len(columns) - 1) - 2
    least = [max(map(longest, column)) for column in zip(columns, *cells, strict=True)]
    console.print(Text("\n".join(broken(title, console.width)), style="bold"))
    if sum(least) > room:
        _blocks(console, columns, cells)
    else:
        _grid(console, columns, cells, room, numbers=numbers)
    console.print()


def _grid(console: Console, columns: Sequence[str], rows: Sequence[Sequence[str]], room: int, *, numbers: bool) -> None:
    """Print columns; wider cells are broken into lines."""
    made = Table(box=box.HEAVY_HEAD, show_edge=False)
    wide = widths([columns, *rows], room)
    for number, (name, width) in enumerate(zip(columns, wide, strict=True)):
        made.add_column(
            Text("\n".join(broken(name, width))),
            style="bold" if number == 0 else None,
            justify="right" if numbers and number else "left",
            no_wrap=True,
            overflow="ignore",
            width=width,
        )
    for row in rows:
        made.add_row(*(Text("\n".join(broken(cell, width))) for cell, width in zip(row, wide, strict=True)))
    console.print(made, crop=False, soft_wrap=False)


def _blocks(console: Console, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a block for each row: the first cell, then a line for each other cell with its heading."""
    for place, row in enumerate(rows):
        if place:
            console.print()
        for number, (name, cell) in enumerate(zip(columns, row, strict=True)):
            label, indent = f"{name}: " if name else "", "  " * bool(number)
            lines = [label + cell] if isinstance(cell, Whole) else broken(label + cell, console.width - 4)
            console.print(Text(indent + f"\n{indent}  ".join(lines), style="" if number else "bold"))


def widths(rows: Sequence[Sequence[str]], room: int) -> list[int]:
    """Divide the width: each column gets its longest piece, then the column with most lines gets more.

    Args:
        rows: Headings and cells.
        room: Columns of characters; at least the longest pieces together.

    Example:
        >>> widths([["question.neighbours", "1"]], 40), widths([["the question", "48.3 % [44.5, 52.2]"]], 24)
        ([19, 1], [9, 15])
    """
    columns = list(zip(*rows, strict=True))
    full = [max(max(map(cell_len, text.split("\n"))) for text in column) or 1 for column in columns]
    given = [max(map(longest, column)) for column in columns]
    while sum(given) < room and (short := [at for at in range(len(full)) if given[at] < full[at]]):
        given[max(short, key=lambda at: full[at] / given[at])] += 1
    return given


def longest(text: str) -> int:
    """Width of the longest piece, at least 1.

    Example:
        >>> longest("48.3 % [44.5, 52.2]"), longest(Whole("my folder/card.md"))
        (12, 17)
    """
    return max((cell_len(piece.rstrip()) for piece in pieces(text)), default=0) or 1


def broken(text: str, width: int) -> list[str]:
    """Break a text into lines between pieces; a wider piece gets a line for itself.

    Example:
        >>> broken("48.3 % [44.5, 52.2]", 14), broken("see question.neighbours", 12)
        (['48.3 %', '[44.5, 52.2]'], ['see', 'question.neighbours'])
    """
    lines = []
    for part in [text] if isinstance(text, Whole) else text.split("\n"):
        line = ""
        for piece in pieces(part):
            if line.strip() and cell_len((line + piece).rstrip()) > width:
                lines.append(line.rstrip())
                line = ""
            line += piece
        lines.append(line.rstrip())
    return lines


def prose(console: Console, text: str) -> None:
    """Print an explanation of a table without paths, except with `--quiet`; lines break between words."""
    if verbosity() is Verbosity.QUIET:
        return
    console.print(Text("\n".join(broken(text, console.width))))


def print_sentence(console: Console, text: str, style: str = "") -> None:
    """Print a sentence; lines break between words, except if it names a path, which must stay whole to be copied."""
    lines = [text] if "/" in text else broken(text, console.width)
    console.print(Text("\n".join(lines)), style=style)


def pieces(text: str) -> list[str]:
    """The pieces of a text that are never broken, in order.

    Example:
        >>> pieces("split=val_tail, 52.0 % of 3"), pieces(Whole("a b"))
        (['split=val_tail, ', '52.0 % ', 'of ', '3'], ['a b'])
    """
    return [text] if isinstance(text, Whole) else [piece for line in text.split("\n") for piece in _PIECE.findall(line)]
