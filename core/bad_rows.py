"""Group bad rows by kind: one line for each kind, with a count and a few examples in order."""

from __future__ import annotations

import re
from collections.abc import Sequence

from twokeys.core.errors import BadInput

EXAMPLES = 3
"""Rows of a kind that are named."""
_PARTICULARS = re.compile(r"""\s*\(.*\)|'[^']*'|"[^"]*"|(?<![\w-])\d[\d,]*""")
"""Parts of a message in which rows of one kind differ: text in brackets or quotes, and numbers."""


def general(problem: str) -> str:
    """Remove from a problem what is particular to one row.

    Example:
        >>> general("the id 'a7' comes twice")
        'the id ... comes twice'
    """
    return _PARTICULARS.sub("...", problem)


def by_kind(problems: Sequence[BadInput]) -> list[str]:
    r"""Describe each kind of bad rows in a sentence or two, the most frequent kind first.

    Example:
        >>> empty = [BadInput("a.csv", row, "the answer is empty", "", "fill it in") for row in (10, 9, 2, 33)]
        >>> print(*by_kind([*empty, BadInput("a.csv", 4, "the id '7' comes twice", "", "change it")]), sep="\n")
        4 rows: the answer is empty. Fill it in. Such as a.csv, row 2; a.csv, row 9; a.csv, row 10.
        1 row: a.csv, row 4: the id '7' comes twice. Change it.
    """
    kinds: dict[tuple[str, str], list[BadInput]] = {}
    for problem in sorted(problems, key=_place):
        kinds.setdefault((general(problem.problem), general(problem.remedy)), []).append(problem)
    return [_described(rows) for _, rows in sorted(kinds.items(), key=lambda kind: (-len(kind[1]), kind[0]))]


def _described(rows: list[BadInput]) -> str:
    if len(rows) == 1:
        return f"1 row: {rows[0]}"
    messages = [str(row).removeprefix(f"{row.where}: ") for row in rows]
    message = messages[0] if len(set(messages)) == 1 else general(messages[0])
    return f"{len(rows):,} rows: {message} Such as {'; '.join(row.where for row in rows[:EXAMPLES])}."


def _place(problem: BadInput) -> tuple[str, list[tuple[int, str]]]:
    """Sort key of a bad row: its file and row, with numbers compared by size."""
    parts = re.split(r"(\d+)", str(problem.row))
    return problem.file, [(int(part), "") if part.isdigit() else (-1, part) for part in parts]
