"""What a reader can copy from a terminal: the words of every table, and whether each stands there whole."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from rich.console import Console

from twokeys.commands import tabled

RULES = "│┃━╇┡┩─┼└┘┏┓┳"
"""What tables are drawn of."""


def words(text: str) -> list[str]:
    """What stands between spaces and lines of a table, in order."""
    return re.sub(f"[{RULES}]", " ", text).split()


@dataclass
class Tables:
    """Every table that was printed: its title, its words, and the text that came out."""

    printed: list[tuple[str, set[str], str]] = field(default_factory=list)

    @classmethod
    def recorded(cls, monkeypatch: pytest.MonkeyPatch) -> Tables:
        """Listen to the one function that prints tables."""
        found, print_table = cls(), tabled.table

        def listening(
            console: Console, title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], **settings: Any
        ) -> None:
            cells = [[cell if isinstance(cell, str) else str(cell) for cell in row] for row in rows]
            heard = Console(file=io.StringIO(), width=console.width, soft_wrap=console.soft_wrap, emoji=False)
            print_table(heard, title, columns, cells, **settings)
            assert isinstance(heard.file, io.StringIO)
            held = {word for line in [[title], columns, *cells] for cell in line for word in words(cell)}
            found.printed.append((title, held, heard.file.getvalue()))
            print_table(console, title, columns, cells, **settings)

        monkeypatch.setattr(tabled, "table", listening)
        return found

    @property
    def titles(self) -> list[str]:
        """Titles in order."""
        return [title for title, _, _ in self.printed]

    def broken(self) -> dict[str, set[str]]:
        """Title -> words that stand nowhere in the printed table as one piece."""
        found = {
            title: held - {one.rstrip(":") for one in words(text)} - set(words(text))
            for title, held, text in self.printed
        }
        return {title: lost for title, lost in found.items() if lost}
