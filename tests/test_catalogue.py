"""The catalogue in the documents is what the code says."""

from __future__ import annotations

import re
from importlib import metadata

import pytest
from typer.testing import CliRunner

from tests.pipeline.toy import ROOT
from twokeys import filters
from twokeys.audit.explainers.registry import explainers
from twokeys.builder.measure.baselines import families
from twokeys.builder.pair.generators.registry import generators
from twokeys.builder.read.corpora import readers
from twokeys.builder.recipe import shipped
from twokeys.commands.app import app
from twokeys.commands.catalogue import catalogue
from twokeys.exports.format import FORMATS


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever else is installed on this machine is no part of the document."""
    monkeypatch.setattr(metadata, "entry_points", lambda group: [])


def test_the_document_is_what_the_command_prints() -> None:
    done = CliRunner().invoke(app, ["catalogue"])
    assert done.exit_code == 0, done.exception
    written = (ROOT / "docs/catalogue.md").read_text(encoding="utf-8")
    assert done.stdout == written, "run: twokeys catalogue > docs/catalogue.md"


def test_every_table_is_whole() -> None:
    tables = re.findall(r"(?:^\|.*\n)+", catalogue(), re.MULTILINE)
    assert len(tables) == 7
    for table in tables:
        header, line, *rows = (re.split(r" (?<!\\)\| ", row.strip("| \n")) for row in table.splitlines())
        assert set(line) == {"---"}
        assert len(rows) >= 3
        for row in rows:
            assert len(row) == len(header), row
            assert row[1] not in ("", "-"), row


def test_all_that_is_known_is_in_it() -> None:
    text = catalogue()
    named = [family.name for family in families()]
    for names in (filters.rules(), explainers(), generators(), readers(), FORMATS.all(), named, shipped()):
        for name in names:
            assert f"\n| `{name}` | " in text
