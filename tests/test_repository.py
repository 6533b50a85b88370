"""What stands beside the code: a container, templates, an action and a hook name commands that there are."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

import twokeys
from twokeys.commands.app import app

ROOT = Path(__file__).parent.parent
PACKAGES = ("core", "filters", "data_cards", "audit", "builder", "exports", "browsing", "commands")
POSIX = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"}
"""Modules that only POSIX systems have."""


def read(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def test_no_module_imports_what_only_posix_has() -> None:
    found = []
    for path in (path for package in PACKAGES for path in (ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
            found += [f"{path}: {name}" for name in names if name.partition(".")[0] in POSIX]
    assert found == []


def test_the_container_runs_both_commands_of_the_readme() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    targets = re.findall(r"^RUN make (\S+)$", text, re.M)
    (command,) = re.findall(r"^CMD (.+)$", text, re.M)
    words = yaml.safe_load(command)
    assert words == ["make", "benchmark", "test"]
    for target in (*targets, *words[1:]):
        subprocess.run(["make", "--dry-run", target, "VENV=.venv"], cwd=ROOT, capture_output=True, check=True)


def test_the_hook_names_a_verb(tmp_path: Path) -> None:
    (hook,) = read(".pre-commit-hooks.yaml")
    words = shlex.split(hook["entry"])
    assert words[0] == "twokeys"
    done = CliRunner().invoke(app, [*words[1:], str(tmp_path)])
    assert done.exit_code == 2, "no published folder"
    assert "manifest.json" in done.output


@pytest.mark.parametrize(("strict", "given"), [("true", ["verify", "--strict", "--"]), ("false", ["verify", "--"])])
def test_the_action_verifies_the_folder_and_runs_no_name(tmp_path: Path, strict: str, given: list[str]) -> None:
    step = read("action.yml")["runs"]["steps"][-1]
    assert "${{" not in step["run"], "an input as part of the script could be run"
    command = tmp_path / "twokeys" / "bin" / "twokeys"
    command.parent.mkdir(parents=True)
    command.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    command.chmod(0o755)
    folder = "$(touch hacked) a folder"
    inputs = {"FOLDER": folder, "STRICT": strict, "TWOKEYS_CORPORA": ""}
    assert set(step["env"]) == set(inputs)
    shell = ["bash", "-eo", "pipefail", "-c", step["run"]]
    environment = inputs | {"RUNNER_TEMP": str(tmp_path), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(shell, env=environment, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [*given, folder]
    assert not (tmp_path / "hacked").exists()


def test_templates_ask_for_what_the_guide_asks_for() -> None:
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    template = (ROOT / ".github/PULL_REQUEST_TEMPLATE.md").read_text(encoding="utf-8")
    assert re.findall(r"- \[ \] .*(?:\n      .*)*", template) == re.findall(r"- \[ \] .*(?:\n      .*)*", guide) != []
    for path in (ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml"):
        form = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert {"name", "description", "body"} == set(form)
        names = [part["id"] for part in form["body"]]
        assert len(names) == len(set(names)) > 1


def test_bibtex_and_citation_file_say_the_same() -> None:
    readme, cited = (ROOT / "README.md").read_text(encoding="utf-8"), read("CITATION.cff")
    (entry,) = re.findall(r"@software\{.*?\n\}", readme, re.S)
    fields = dict(re.findall(r"^  (\w+) +?= \{+(.*?)\}+,$", entry, re.M))
    assert fields["title"] == cited["title"]
    assert fields["author"] == cited["authors"][0]["name"]
    assert fields["license"] == cited["license"]
    assert fields["version"] == str(cited["version"]) == twokeys.__version__


def test_the_changelog_is_dated() -> None:
    heads = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.M)
    assert heads
    assert all(re.match(r"\d+\.\d+\.\d+ .*\d{4}-\d\d-\d\d", head) for head in heads)
