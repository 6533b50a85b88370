"""What the README says is what happens: its Python runs, its figures are those of the build."""

from __future__ import annotations

import csv
import json
import re
import shlex
import subprocess
import textwrap
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.pipeline.toy import crossed
from twokeys.data_cards.tables import percent

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
YAML = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
COMMANDS = [
    line.partition(" #")[0].strip()
    for block in re.findall(r"```bash\n(.*?)```", TEXT, re.DOTALL)
    for line in block.splitlines()
    if line.strip()
]
"""Every line of every shell block: each is run by a test below, or held against what it names."""


def test_every_command_of_the_readme_is_of_a_kind_that_is_tested() -> None:
    kinds = ("make ", "twokeys ", "python3 -m venv ")
    assert COMMANDS
    assert all(command.startswith(kinds) for command in COMMANDS), COMMANDS


def test_the_readme_s_commands_do_what_they_say(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """All `twokeys` commands in one folder, in order, on small corpora in the formats it names."""
    from typer.testing import CliRunner

    from twokeys.commands.app import app

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("TWOKEYS_CORPORA", "corpora")
    pope(tmp_path / "corpora/pope/output/coco")
    own_table(tmp_path / "corpora/my-corpus")
    (recipe,) = [block for block in YAML if block.startswith("name: ")]
    Path("my-recipe.yaml").write_text(recipe, encoding="utf-8")
    name = yaml.safe_load(recipe)["name"]
    run = [command for command in COMMANDS if command.startswith("twokeys")]
    assert [command.split()[1] for command in run] == ["recipe", "recipe", "recipes", "diagnose", "build", "verify"]
    for command in run:
        words = shlex.split(command.replace("NAME", name))[1:]
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 0, (command, done.output, done.exception)
        assert "FAILED" not in done.output, done.output
    assert "questions have no answer" in done.output, "the datasheet's, as the README says"
    assert (tmp_path / "out/pope-diagnosis/diagnosis.json").is_file()
    assert (tmp_path / "out" / name / "certificate.json").is_file()


def pope(folder: Path) -> None:
    """Two questions about each of six photos, in POPE's three files."""
    folder.mkdir(parents=True)
    for kind in ("random", "popular", "adversarial"):
        rows = [
            {"question_id": 2 * photo + place, "image": f"{photo}.jpg", "text": f"Is there a {thing}?", "label": label}
            for photo in range(6)
            for place, (thing, label) in enumerate(
                [("chair", "yes" if photo % 2 else "no"), ("dog", "no" if photo % 2 else "yes")]
            )
        ]
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / f"coco_pope_{kind}.json").write_text(lines, encoding="utf-8")


def own_table(folder: Path) -> None:
    """A CSV file with the columns of the README's recipe, and one bad row; every item has both its partners."""
    (rows,) = [rows for split, rows in crossed(folder).items() if split == "test"]
    with (folder / "questions.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, ["id", "question", "answer", "image", "options"])
        table.writeheader()
        named = [{key: row[key] for key in ("id", "question", "answer")} | {"image": row["picture"]} for row in rows]
        table.writerows([*named, {"id": "bad", "question": "", "answer": "yes", "image": named[0]["image"]}])


def test_make_knows_the_readme_s_targets_and_runs_what_is_there(tmp_path: Path) -> None:
    """Not run: they make an environment of their own. What make would do is asked of make."""
    asked = [command.split() for command in COMMANDS if command.startswith("make")]
    assert [target for _, target in asked] == ["benchmark", "test"]
    for words in asked:
        fresh = f"VENV={tmp_path / 'none'}"  # as where there is no environment yet
        done = subprocess.run([*words, "--dry-run", fresh], cwd=ROOT, capture_output=True, text=True, check=True)
        assert "-c constraints.txt -e" in done.stdout
    assert "/python -m pytest -n auto" in done.stdout


def test_the_installation_without_make_names_what_there_is() -> None:
    """Not run: it downloads. Its words are held against the files that it names."""
    (command,) = [command for command in COMMANDS if "pip install" in command]
    words = shlex.split(command)
    assert (ROOT / words[words.index("-c") + 1]).is_file()
    extra = words[words.index("-e") + 1]
    known = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert set(re.findall(r"[a-z]+", extra)) <= set(known)


DOCUMENTS = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/*.md")])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_in_a_document_exists_with_its_options(document: Path) -> None:
    """Commands in code, also within sentences; placeholders in capitals stand for anything."""
    from typer.main import get_command

    from twokeys.commands.app import app

    text = document.read_text(encoding="utf-8")
    found = re.findall(
        r"^ *(?:TWOKEYS_\w+=\S+ )?twokeys ([^#\n]+)", "\n".join(re.findall(r"```bash\n(.*?)```", text, re.S)), re.M
    )
    found += re.findall(r"`twokeys ([a-z][^`]*)`", text)
    for command in found:
        words = command.replace("[", " ").replace("]", " ").split()
        verb: Any = get_command(app)
        while words and hasattr(verb, "commands") and not words[0].startswith("-"):
            options = words.pop(0).split("|")
            assert set(options) <= set(verb.commands), (document.name, command)
            verb = verb.commands[options[0]]
        allowed = {name for parameter in verb.params for name in (*parameter.opts, *parameter.secondary_opts)}
        given = {word.partition("=")[0] for word in words if word.startswith("--")}
        assert given <= allowed | {"--help"}, (document.name, command)


def test_links_of_the_readme_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", TEXT):
        assert (ROOT / target).exists(), target


@pytest.mark.slow
def test_the_readme_holds_what_the_build_gives(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    import twokeys

    built = twokeys.build("easy-vqa", Path("out/easy-vqa")).manifest
    for block in BLOCKS:
        exec(block, {})
    counted = [float(share) for share in re.findall(r"= ([\d.]+)%", capsys.readouterr().out)]
    pooled = [percent(built.after.ceiling(view).share) for view in ("question", "image")]
    assert [f"{share} %" for share in counted] == pooled
    figures = [f"{built.rows_read:,}", f"{built.kept:,}"]
    figures += [percent(b.ceiling(view).share) for b in (built.before, built.after) for view in ("question", "image")]
    for blindness in (built.before, built.after):
        for view in ("question", "image"):
            best = blindness.best(view=view)
            assert best is not None
            figures.append(percent(best.accuracy))
    for figure in figures:
        assert figure in TEXT, figure


def test_the_rule_that_the_contributing_guide_shows_keeps_the_contract(tmp_path: Path) -> None:
    from twokeys.filters import check_rule, make

    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    path = tmp_path / "no_colour.py"
    path.write_text(textwrap.dedent(shown), encoding="utf-8")
    assert check_rule(make(f"{path}:NoColour", {})) == []
