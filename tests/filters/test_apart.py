"""A rule is checked in a process of its own: whatever it does, the check ends in time and says what was found."""

from __future__ import annotations

import time
from pathlib import Path

import psutil
import pytest

from tests.filters.test_rule_files import RULE
from twokeys.core.errors import BadInput
from twokeys.filters import breaches
from twokeys.filters.contract.apart import Checked, check_apart

SECONDS = 6


def checked(folder: Path, inside: str = "pass", top: str = "word = lambda: 'the'", seconds: float = 60) -> Checked:
    (folder / "mine.py").write_text(RULE.format(top=top, inside=inside))
    with pytest.warns(RuntimeWarning, match=r"mine\.py is code"):
        return check_apart(f"{folder}/mine.py:Nice", {}, seconds)


def told(found: Checked) -> list[tuple[str, str]]:
    return [(finding.check, finding.message) for finding in breaches(found.findings)]


@pytest.mark.parametrize("inside", [
    pytest.param("while True: pass", marks=pytest.mark.slow),
    "\n        while True:\n            try:\n                sum(range(10**9))\n            except: pass",
    pytest.param("import re; re.match('(a+)+$', 'a' * 60 + 'b')", marks=pytest.mark.slow),
    pytest.param("import signal, time; [signal.signal(n, signal.SIG_IGN) for n in (2, 15)]; time.sleep(600)",
                 marks=pytest.mark.slow),
], ids=["loops", "swallows", "loops in C", "ignores signals"])  # fmt: skip
def test_a_rule_that_never_ends_is_told_with_the_check_that_it_was_in(tmp_path: Path, inside: str) -> None:
    began = time.monotonic()
    found = checked(tmp_path, inside, seconds=SECONDS)
    assert told(found) == [("reasons", f"it did not end within {SECONDS} seconds")]
    assert found.id == "nice"
    assert time.monotonic() - began < SECONDS + 5


@pytest.mark.slow
def test_a_file_that_never_ends_is_told_too(tmp_path: Path) -> None:
    assert told(checked(tmp_path, top="while True: pass", seconds=SECONDS)) == [
        ("loading", f"it did not end within {SECONDS} seconds")
    ]


@pytest.mark.parametrize(("inside", "says"), [
    ("import os; os._exit(0)", "it ended the whole process with status 0"),
    ("import os; os.kill(os.getpid(), 9)", "it ended the whole process by signal 9"),
    ("import os; os.execv('/bin/true', ['true'])", "it ended the whole process with status 0"),
    ("raise SystemExit(0)", "raised SystemExit: 0"),
    ("raise GeneratorExit", "raised GeneratorExit: "),
])  # fmt: skip
def test_a_rule_that_ends_the_process_is_a_finding(tmp_path: Path, inside: str, says: str) -> None:
    assert ("reasons", says) in told(checked(tmp_path, inside))


@pytest.mark.slow
def test_what_a_rule_starts_ends_with_it(tmp_path: Path) -> None:
    inside = f"import subprocess; open({str(tmp_path / 'number')!r}, 'w').write("
    found = checked(tmp_path, inside + "str(subprocess.Popen(['sleep', '300']).pid)); import time; time.sleep(300)",
                    seconds=SECONDS)  # fmt: skip
    assert len(told(found)) == 1
    time.sleep(0.2)
    number = int((tmp_path / "number").read_text())
    assert not psutil.pid_exists(number) or psutil.Process(number).status() == psutil.STATUS_ZOMBIE


def test_what_a_rule_prints_is_not_printed_by_the_check(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    checked(tmp_path, "import os; print('{}'); os.write(1, b'[]')")
    printed = capfd.readouterr()
    assert (printed.out, "{}" in printed.err) == ("", True)


def test_a_rule_that_cannot_be_made_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="the file cannot be run"):
        checked(tmp_path, top="1 / 0")
    with pytest.raises(BadInput, match="did you mean 'duplicate-item'"):
        check_apart("duplicate-itme", {})
    with pytest.raises(BadInput, match="k = 'three'"):
        check_apart("solved-by-k", {"k": "three"})
