"""Claim: what is printed can be copied: a path stands on one line, in every folder and at every width.

Attack: verbs work in folders whose names have 1, 120 and 133 letters or hold spaces, at 80 and at 40 columns, on a
terminal and where none is; bad input and wrong arguments name such folders, too.

Before (commit ba22272): 30 of 63 cases broke a path: `build` and `diagnose` where 80 columns end, `verify`
and `export` in the title of a table, wrong arguments inside a box. Paths of bad input were whole.
Now: in none.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from tests.pipeline.toy import ROOT, Toy, run
from twokeys.commands import show_builds
from twokeys.commands.app import app
from twokeys.commands.terminal import err

NAMES = ["x", "a-folder-" + "with-a-long-name-" * 6 + "end-of-it", "two words " * 13 + "end"]
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


def called(*words: object) -> Result:
    """What the command prints in this process, where no terminal is."""
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture(scope="module", params=NAMES, ids=["short", "long", "spaces"])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of that name which holds corpora, a recipe, and a published folder."""
    place = Path(tmp_path_factory.mktemp("place") / request.param)
    toy = Toy.shapes(place / "corpora")
    done = called("build", toy.save(place / "recipe.yaml"), *settings(place))
    assert done.exit_code == 0, done.output
    return place


def settings(place: Path) -> tuple[object, ...]:
    return ("--out", place / "published", "--corpora", place / "corpora", "--engine", "serial")


def calls(place: Path) -> dict[str, tuple[tuple[object, ...], list[Path]]]:
    """Words of the command -> paths that it must print."""
    folder, nowhere = place / "published", place / "nowhere"
    recipe = place / "recipe.yaml"
    files = [folder / name for name in ("README.md", "report.html")]
    diagnosis = place / "diagnosis"
    return {
        "build": (("build", recipe, *settings(place)), [folder, *files]),
        "diagnose": (
            ("diagnose", recipe, "--out", diagnosis, "--corpora", place / "corpora", "--engine", "serial"),
            [diagnosis / "report.html", diagnosis / "diagnosis.json"],
        ),
        "verify": (("verify", folder), [folder]),
        "diff": (("diff", folder, nowhere), [nowhere]),
        "export": (("export", folder, "--to", "vqa-v2", "--out", place / "exported"), [place / "exported"]),
        "rules new": (("rules", "new", "my-rule", "--folder", nowhere), [nowhere / "my_rule.py"]),
        "bad input": (("verify", nowhere), [nowhere]),
        "no recipe": (("build", nowhere / "recipe.yaml"), [nowhere / "recipe.yaml"]),
        "wrong argument": (("verify", folder, nowhere), [nowhere]),
    }


def on_a_terminal(words: tuple[object, ...], columns: int) -> str:
    """What stands on a terminal of so many columns, without colours."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR")}
    environment |= {"HF_HUB_OFFLINE": "1", "PYTHONPATH": str(ROOT), "TERM": "xterm"}
    command = [sys.executable, "-m", "twokeys", *map(str, words)]
    with subprocess.Popen(command, env=environment, stdin=follower, stdout=follower, stderr=follower) as process:
        os.close(follower)
        told = b""
        while True:
            try:
                told += (more := os.read(leader, 1 << 16))
            except OSError:  # the end of a terminal
                break
            if not more:
                break
    os.close(leader)
    assert process.returncode in (0, 1, 2)
    return ESCAPES.sub("", told.decode())


@pytest.mark.parametrize("columns", [40, 80])
@pytest.mark.parametrize("verb", calls(Path()))
def test_every_path_stands_whole(place: Path, verb: str, columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(place / "nowhere", ignore_errors=True)
    for console in (show_builds.OUT, err):
        monkeypatch.setattr(console, "width", columns)
    words, paths = calls(place)[verb]
    done = called(*words)
    for path in paths:
        assert str(path) in done.output


def test_every_path_stands_whole_in_a_process_of_its_own(place: Path) -> None:
    words, paths = calls(place)["build"]
    done = run(*words, COLUMNS="")
    for path in paths:
        assert str(path) in done.stdout


@pytest.mark.parametrize("verb", ["verify", "wrong argument"])
def test_every_path_stands_whole_on_a_terminal(place: Path, verb: str) -> None:
    words, paths = calls(place)[verb]
    told = on_a_terminal(words, 80)
    for path in paths:
        assert str(path) in told
