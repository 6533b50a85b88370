"""Tables on a terminal of any width: while there is room, names are broken at separators and numbers not at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

_WHOLE = re.compile(r"^ +|\[[-\d., ]+\] *|[\d.,]+ %[:,;]? *|\S+ *")
"""Spaces in front; an interval, a percentage, or a word, with the spaces after it."""
_BREAK = re.compile(r"(?<=[^\W\d_][._/:=-])(?=[^\W\d_])")
"""Within a name: after a separator that stands between letters."""
_AROUND = 3
"""Columns of characters that every column takes beside its text; the table takes one more."""


def table(
    console: Console, title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, numbers: bool = False
) -> None:
    """Print one table; what stands in brackets or between colons is text, neither markup nor an emoji.

    Args:
        console: Where to.
        title: Stands above it.
        columns: Headings.
        rows: Cells, as many as headings.
        numbers: Whether all columns but the first hold numbers, which stand right.
    """
    cells = [[str(cell) for cell in row] for row in rows]
    made = Table(title=escape(title), title_justify="left", title_style="bold")
    wide = widths([columns, *cells], console.width - 1 - _AROUND * len(columns))
    for number, (name, width) in enumerate(zip(columns, wide, strict=True)):
        made.add_column(
            Text("\n".join(broken(name, width))),
            style="bold" if number == 0 else None,
            justify="right" if numbers and number else "left",
            no_wrap=True,
            overflow="crop",
            width=width,
        )
    for row in cells:
        made.add_row(*(Text("\n".join(broken(cell, width))) for cell, width in zip(row, wide, strict=True)))
    console.print(made, crop=False)


def widths(rows: Sequence[Sequence[str]], room: int) -> list[int]:
    """Share the room: every column its longest unbroken piece, then more to who would be broken into most lines.

    Example:
        >>> widths([["question.neighbours", "1"]], 40), widths([["question.neighbours", "1"]], 12)
        ([19, 1], [11, 1])
        >>> widths([["a" * 30, "b" * 10]], 20)
        [10, 10]
    """
    columns = list(zip(*rows, strict=True))
    full = [max(max(map(cell_len, text.split("\n"))) for text in column) or 1 for column in columns]
    given = [
        max((cell_len(piece.rstrip()) for text in column for piece in pieces(text)), default=1) or 1
        for column in columns
    ]
    while sum(given) > max(room, len(given)):
        given[given.index(max(given))] -= 1
    while sum(given) < room and (short := [at for at in range(len(full)) if given[at] < full[at]]):
        given[max(short, key=lambda at: full[at] / given[at])] += 1
    return given


def broken(text: str, width: int) -> list[str]:
    """Break a text into lines.

    Example:
        >>> broken("question.neighbours", 12), broken("48.3 % [44.5, 52.2]", 14), broken("abcdef", 4)
        (['question.', 'neighbours'], ['48.3 %', '[44.5, 52.2]'], ['abcd', 'ef'])
    """
    lines = []
    for part in text.split("\n"):
        line = ""
        for piece in pieces(part, width):
            if line.strip() and cell_len((line + piece).rstrip()) > width:
                lines.append(line.rstrip())
                line = ""
            line += piece
            while cell_len(line.rstrip()) > width:
                # A letter of two columns is printed even where there is but one.
                head = set_cell_size(line, width).rstrip() or line[0]
                lines.append(head)
                line = line[len(head) :]
        lines.append(line.rstrip())
    return lines


def pieces(text: str, width: int = 0) -> list[str]:
    """What is not broken while there is room, in order; names that are no wider than `width` are whole.

    Example:
        >>> pieces("split=val_tail, 52.0 % of 3"), pieces("a question.prior", 14)
        (['split=', 'val_', 'tail, ', '52.0 % ', 'of ', '3'], ['a ', 'question.prior'])
    """
    return [piece for found in _WHOLE.findall(text) for piece in _split(found, width)]


def _split(found: str, width: int) -> list[str]:
    whole = found.startswith("[") or cell_len(found.rstrip()) <= width
    return [found] if whole else _BREAK.split(found)
