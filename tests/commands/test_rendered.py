"""Every verb's output at 80 and at 120 columns: no table, no number and no word is broken."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.cells import cell_len
from typer.main import get_command
from typer.testing import CliRunner

from tests.audit.comparison.toy import run_folder, table
from tests.pipeline.toy import Toy, rule_file
from tests.printed import RULES, Tables
from twokeys.commands.app import app
from twokeys.commands.show_builds import OUT
from twokeys.commands.show_compared import OUT as COMPARED
from twokeys.commands.show_models import OUT as MODELS
from twokeys.commands.terminal import err

WIDTHS = (80, 120)
MODEL = ("--model", "reference:llava-natural", "--masks", "blur,removed", "--limit", "2")
ELSEWHERE = {
    "browse": "an address, and a page: tests/browsing",
    "catalogue": "Markdown, for a page",
    "datasheet": "YAML, for a file",
    "train-reference": "minutes; prints one table by the same function",
    "recipe": "test_recipes.py, at 80 columns",
    "rules new": "names files only",
}
"""Verbs that are not rendered here, and why."""
Rendered = Callable[..., str]


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Toy:
    """A corpus with rows of all kinds, one of which is bad."""
    return Toy.shapes(tmp_path_factory.mktemp("corpora"))


@pytest.fixture(scope="module")
def place(toy: Toy, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which two builds were made, the second with a rule."""
    root = tmp_path_factory.mktemp("made")
    rule = {"rule": f"{rule_file(root)}:Nice"}
    for name, more in {"one": {}, "two": {"rules": [rule, "low-agreement"], "datasheet": {}}}.items():
        recipe = toy.save(root / f"{name}.yaml", **more)
        words = ["build", recipe, "--out", root / name, "--work", root / ".one.run", "--corpora", toy.corpora]
        done = CliRunner().invoke(app, list(map(str, [*words, "--engine", "serial", "--quiet"])))
        assert done.exit_code in (0, 1), done.output
    return root


@pytest.fixture(params=WIDTHS)
def rendered(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Rendered:
    """Runs a verb and fails if its output is broken."""
    width: int = request.param
    for console in (OUT, MODELS, COMPARED, err):
        monkeypatch.setattr(console, "width", width)
    tables = Tables.recorded(monkeypatch)

    def run(*words: object, status: int = 0) -> str:
        done = CliRunner().invoke(app, [str(word) for word in words])
        assert done.exit_code == status, (words, done.output, done.exception)
        assert tables.broken() == {}, words
        assert too_long(done.output, width) == [], words
        return done.output

    return run


def too_long(text: str, width: int) -> list[str]:
    """Lines that a terminal would break anywhere: those of tables, and those that hold no path to copy."""
    long = [line for line in text.splitlines() if cell_len(line.rstrip()) > width]
    return [line for line in long if any(rule in line for rule in RULES) or "/" not in line]


def test_lines_that_a_terminal_would_break_are_found() -> None:
    table, number, path = "a │ " + "b" * 80, "word " * 15 + "123,456,789", f"Folder: {'x' * 70}/report.html"
    assert too_long("\n".join([table, number, path, "short"]), 80) == [table, number]


@pytest.mark.parametrize("words", ["recipes", "corpora", "explainers", "rules list", "rules show low-agreement"])
def test_lists(words: str, rendered: Rendered) -> None:
    assert rendered(*words.split())


def test_builds(toy: Toy, place: Path, rendered: Rendered) -> None:
    given = ("--corpora", toy.corpora, "--engine", "serial", "--work", place / ".one.run")
    rendered("build", place / "one.yaml", "--out", place / "one", *given)
    rendered("build", place / "two.yaml", "--out", place / "two", *given, "--verbose")
    rendered("diagnose", place / "one.yaml", "--out", place / "diagnosis", *given)
    rendered("diagnose", place / "one")
    rendered("pairs", place / "two.yaml", *given)


def test_folders(place: Path, rendered: Rendered) -> None:
    rendered("verify", place / "one")
    rendered("verify", place / "two", "--verbose")
    rendered("verify", place / "two", "--strict", status=1)
    rendered("diff", place / "one", place / "one")
    rendered("diff", place / "one", place / "two", status=1)
    rendered("push", place / "one", "owner/name", "--dry-run")
    rendered("push", place / "two", "owner/name", "--dry-run", status=1)
    rendered("export", place / "one", "--to", "vqa-v2", "--out", place / "exported")
    rendered("clean", place)
    rendered("rules", "check", f"{place}/mine.py:Nice")


def test_signatures(place: Path, rendered: Rendered, tmp_path: Path) -> None:
    folder, keys = shutil.copytree(place / "one", tmp_path / "signed"), tmp_path / "ours"
    assert "ours.key" in rendered("sign", "--new-key", keys)
    assert "manifest.json.minisig" in rendered("sign", folder, "--key", f"{keys}.key")
    assert "signed by key" in " ".join(rendered("verify", folder, "--key", f"{keys}.pub").split())
    assert "signature" in rendered("verify", folder)
    rendered("verify", place / "one", "--key", f"{keys}.pub", status=1)


def test_comparisons(rendered: Rendered, tmp_path: Path) -> None:
    """Names as long as those of models on the Hub, categories, pairs and quads, and a run that lacks an item."""
    partners = {"image_partner": ["i00001", "i00000"], "question_partner": ["i00002", "i00003"]}
    more = {name: [*cells, *[None] * 38] for name, cells in partners.items()}
    items = table(40, quad=["0"] * 4 + [None] * 36, meta=['{"kind": "of a long name, and more"}', "{}"] * 20, **more)
    said = {"categories": ["kind"], "tasks": [{"id": "shapes-open", "choices": False, "split": "test", "items": 40}]}
    runs = [
        run_folder(tmp_path / name, items.head(count), right[:count], said, model=f"owner/{name}-VL-7B-Instruct@1234")
        for name, count, right in (
            ("Qwen2.5", 40, [True] * 40),
            ("InternVL3_5", 40, [True, False] * 20),
            ("LLaVA-OneVision", 39, [False] * 39),
        )
    ]
    told = rendered("compare", *runs[:2], "--out", tmp_path / "out", "--hub", "me/shapes", "--revision", "v1")
    assert "leads" in told
    rendered("compare", *runs, "--verbose")
    rendered("compare", runs[0], tmp_path, status=2)


@pytest.mark.slow
def test_models(place: Path, rendered: Rendered, tmp_path: Path) -> None:
    rendered("evaluate", place / "one", *MODEL)
    asked = ("--explainers", "rollout,grad-cam", "--budget", "12", "--out", tmp_path / "explained")
    rendered("explain", place / "one", *MODEL, *asked)


def test_every_verb_is_rendered_or_said_to_be_elsewhere() -> None:
    verbs = set()
    for name, verb in get_command(app).commands.items():  # type: ignore[attr-defined]
        verbs |= {f"{name} {one}" for one in verb.commands} if name == "rules" else {name}
    text = Path(__file__).read_text(encoding="utf-8")
    shown = {verb for verb in verbs if any(f'"{verb}{end}' in text for end in '" ')}
    assert verbs - shown - ELSEWHERE.keys() - {"rules check"} == set()
