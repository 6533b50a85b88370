"""Ctrl-C on a terminal, which reaches every process there: one plain message, status 130, and nothing is lost."""

from __future__ import annotations

import os
import pty
import select
import signal
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.pipeline.toy import ROOT, Toy, offline, rule_file
from twokeys.builder.build import build

SLOW = '''
import time
from dataclasses import dataclass

from twokeys.filters import Rule


@dataclass(frozen=True)
class Nice(Rule):
    """Drop nothing, slowly.

    Attributes:
        seconds: How long it takes.
    """

    id = "nice"
    summary = "it is never dropped"
    bias = "none"
    seconds: float = 0.0

    def reads(self):
        return ("question",)

    def decide(self, table):
        time.sleep(self.seconds)
        return {}
'''


def interrupted(words: list[str], until: str, after: float, cache: Path) -> tuple[str, int, list[psutil.Process]]:
    """Run the command on a terminal of its own, press Ctrl-C; what it wrote, its status, and who lived meanwhile."""
    pid, terminal = pty.fork()
    if pid == 0:
        command = [sys.executable, "-m", "twokeys", *words]
        os.chdir(ROOT)
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # whoever runs the tests in the background ignores it
        os.execve(sys.executable, command, offline(cache, TERM="xterm", COLUMNS="100"))
    said, seen, began = b"", 0.0, time.monotonic()
    family: list[psutil.Process] | None = None
    try:
        while time.monotonic() - began < 120:
            if select.select([terminal], [], [], 0.05)[0]:
                try:
                    read = os.read(terminal, 65536)
                except OSError:  # the last process that had the terminal has ended
                    break
                if not read:
                    break
                said += read
            if not seen and until.encode() in said:
                seen = time.monotonic()
            if family is None and seen and time.monotonic() > seen + after:
                family = psutil.Process(pid).children(recursive=True)
                os.write(terminal, b"\x03")
        else:
            os.kill(pid, signal.SIGKILL)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    finally:
        os.close(terminal)
    return said.decode(), status, family or []


@pytest.mark.parametrize("after", [0.05, pytest.param(1.5, marks=pytest.mark.slow)])
def test_a_build_that_is_stopped_says_so_and_goes_on(tmp_path: Path, after: float) -> None:
    toy = Toy.shapes(tmp_path / "corpora", train=6, test=6)
    words = {"baselines": ["question.tfidf", "question.forest", "image.majority"], "folds": 3}
    recipe = toy.save(tmp_path / "recipe.yaml", measure=words)
    where = ["--out", str(tmp_path / "toy"), "--corpora", str(toy.corpora), "--engine", "process"]
    said, status, family = interrupted(["build", str(recipe), *where], "measure", after, tmp_path)
    assert status == 130, said
    assert "stopped: the same command goes on where it stopped" in said.splitlines()[-1]
    for word in ("Traceback", "KeyboardInterrupt", "Aborted", "leaked", "resource_tracker"):
        assert word not in said, said[said.find(word) :]
    assert not [one for one in psutil.wait_procs(family, timeout=10)[1] if one.status() != psutil.STATUS_ZOMBIE]
    assert not (tmp_path / "toy").exists()
    again = build(recipe, tmp_path / "toy", corpora=toy.corpora, engine="serial")
    assert again.certified
    assert "rows" not in again.executed


def test_stopped_in_a_rule_it_says_the_same(tmp_path: Path) -> None:
    toy = Toy.shapes(tmp_path / "corpora", train=6, test=6)
    rule = f"{rule_file(tmp_path, SLOW)}:Nice"
    recipe = toy.save(tmp_path / "recipe.yaml", rules=[{"rule": rule, "with": {"seconds": 60}}])
    where = ["--out", str(tmp_path / "toy"), "--corpora", str(toy.corpora), "--engine", "serial"]
    said, status, _ = interrupted(["build", str(recipe), *where], "filter", 0.2, tmp_path)
    assert status == 130, said
    assert "goes on where it stopped" in said
    assert "Traceback" not in said
