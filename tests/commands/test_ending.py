"""The status of the command, whatever happens in it: 0 is that of a verb that finished, and of nothing else."""

from __future__ import annotations

import errno
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.pipeline.toy import ROOT, Toy, rule_file, run
from twokeys.commands.app import app
from twokeys.core.errors import BadInput

RULE = '''
import os, sys
from dataclasses import dataclass
from twokeys.filters import Rule
{top}

@dataclass(frozen=True)
class Nice(Rule):
    """Ends in its own way."""

    id = "nice"
    summary = "it ends"
    bias = "none"

    def reads(self):
        return ("question",)

    def decide(self, table):
        {inside}
        return {{}}
'''


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Toy:
    return Toy.shapes(tmp_path_factory.mktemp("corpora"), train=4, test=4)


def ended(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> Any:
    """How a verb ends in which something raises an error that it does not expect."""

    def load(*given: object) -> None:
        raise error

    monkeypatch.setattr("twokeys.builder.recipe.load", load)
    return CliRunner().invoke(app, ["datasheet", "easy-vqa"])


@pytest.mark.parametrize(
    "error", [ZeroDivisionError("division by zero"), SystemExit(0), SystemExit(None), SystemExit("bye"), MemoryError(),
              RecursionError("deep"), OSError("odd"), OSError(errno.EIO, "broken disk"), AssertionError()],
    ids=repr,
)  # fmt: skip
def test_an_unexpected_error_ends_with_70_and_names_a_file_with_the_traceback(
    error: BaseException, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    done = ended(error, monkeypatch)
    assert done.exit_code == 70
    assert "Traceback" not in done.output
    assert len(done.output.splitlines()) <= 4
    assert type(error).__name__ in done.output
    (kept,) = re.findall(rf"{tmp_path}\S+\.txt", done.output)
    told = Path(kept).read_text(encoding="utf-8")
    for part in ("Traceback", "in load", type(error).__name__, "Python"):
        assert part in told


def test_if_no_file_can_be_written_the_traceback_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**given: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tempfile.mkstemp", full)
    done = ended(ZeroDivisionError(), monkeypatch)
    assert done.exit_code == 70
    assert "Traceback" in done.output


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EFBIG])
def test_a_disk_that_takes_no_more_is_bad_input_wherever_it_shows(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    done = ended(OSError(number, os.strerror(number), "/somewhere/file"), monkeypatch)
    assert done.exit_code == 2
    assert "/somewhere/file" in done.output
    assert os.strerror(number) in done.output


@pytest.mark.parametrize(("error", "status"), [(KeyboardInterrupt(), 130), (BadInput("f", 1, "no", "", "mend"), 2)])
def test_what_is_expected_keeps_its_status(error: BaseException, status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ended(error, monkeypatch).exit_code == status


def test_wrong_words_are_2_and_help_is_0() -> None:
    assert [CliRunner().invoke(app, words).exit_code for words in (["--help"], ["nothing"], ["verify"])] == [0, 2, 2]


@pytest.mark.parametrize("where", ["top", "inside"])
@pytest.mark.parametrize("what", ["sys.exit(0)", "sys.exit()", "raise SystemExit", "exit(0)", "1 / 0"])
def test_a_rule_that_ends_is_bad_input_and_nothing_is_built(toy: Toy, tmp_path: Path, where: str, what: str) -> None:
    text = RULE.format(top=what if where == "top" else "", inside=what if where == "inside" else "pass")
    rule = rule_file(tmp_path / "rules", text)
    recipe = toy.save(tmp_path / "recipe.yaml", rules=[f"{rule}:Nice"])
    words = ["build", recipe, "--corpora", toy.corpora, "--out", tmp_path / "out", "--engine", "serial"]
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == 2, done.output
    assert "mine.py" in done.output
    assert not (tmp_path / "out").exists()


def test_a_process_ends_with_70_too(tmp_path: Path) -> None:
    script = "import sys, twokeys.builder.recipe as r; r.load = sys.exit; from twokeys.commands.app import app; app()"
    command = [sys.executable, "-c", script, "datasheet", "easy-vqa"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 70
    assert str(tmp_path) in done.stderr


def test_a_reader_of_the_output_that_goes_is_no_failed_check(tmp_path: Path) -> None:
    command = f"{sys.executable} -m twokeys catalogue | true; echo ${{PIPESTATUS[0]}}"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(["bash", "-c", command], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.strip() in ("0", "141")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_that_lacks_letters_shows_their_numbers(tmp_path: Path, encoding: str) -> None:
    name = tmp_path / "\u043f\u0430\u043f\u043a\u0430"
    done = run("verify", name, PYTHONIOENCODING=encoding)
    assert done.returncode == 2
    assert "\\u043f" in done.stderr
    listed = run("corpora", "--json", PYTHONIOENCODING=encoding)
    assert (listed.returncode, bool(json.loads(listed.stdout))) == (0, True)
