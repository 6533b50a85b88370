"""A page in a real browser, which says what it sees of itself, and what axe-core finds."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from html import unescape
from importlib import resources
from importlib.util import find_spec
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_browser = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.skipif(
        find_spec("axe_core_python") is None and "TWOKEYS_AXE" not in os.environ,
        reason="axe-core is not installed: pip install axe-core-python",
    ),
]
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--virtual-time-budget=20000")  # fmt: skip
ASK = """
addEventListener("load", async () => {
  const said = {};
  const over = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;
  said.width = document.documentElement.clientWidth;
  said.closed = over();
  document.querySelectorAll("details").forEach((one) => { one.open = true; });
  said.open = over();
  said.dark = matchMedia("(prefers-color-scheme: dark)").matches;
  said.paper = getComputedStyle(document.body).backgroundColor;
  const skip = document.querySelector(".skip");
  skip.focus();
  const box = skip.getBoundingClientRect();
  said.skip = document.activeElement === skip && box.left >= 0 && box.top >= 0;
  said.outlined = getComputedStyle(skip).outlineStyle;
  said.named = Math.min(9999, ...[...document.querySelectorAll(".plot tbody th")].map((one) => one.clientWidth));
  const names = performance.getEntriesByType("resource").map((one) => one.name);
  said.fetched = names.filter((name) => !name.startsWith("data:") && !name.endsWith("/axe.js"));
  said.broken = [...document.images].filter((one) => !one.naturalWidth).length;
  const found = await axe.run();
  said.violations = found.violations.map((one) => one.id + ": " + one.nodes[0].html);
  said.passes = found.passes.length;
  const out = document.createElement("pre");
  out.id = "said";
  out.textContent = JSON.stringify(said);
  document.body.append(out);
});
"""


def axe() -> str:
    named = os.environ.get("TWOKEYS_AXE")
    if named:
        return Path(named).read_text(encoding="utf-8")
    return (resources.files("axe_core_python") / "axe.min.js").read_text(encoding="utf-8")


def ask(page: Path, folder: Path, width: int, *, dark: bool = False) -> dict:
    """Open a copy of a page that says what it sees of itself, inside a frame as wide as a phone's or a desk's screen.

    Headless windows have a least width of their own; a frame has not.
    """
    folder.mkdir()
    text = page.read_text(encoding="utf-8")
    (folder / "axe.js").write_text(axe(), encoding="utf-8")
    script = f'<script src="axe.js"></script><script>{ASK}</script>'
    (folder / "page.html").write_text(text.replace("</body>", f"{script}</body>"), encoding="utf-8")
    frame = f"""<!DOCTYPE html><iframe id="f" src="page.html" style="width:{width}px;height:900px;border:0"></iframe>
    <script>setInterval(() => {{ const said = f.contentDocument.getElementById("said");
    if (said && !document.getElementById("out")) {{ const out = document.createElement("pre"); out.id = "out";
    out.textContent = said.textContent; document.body.append(out); }} }}, 50);</script>"""
    (folder / "frame.html").write_text(frame, encoding="utf-8")
    scheme = ["--blink-settings=preferredColorScheme=0"] if dark else ["--blink-settings=preferredColorScheme=1"]
    command = [
        str(CHROMIUM), *FLAGS, *scheme, "--allow-file-access-from-files", f"--user-data-dir={folder / 'profile'}",
        "--window-size=1400,1000", "--dump-dom", (folder / "frame.html").as_uri(),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=True)
    start = done.stdout.index('<pre id="out">') + len('<pre id="out">')
    return json.loads(unescape(done.stdout[start : done.stdout.index("</pre>", start)]))


def nothing_is_wrong(page: Path, folder: Path, width: int, *, dark: bool) -> None:
    """No finding of axe-core; nothing is fetched, broken or wider than the screen; dark where dark is asked for."""
    said = ask(page, folder, width, dark=dark)
    assert width - 20 < said["width"] <= width  # less a scroll bar
    assert (said["closed"], said["open"]) == (0, 0)
    assert said["named"] > 100  # the names of rows are not squeezed into letters
    assert said["dark"] is dark
    assert said["paper"] == ("rgb(22, 24, 26)" if dark else "rgb(255, 255, 255)")
    assert said["skip"]
    assert said["outlined"] == "solid"
    assert said["fetched"] == []
    assert said["broken"] == 0
    assert said["violations"] == []
    assert said["passes"] > 15
