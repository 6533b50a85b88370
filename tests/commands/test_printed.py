"""Nothing prints past the one console that breaks no line."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from twokeys.commands.tabled import console

ROOT = Path(__file__).parents[2]
PACKAGES = ("audit", "builder", "commands", "data_cards", "exports", "filters")
MAKERS = {"commands/tabled.py", "commands/progress.py"}
"""Files that make a console of rich: the one, and the bars, which are drawn over and name no path."""


def test_no_other_file_makes_a_console_or_a_table_of_rich() -> None:
    files = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    made = {str(path.relative_to(ROOT)) for path in files if re.search(r"\bConsole\(", path.read_text("utf-8"))}
    tables = {str(path.relative_to(ROOT)) for path in files if "rich.table" in path.read_text("utf-8")}
    assert made == MAKERS
    assert tables == {"commands/tabled.py"}


@pytest.mark.parametrize("width", [1, 20, 80])
def test_a_line_stands_as_it_is(width: int) -> None:
    out = console()
    out.width, out.file = width, io.StringIO()
    line = f"a :smile: of /{'folder with spaces/' * 20}end"
    out.print(line, markup=False)
    assert out.file.getvalue() == f"{line}\n"
