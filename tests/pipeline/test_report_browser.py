"""`report.html` in a real browser: phone and desk, light and dark, by keyboard, and no finding of axe-core.

Needs Chromium (`chromium` on the PATH) and `pip install axe-core-python`; TWOKEYS_AXE may name a newer `axe.min.js`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser import ask, needs_browser, nothing_is_wrong
from twokeys.builder.build import Built

pytestmark = needs_browser


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (700, False), (360, False), (1280, True), (360, True)])
def test_a_browser_finds_nothing_wrong(built: Built, tmp_path: Path, width: int, dark: bool):
    nothing_is_wrong(built.folder / "report.html", tmp_path / "browser", width, dark=dark)


def test_the_check_can_fail(built: Built, tmp_path: Path):
    page = tmp_path / "bad.html"
    text = (built.folder / "report.html").read_text(encoding="utf-8")
    wide = '<div style="width: 900px">wide</div><img src="data:image/png;base64,AA"></main>'
    page.write_text(text.replace("</main>", wide), encoding="utf-8")
    said = ask(page, tmp_path / "browser", 360)
    assert said["open"] > 0
    assert said["broken"] == 1
    assert any(violation.startswith("image-alt") for violation in said["violations"])
