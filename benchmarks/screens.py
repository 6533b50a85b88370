"""Images of the documents: what a build prints, the first screen of its report, and its plot of blind accuracy.

    twokeys build easy-vqa
    python -m benchmarks.screens out/easy-vqa        # writes docs/images; needs Chromium

The terminal shows what the same command prints once everything is there.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import SVG_EXPORT_THEME
from rich.text import Text

from twokeys.builder.build import Built
from twokeys.commands import show_builds
from twokeys.data_cards.card import breaches
from twokeys.data_cards.manifest import Manifest
from twokeys.data_cards.report import FILE

PLACE = Path(__file__).parent.parent / "docs/images"
WIDTH, LINES = 96, 38
"""Of the terminal, in characters."""
SCREEN = (1100, 1150)
"""Of the browser, in pixels."""
_FONT = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)


def terminal(folder: Path) -> str:
    """The first lines that a build prints, as SVG that fetches no font."""
    out, manifest = show_builds.OUT, Manifest.load(folder)
    out.width = WIDTH
    with out.capture() as said:
        show_builds.show_build(Built(folder, manifest, certified=not breaches(manifest), executed={}))
    name = f"twokeys build {folder.name}"
    lines = said.get().splitlines()[: LINES - 2]
    shown = Console(record=True, width=WIDTH, file=StringIO(), force_terminal=True)
    for line in (f"$ {name}", *lines, "..."):
        shown.print(Text.from_ansi(line), soft_wrap=True)
    return _FONT.sub("", shown.export_svg(title=name, theme=SVG_EXPORT_THEME, unique_id="twokeys"))


def report(folder: Path, path: Path) -> None:
    """The first screen of the report, as PNG.

    Raises:
        FileNotFoundError: When Chromium is not installed.
    """
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise FileNotFoundError("Chromium makes the image: install it")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--screenshot={path}"]
    page = (folder / FILE).resolve().as_uri()
    subprocess.run([chromium, *flags, f"--window-size={SCREEN[0]},{SCREEN[1]}", page], check=True, capture_output=True)


def main() -> None:
    """Make the images of a published folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    (PLACE / "terminal.svg").write_text(terminal(folder), encoding="utf-8")
    report(folder, PLACE / "report.png")
    shutil.copyfile(folder / "assets/blindness.png", PLACE / "easy-vqa.png")


if __name__ == "__main__":
    main()
