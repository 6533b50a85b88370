"""RESULTS.md names what measured each section; sections of long benchmarks stay as they are unless asked for."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from benchmarks import __main__ as run

from .markdown import headings


def test_the_file_names_the_benchmarks_of_its_sections() -> None:
    found = run.known(run.RESULTS.read_text(encoding="utf-8"))
    assert set(found) <= {*run.NAMES, *run.LONG}
    assert set(run.LONG) <= set(found)
    assert all(headings(text) for text in found.values())
    assert [title.partition(":")[0] for title in headings(found["faithfulness"])] == ["Faithfulness"] * 3


def test_the_head_is_that_of_the_program_and_each_section_says_what_it_was_measured_on() -> None:
    text = run.RESULTS.read_text(encoding="utf-8")
    (minutes,) = re.findall(r"\((\d+) minutes of one processor\)", text)
    assert text.partition("<!--")[0] == f"{run.head(float(minutes))}\n\n"
    for name, part in run.known(text).items():
        said = part.removeprefix(f"<!-- {name} -->\n\n").partition("\n\n")[0]
        assert re.fullmatch(r"Measured on \d{4}-\d\d-\d\d: \d+ cores, .+; Python [\d.]+, numpy .+\.", said), name


def test_facts_are_what_sections_begin_with() -> None:
    assert re.fullmatch(r"Measured on \d{4}-\d\d-\d\d: \d+ cores, .+; Python [\d.]+, numpy .+\.", run.facts())


@pytest.mark.parametrize("long", [False, True])
def test_what_is_long_is_measured_when_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, long: bool) -> None:
    path, asked = tmp_path / "RESULTS.md", []

    def said(command: list[str], **_: Any) -> Any:
        asked.append(command[-1].removeprefix("benchmarks."))
        return subprocess.CompletedProcess(command, 0, stdout=f"## {asked[-1]}\n\nnew\n")

    long_ones = "<!-- faithfulness -->\n\n## one\n\n## two\n\n<!-- simulated -->\n\n## three\n"
    path.write_text(f"# Head\n\n<!-- balance -->\n\n## balance\n\nold\n\n{long_ones}")
    monkeypatch.setattr(run, "RESULTS", path)
    monkeypatch.setattr(run.subprocess, "run", said)
    monkeypatch.setattr(run, "facts", lambda: "Measured now.")
    run.main([], long)
    assert asked == [*run.NAMES, *(run.LONG if long else ())]
    found = run.known(path.read_text(encoding="utf-8"))
    assert list(found) == [*run.NAMES, *run.LONG]
    assert found["balance"] == "<!-- balance -->\n\nMeasured now.\n\n## balance\n\nnew"
    kept = "Measured now.\n\n## faithfulness\n\nnew" if long else "## one\n\n## two"
    assert found["faithfulness"] == f"<!-- faithfulness -->\n\n{kept}"


def test_one_alone_is_printed_and_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "RESULTS.md"
    path.write_text("# Head\n")
    monkeypatch.setattr(run, "RESULTS", path)
    monkeypatch.setattr(run.subprocess, "run", lambda c, **_: subprocess.CompletedProcess(c, 0, stdout="## values\n"))
    run.main(["values"])
    assert "## values" in capsys.readouterr().out
    assert path.read_text() == "# Head\n"
