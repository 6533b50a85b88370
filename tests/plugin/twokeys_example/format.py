"""An export format: one file of questions, a line each."""

from __future__ import annotations

from pathlib import Path

from twokeys.exports.format import Format
from twokeys.exports.source import Source


def _write(source: Source, folder: Path) -> None:
    lines = source.published.table["question"].map(lambda question: f"{question}\n")
    (folder / "questions.txt").write_text("".join(lines), encoding="utf-8")


def _use(source: Source) -> str:
    return f"Read the {len(source.published.table)} questions in `questions.txt`, one a line."


FORMAT = Format("example-lines", "Questions: one text file", _write, _use)
