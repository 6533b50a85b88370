"""Sections and tables of a Markdown page, read back."""

from __future__ import annotations

Rows = list[list[str]]


def headings(text: str) -> list[str]:
    """Titles, without their marks."""
    return [line.lstrip("# ") for line in text.splitlines() if line.startswith("#")]


def tables(text: str) -> list[Rows]:
    """Each table's rows, its header first; every row must have as many cells as the header."""
    found: list[Rows] = []
    before = ""
    for line in text.splitlines():
        if line.startswith("|"):
            if not before.startswith("|"):
                found.append([])
            found[-1].append([cell.strip() for cell in line.strip("|").split("|")])
        before = line
    for rows in found:
        assert {len(row) for row in rows} == {len(rows[0])}
        assert set(rows.pop(1)) == {"---"}
    return found
