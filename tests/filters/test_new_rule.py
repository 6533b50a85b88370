"""`twokeys rules new`: what it writes passes its own test, and it never writes over anything."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pipeline.toy import ROOT, run
from twokeys.core.errors import BadInput
from twokeys.filters import check_rule, make
from twokeys.filters.new_rule import new_rule


def passes(test: Path) -> subprocess.CompletedProcess[str]:
    """Run a test file as its author would, far from this project's configuration."""
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", test.parent, test.name]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(words, cwd=test.parent, env=environment, capture_output=True, text=True, check=False)


def test_the_command_writes_a_rule_whose_test_passes_and_can_fail(tmp_path: Path) -> None:
    done = run("rules", "new", "no-colour", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"no_colour.py", "test_no_colour.py"}
    assert 'rules: [{rule: "no_colour.py:NoColour", with: {word: color}}]' in done.stdout
    first = passes(tmp_path / "test_no_colour.py")
    assert first.returncode == 0, first.stdout
    assert "2 passed" in first.stdout
    rule = tmp_path / "no_colour.py"
    rule.write_text(rule.read_text(encoding="utf-8").replace('return ("question",)', 'return ("question", "answer")'))
    second = passes(tmp_path / "test_no_colour.py")
    assert second.returncode == 1
    assert "1 failed, 1 passed" in second.stdout


def test_a_rule_with_a_mere_warning_passes_its_test_as_it_passes_the_command(tmp_path: Path) -> None:
    made = new_rule("no-colour", tmp_path)
    text = made.rule.read_text(encoding="utf-8")
    made.rule.write_text(text.replace("word in question.lower()", "word in [] and question.lower()"), encoding="utf-8")
    assert [finding.kind for finding in check_rule(make(f"{made.rule}:NoColour"))] == ["warning"]
    assert run("rules", "check", made.name, cwd=tmp_path).returncode == 0
    done = passes(made.test)
    assert "test_it_keeps_the_contract_of_rules" not in done.stdout  # the known answers alone fail: nothing is dropped
    assert "1 failed, 1 passed" in done.stdout


def test_what_is_written_keeps_the_contract_and_ruff_has_nothing_to_say(tmp_path: Path) -> None:
    made = new_rule("asks-twice-or-more", tmp_path / "new" / "rules")
    assert made.name == "asks_twice_or_more.py:AsksTwiceOrMore"
    rule = make(f"{made.rule}:AsksTwiceOrMore", {"word": "twice"})
    assert rule.id == "asks-twice-or-more"
    assert check_rule(make(f"{made.rule}:AsksTwiceOrMore")) == []
    config = ("--config", str(ROOT / "pyproject.toml"))
    for verb in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *verb, *config, str(made.rule)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("there", ["no_colour.py", "test_no_colour.py"])
def test_nothing_is_written_over_and_nothing_is_left_half_done(tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_text("mine")
    with pytest.raises(BadInput, match=there):
        new_rule("no-colour", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [there]
    assert (tmp_path / there).read_text() == "mine"
    done = run("rules", "new", "no-colour", "--folder", tmp_path)
    assert done.returncode == 2
    assert there in done.stderr


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("NoColour", "did you mean 'no-colour'"),
        ("no_colour", "did you mean 'no-colour'"),
        ("no colour!", "did you mean 'no-colour'"),
        ("../evil", "did you mean 'evil'"),
        ("4th", "such as 'low-agreement'"),
        ("", "such as 'low-agreement'"),
        ("json", "would hide a module of Python"),
        ("class", "would hide a module of Python"),
    ],
)
def test_a_bad_name_is_told_what_is_allowed(tmp_path: Path, name: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        new_rule(name, tmp_path)
    assert not list(tmp_path.iterdir())


def test_the_id_of_another_rule_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="'aflite'"):
        new_rule("aflite", tmp_path)
    done = run("rules", "new", "aflite", "--folder", tmp_path)
    assert done.returncode == 2
    assert "aflite" in done.stderr
