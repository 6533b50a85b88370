"""The site of documents: all its links lead somewhere, its search knows the words, and it fetches nothing."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

import twokeys
from tests.browser import CHROMIUM, FLAGS
from tests.local_server import running

ROOT = Path(__file__).parent.parent


ROUTINE = ("Cleaning site directory", "Building documentation to directory", "Documentation built in")


def made(site: Path, root: Path = ROOT) -> tuple[int, list[str]]:
    """The status of `mkdocs build --strict`, and what it said beside the usual; `--quiet` would let links go unseen."""
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", str(site)],
        cwd=root, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    lines = [line.partition(" -  ")[2] or line for line in done.stderr.splitlines() if line]
    return done.returncode, [line for line in lines if not line.startswith(ROUTINE)]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, as `make docs` builds it."""
    place = tmp_path_factory.mktemp("site") / "docs"
    assert made(place) == (0, [])
    return place


@pytest.fixture(scope="module")
def index(site: Path) -> dict[str, str]:
    """Place of each section that search knows -> its text."""
    found = json.loads((site / "search/search_index.json").read_text(encoding="utf-8"))["docs"]
    return {one["location"]: f"{one['title']} {one['text']}" for one in found}


def test_every_document_is_a_page(site: Path) -> None:
    for path in (ROOT / "docs").glob("*.md"):
        assert (site / f"{path.stem}.html").is_file(), path
    for page in ("index", "contributing", "changelog", "benchmarks/RESULTS"):
        assert (site / f"{page}.html").is_file(), page


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("balance.html", "Kotzig"),  # the proof
        ("index.html", "ceiling"),  # the README
        ("recipe.html", "max_share"),  # made from the schema
        ("catalogue.html", "near-duplicate-across-splits"),  # made from the code
        ("api.html", "fingerprint"),  # made from docstrings
        ("contributing.html", "frozen dataclass"),
        ("benchmarks/RESULTS.html", "peak memory"),
    ],
)
def test_search_knows_the_words_of_a_page(index: dict[str, str], page: str, words: str) -> None:
    found = {place.partition("#")[0] for place, text in index.items() if words in text}
    assert page in found


def test_search_leaves_out_files_that_are_only_shown(index: dict[str, str]) -> None:
    assert not [place for place in index if place.startswith("files/")]


def test_the_python_page_names_every_public_function() -> None:
    text = (ROOT / "docs/api.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^::: twokeys\.(\w+)$", text, re.M)) == sorted(twokeys.__all__)


def test_pages_fetch_nothing_and_name_no_place_of_this_machine(site: Path) -> None:
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not re.findall(r'<(?:script|link|img|iframe)[^>]*(?:src|href)="(?:https?:)?//[^"]*', text), page
        assert str(ROOT) not in text, page


def test_links_that_lead_nowhere_fail(tmp_path: Path) -> None:
    """In a small site with the same hook and settings; the fixture's site is the control."""
    (tmp_path / "docs").mkdir()
    for name in ("site_pages.py", "balance.md", "site.css"):
        shutil.copy(ROOT / "docs" / name, tmp_path / "docs")
    for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "benchmarks/RESULTS.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("# A page\n", encoding="utf-8")
    settings = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:")[0]
    (tmp_path / "mkdocs.yml").write_text(settings, encoding="utf-8")
    with (tmp_path / "docs/balance.md").open("a", encoding="utf-8") as file:
        file.write("\n[a](no-page.md) [b](balance.md#no-heading) [c](../core/none.py) [d](../README.md#a-page)\n")
    status, said = made(tmp_path / "site", root=tmp_path)
    assert status == 1
    for gone in ("no-page.md", "#no-heading", "none.py"):
        assert [line for line in said if gone in line], said
    assert not [line for line in said if "a-page" in line]


class Watched(SimpleHTTPRequestHandler):
    """Serves the site; its first page says what the search lists, and is not loaded before."""

    listed: list[str]
    said: threading.Event

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == "/held":
            self.said.wait(60)
            self.answer(b"")
        elif parts.path == "/said":
            self.listed.extend(parse_qs(parts.query)["page"])
            self.said.set()
            self.answer(b"")
        elif parts.path == "/index.html":
            page = (Path(self.directory) / "index.html").read_text(encoding="utf-8")
            self.answer(page.replace("</body>", f'<script>{SAY}</script><img src="/held"></body>').encode())
        else:
            super().do_GET()

    def answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


SAY = """
const looking = setInterval(() => {
  const found = [...document.querySelectorAll("a.md-search-result__link")].map((one) => new URL(one.href).pathname);
  if (found.length) {
    clearInterval(looking);
    fetch("/said?" + new URLSearchParams(found.map((one) => ["page", one])));
  }
}, 50);
"""


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_search_lists_the_page_in_a_browser(site: Path, tmp_path: Path) -> None:
    listed: list[str] = []
    kind = type("Handler", (Watched,), {"listed": listed, "said": threading.Event()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), lambda *words: kind(*words, directory=str(site)))
    with running(server):
        address = f"http://127.0.0.1:{server.server_address[1]}/index.html?q=Kotzig"
        flags = [flag for flag in FLAGS if "virtual-time" not in flag]  # a worker searches, in real time
        command = [str(CHROMIUM), *flags, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", address]
        subprocess.run(command, capture_output=True, timeout=120, check=True)
    assert listed[0] == "/balance.html"
