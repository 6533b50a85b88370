"""Tables in documents that a benchmark writes, of which a run of some recipes replaces the rows of these alone."""

from __future__ import annotations

from pathlib import Path

from twokeys.core.disk import write_text
from twokeys.data_cards.tables import markdown

Row = tuple[str, ...]


def earlier(document: Path) -> dict[str, list[Row]]:
    """Return the rows of the table in a document by their first cell, the recipe."""
    lines = [line for line in document.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    rows: dict[str, list[Row]] = {}
    for line in lines[2:]:
        cells = tuple(cell.strip() for cell in line.strip("| ").split(" | "))
        rows.setdefault(cells[0], []).append(cells)
    return rows


def replace(document: Path, head: str, columns: Row, recipe: str, rows: list[Row]) -> None:
    """Write a document anew: its head, and the table with other rows of one recipe, in the order of their names."""
    table = {**earlier(document), recipe: rows}
    write_text(document, head + markdown(columns, [row for name in sorted(table) for row in table[name]]) + "\n")
