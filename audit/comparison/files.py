"""The files of a comparison: tables for people, programmes and papers, figures, and results for the Hub."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from twokeys.audit.comparison import words
from twokeys.audit.comparison.result import TABLES, Compared
from twokeys.core.disk import whole, write_text
from twokeys.core.errors import BadInput
from twokeys.core.intervals.means import caution
from twokeys.core.lock import alone_in
from twokeys.data_cards.tables import Cells, cell, markdown

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MARKDOWN, LATEX, JSON = "compare.md", "compare.tex", "compare.json"
HUB = "hub"
UNESCAPED = {"<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}"}
"""Marks that LaTeX's first font encoding prints as others, and that pandas leaves as they are."""


def write(compared: Compared, out: Path | None, repository: str | None = None, revision: str | None = None) -> None:
    """Write every file of a comparison.

    Args:
        compared: The comparison.
        out: The folder; files of the same names there are replaced.
        repository: `OWNER/NAME` of the benchmark on the Hub; no results for the Hub are written when None.
        revision: Commit or tag of it.

    Raises:
        BadInput: When the folder cannot be written to, another process writes there, or the results are none for the
            Hub.
    """
    if out is None:
        problem = "results for the Hub need a folder"
        raise BadInput("--hub", None, problem, "", "name the folder with --out")
    for place in (Path(run.place).resolve() for run in compared.runs):
        if out.resolve() == place:
            raise BadInput("--out", None, f"{out} is the folder of a run", "another folder", "name another folder")
    files = {MARKDOWN: page(compared), LATEX: latex(compared), JSON: _json(compared)}
    for table in TABLES:
        files[f"{table.replace(' ', '_')}.csv"] = compared.to_pandas(table).to_csv(index=False)
    if repository is not None:
        from twokeys.audit.comparison.hub import results

        files |= {f"{HUB}/{name}": text for name, text in results(compared, repository, revision).items()}
    with alone_in(out):
        for name, text in files.items():
            write_text(out / name, text)
        _draw(compared.figure(), out / "compare")
        if compared.categories:
            _draw(compared.figure("categories"), out / "categories")


def page(compared: Compared) -> str:
    """The comparison as a Markdown page."""
    sentences = [caution(compared.groups), *words.left_out(compared), *words.sentences(compared)]
    parts = [f"# {cell(compared.title)}", "\n".join(f"* {cell(sentence)}" for sentence in sentences if sentence)]
    for title, (header, rows) in words.blocks(compared):
        if rows:
            parts += [f"## {title}", markdown(tuple(map(cell, header)), rows)]
    parts += [words.legend(compared), words.METHOD, words.BY_CATEGORY]
    return "\n\n".join(part for part in parts if part) + "\n"


def latex(compared: Compared) -> str:
    """The tables for LaTeX; they need the package booktabs."""
    parts = ["% \\usepackage{booktabs}"]
    for title, (header, rows) in words.blocks(compared):
        if rows:
            parts.append(f"% {title}\n{_tabular(header, rows)}")
    return "\n".join(parts)


def _tabular(header: Cells, rows: list[Cells]) -> str:
    flat = [[" ".join(text.split()) for text in row] for row in rows]
    table = pd.DataFrame(flat, columns=list(header))
    made = str(table.to_latex(index=False, escape=True, column_format="l" + "r" * (len(header) - 1)))
    for mark, command in UNESCAPED.items():
        made = made.replace(mark, command)
    return made


def _json(compared: Compared) -> str:
    return json.dumps(compared.json(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _draw(figure: Figure, place: Path) -> None:
    """Write a figure as PNG and as SVG; the same comparison gives the same bytes."""
    from twokeys.audit.drawing import saved

    with whole(place.with_suffix(".png")) as temporary:
        figure.savefig(temporary, format="png", dpi=150, bbox_inches="tight", metadata={"Software": None})
    write_text(place.with_suffix(".svg"), '<?xml version="1.0" encoding="utf-8"?>\n' + saved(figure))
