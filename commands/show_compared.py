"""Prints comparisons of evaluations."""

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
"""Largest number of printed rows of the table by category."""


def show_compared(compared: Compared, out: Path | None = None, hub: Path | None = None) -> None:
    """Print rates, paired differences, notable results, and where the files are."""
    tabled.table(OUT, compared.title, *words.rates(compared), numbers=True)
    tabled.prose(OUT, f"{words.legend(compared)}\n")
    tabled.table(OUT, "Paired differences", *words.differences(compared), numbers=True)
    tabled.prose(OUT, f"{words.METHOD}\n")
    if compared.categories:
        header, rows = words.categories(compared)
        most = len(rows) if verbosity() is Verbosity.VERBOSE else CATEGORIES
        tabled.table(OUT, "By category", header, rows[:most], numbers=True)
        more = f" And {len(rows) - most:,} more: --verbose prints them, --out writes them." if len(rows) > most else ""
        tabled.prose(OUT, f"{words.BY_CATEGORY}{more}\n")
    for sentence in [caution(compared.groups), *words.left_out(compared)]:
        if sentence:
            tabled.print_sentence(OUT, sentence, style="yellow")
    for sentence in words.sentences(compared):
        tabled.prose(OUT, sentence)
    if out is not None:
        OUT.print(f"Tables and figures: {out / MARKDOWN}")
    if hub is not None:
        OUT.print(f"Results for the Hub, a folder for each model: {hub}")
