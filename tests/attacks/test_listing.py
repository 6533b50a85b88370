"""docs/attacks.md lists every attack, in the words of its file."""

from __future__ import annotations

from pathlib import Path

from tests.attacks.listing import listing


def test_the_page_lists_every_attack() -> None:
    page = Path(__file__).parents[2] / "docs" / "attacks.md"
    assert page.read_text(encoding="utf-8") == listing(), "write it again: see the end of its introduction"
