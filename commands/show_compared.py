"""What a comparison of evaluations found, on the terminal."""

from __future__ import annotations

from pathlib import Path

from twokeys.audit.comparison import words
from twokeys.audit.comparison.files import MARKDOWN
from twokeys.audit.comparison.result import Compared
from twokeys.commands import tabled
from twokeys.commands.tabled import console
from twokeys.commands.verbosity import Verbosity, verbosity
from twokeys.core.intervals.means import caution

OUT = console()
CATEGORIES = 10
"""Rows that are printed of the table by category."""


def show_compared(found: Compared, out: Path | None = None, hub: Path | None = None) -> None:
    """Print rates, paired differences, and what stands out; where the files are."""
    tabled.table(OUT, found.title, *words.rates(found), numbers=True)
    tabled.prose(OUT, f"{words.legend(found)}\n")
    tabled.table(OUT, "Paired differences", *words.differences(found), numbers=True)
    tabled.prose(OUT, f"{words.METHOD}\n")
    if found.categories:
        header, rows = words.categories(found)
        most = len(rows) if verbosity() is Verbosity.VERBOSE else CATEGORIES
        tabled.table(OUT, "By category", header, rows[:most], numbers=True)
        more = f" And {len(rows) - most:,} more: --verbose prints them, --out writes them." if len(rows) > most else ""
        tabled.prose(OUT, f"{words.BY_CATEGORY}{more}\n")
    for sentence in [caution(found.groups), *words.left_out(found)]:
        if sentence:
            tabled.said(OUT, sentence, style="yellow")
    for sentence in words.sentences(found):
        tabled.prose(OUT, sentence)
    if out is not None:
        OUT.print(f"Tables and figures: {out / MARKDOWN}")
    if hub is not None:
        OUT.print(f"Results for the Hub, a folder for each model: {hub}")
