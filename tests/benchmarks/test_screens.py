"""The terminal in the documents is what a build prints, in an image that fetches nothing."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from benchmarks.screens import LINES, WIDTH, terminal
from tests.data_cards.conftest import make
from twokeys.commands import show_builds


def test_the_terminal_shows_what_is_printed_and_fetches_no_font(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(show_builds.OUT, "width", WIDTH)
    (tmp_path / "easy-vqa").mkdir()
    (tmp_path / "easy-vqa/manifest.json").write_text(make().text(), encoding="utf-8")
    text = terminal(tmp_path / "easy-vqa")
    assert ET.fromstring(text).tag.endswith("svg")
    assert not re.search(r"@font-face|url\((?!#)|href=", text)
    said = " ".join(" ".join(ET.fromstring(text).itertext()).split())
    assert "$ twokeys build easy-vqa" in said
    assert "question ceiling" in said
    assert len(re.findall(r'<clipPath id="twokeys-line', text)) <= LINES
