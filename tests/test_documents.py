"""Documents say what the code does: their commands run, their recipes are ones, their tables are whole.

`tests/test_readme.py` runs the commands of the README, and `tests/attacks/test_code_of_documents.py` all Python.
"""

from __future__ import annotations

import argparse
import re
import runpy
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from typer.main import get_command
from typer.testing import CliRunner

from tests.documents import DOCUMENTS, ROOT, blocks, commands
from tests.pipeline.toy import ANSWERS, Toy
from twokeys.builder.checks.checks import CHECKS
from twokeys.builder.checks.datasheet import DATASHEET
from twokeys.builder.checks.signature import CHECK as SIGNED
from twokeys.builder.checks.told import TOLD
from twokeys.builder.recipe import load
from twokeys.builder.recipe_text import parsed
from twokeys.commands.app import app

LANGUAGES = {"bash", "python", "yaml", "text", "bibtex"}
NOT_RUN = {
    "make": "makes an environment of its own; tests/test_readme.py asks make what it would do",
    "python3 -m venv": "downloads packages",
    "python -m venv": "downloads packages; tests/exports/test_harnesses.py runs where the harness is installed",
    "pip install": "downloads packages",
    "apt-get download": "downloads from a distribution",
    "for package in": "unpacks what was downloaded",
    "python -m pytest": "runs tests; that the files are there is asked below",
    ".venv/bin/python -m pytest": "runs tests; that the files are there is asked below",
    "python tests/builder/measure/language/llama.py": "serves a model until it is stopped; test_llama.py runs it",
    "python -m benchmarks": "takes minutes to hours, official files or photos",
    "twokeys diagnose my-recipe.yaml --allow-host": "asks a server that costs money; tests/builder/run tries budgets",
    "twokeys diagnose easy-vqa --blind": "asks a server; tests/builder/measure asks stand-ins",
    "twokeys diagnose out/easy-vqa --blind": "asks a model of the reader's; tests/builder/measure asks small ones",
    "twokeys build vqa-rad-audited": "needs official files, and half an hour",
    "twokeys build nlvr-pairs": "needs official files",
    "twokeys build pope-retrieved": "needs official files, and COCO's photos",
    "twokeys build RECIPE --engine ray": "needs a cluster; tests/builder/run starts one of one machine",
    "ray": "starts a cluster",
    "export SBATCH": "speaks to a cluster's queue",
    "sbatch": "speaks to a cluster's queue; tests/builder/run has a stand-in",
    "squeue": "speaks to a cluster's queue",
    "twokeys browse": "serves a page until it is stopped; tests/browsing opens it",
    "twokeys pairs": "needs official files, and COCO's photos or half an hour",
    "twokeys push out/my-benchmark me/my-benchmark": "needs the Hub; tests/builder runs it on a stand-in",
}
"""How the commands begin that no test runs as they stand, and why; each is held against its own parser instead."""
STATUS = {
    "twokeys diff out/easy-vqa out/later": 1,  # the rows differ
    "twokeys verify out/easy-vqa --strict": 1,  # nobody has answered its datasheet
}
"""Commands that end with another status than 0, as their document says."""
SHIPPED = {"easy-vqa": "easy-vqa.yaml"}
"""Recipes that ship -> a small one, which is run in their place."""
FOUND = commands()


def words_of(command: str) -> list[str]:
    """The words of a command, without variables in front of it, what it writes into, and a last `&`."""
    words = shlex.split(re.sub(r"^(\w+=\S+ )+", "", command).removesuffix("&"))
    return words[: words.index(">")] if ">" in words else words


def is_run(command: str) -> bool:
    plain = shlex.join(words_of(command))
    return command == "twokeys push out/my-benchmark me/my-benchmark --dry-run" or not plain.startswith(tuple(NOT_RUN))


def test_every_block_says_its_language() -> None:
    assert {block.language for block in blocks()} == LANGUAGES


def test_every_reason_is_that_of_a_command() -> None:
    plain = [shlex.join(words_of(command)) for _, command in FOUND]
    stale = [begin for begin in NOT_RUN if not any(command.startswith(begin) for command in plain)]
    assert stale == []
    assert not set(STATUS) - {command for _, command in FOUND}


def test_what_is_run_is_a_verb() -> None:
    """Or the few words that the README's test and the rule's run."""
    other = [command for _, command in FOUND if is_run(command) and not command.startswith("twokeys ")]
    assert other == []


@pytest.mark.parametrize("command", sorted({one for _, one in FOUND if one.split("twokeys ")[0].count(" ") < 2}))
def test_every_verb_is_taken_by_its_own_parser(command: str) -> None:
    words = words_of(command)
    if words[0] != "twokeys" or words[-1] == "--help":
        return
    verb: Any = get_command(app)
    context, rest = click.Context(verb), words[1:]
    while isinstance(verb, click.Group):
        name, verb, rest = verb.resolve_command(context, rest)
        context = click.Context(verb, info_name=name, parent=context)
    verb.make_context(verb.name, list(rest), parent=context.parent)


@pytest.mark.parametrize("command", sorted({one for _, one in FOUND if "-m benchmarks" in one}))
def test_every_measurement_is_taken_by_its_own_parser(monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    _, _, module, *rest = words_of(command)
    parse = argparse.ArgumentParser.parse_args

    class Parsed(Exception):
        pass

    def only(parser: argparse.ArgumentParser, *given: Any) -> None:
        parse(parser, *given)
        raise Parsed

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", only)
    monkeypatch.setattr(sys, "argv", [module, *rest])
    with pytest.raises(Parsed):
        runpy.run_module(module, run_name="__main__")


@pytest.mark.parametrize("command", sorted({one for _, one in FOUND if "-m pytest" in one or "python tests/" in one}))
def test_every_test_that_a_document_names_is_there(command: str) -> None:
    files = [word for word in words_of(command) if word.startswith("tests/")]
    assert all((ROOT / file).exists() for file in files)
    assert files or command == "python -m pytest test_no_colour.py"  # run below


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what documents take for granted: corpora, recipes, and a folder that was built earlier."""
    place = tmp_path_factory.mktemp("documents")
    toy = Toy.balanced(place / "corpora")
    toy.save(place / "easy-vqa.yaml", name="easy-vqa", datasheet={}, pair={"partners": "any"}, eval=True)
    toy.save(place / "my-recipe.yaml", name="my-benchmark", datasheet="my-datasheet.yaml")
    toy.save(place / "later.yaml", name="later", balance={"max_share": 0.4, "within": ["split"]})
    (place / "my-datasheet.yaml").write_text(yaml.safe_dump(ANSWERS), encoding="utf-8")
    drawn = next(block.text for block in blocks("python") if block.document == "start.md")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        exec(drawn, {})
        patch.setenv("TWOKEYS_CORPORA", "corpora")
        for recipe in ("easy-vqa.yaml", "later.yaml"):
            done = CliRunner().invoke(app, ["build", recipe, "--engine", "serial", "--quiet"])
            assert done.exit_code in (0, 1), done.output
    return place


SEVERAL = sorted({document for document, command in FOUND if is_run(command)} - {"README.md", "start.md"})


@pytest.mark.slow
@pytest.mark.parametrize("document", SEVERAL)
def test_the_commands_of_a_document_run(document: str, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In their order, on small data; what a command prints into a file is written into it."""
    monkeypatch.chdir(place)
    monkeypatch.setenv("TWOKEYS_CORPORA", "corpora")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    for name, command in FOUND:
        if name == document and is_run(command):
            run(command)


def run(command: str) -> None:
    words = [SHIPPED.get(word, word) for word in words_of(command)[1:]]
    done = CliRunner().invoke(app, words, input="y\n")
    assert done.exit_code == STATUS.get(command, 0), (command, done.output, done.exception)
    if " > " in command:
        Path(shlex.split(command)[-1]).write_text(done.stdout, encoding="utf-8")


@pytest.mark.slow
def test_getting_started_runs_from_the_first_line_to_the_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    (drawn,), (lines,) = ([block.text for block in blocks(kind) if block.document == "start.md"] for kind in KINDS)
    exec(drawn, {})
    for command in (command for document, command in FOUND if document == "start.md"):
        if command.startswith("twokeys build"):
            fill_in(Path("shapes.yaml"), lines)
        run(command)
    table = Path("out/shapes/README.md").read_text(encoding="utf-8")
    assert "no item was kept" not in table


KINDS = ("python", "yaml")


def fill_in(recipe: Path, lines: str) -> None:
    """Write the page's lines in the place of those with FILL IN, as the page says."""
    text = recipe.read_text(encoding="utf-8")
    for field, line in ((line.partition(":")[0], line) for line in lines.splitlines()):
        text, replaced = re.subn(rf"^( *)(?:# )?{field}:.*# *FILL IN.*$", rf"\g<1>{line}", text, flags=re.MULTILINE)
        assert replaced == 1, (field, text)
    recipe.write_text(text, encoding="utf-8")


@pytest.mark.slow
def test_the_guide_s_rule_passes_its_own_test(tmp_path: Path) -> None:
    """CONTRIBUTING.md: a rule that `rules new` wrote, and the two commands below it."""
    (block,) = [block for block in blocks("bash") if block.document == "CONTRIBUTING.md"]
    twokeys = [sys.executable, "-m", "twokeys"]
    subprocess.run([*twokeys, "rules", "new", "no-colour"], cwd=tmp_path, check=True, capture_output=True)
    for command in block.commands:
        words = command.split()
        ours = [*twokeys, *words[1:]] if words[0] == "twokeys" else [sys.executable, *words[1:]]
        done = subprocess.run(ours, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (command, done.stdout, done.stderr)


@pytest.mark.parametrize(
    "block",
    [pytest.param(block, id=f"{block.document}-{n}") for n, block in enumerate(blocks("yaml"))],
)
def test_every_recipe_and_part_of_one_is_taken(block: Any, tmp_path: Path) -> None:
    """A part is put into a recipe, at its top or into its corpus, and read as a recipe is."""
    part = parsed(block.text)
    whole: dict[str, Any] = {"name": "small", "title": "Small"}
    corpus = {"format": "table", "name": "mine", "path": "mine", "revision": "1", "license": "mit"}
    if "columns" in part or "revision" in part:
        corpus, part = corpus | part, {}
    (tmp_path / "my-datasheet.yaml").write_text(yaml.safe_dump(ANSWERS), encoding="utf-8")
    path = tmp_path / "recipe.yaml"
    path.write_text(yaml.safe_dump(whole | {"corpora": [corpus]} | part), encoding="utf-8")
    load(path)


def test_the_page_on_verify_names_every_claim_in_the_order_of_the_terminal() -> None:
    text = (ROOT / "docs/verify.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| ([^|]+) \| [^|]+ \|$", text, re.M)
    assert table == ["claim", "---", "manifest", "files", SIGNED, *CHECKS, DATASHEET, TOLD]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_of_a_document_lead_somewhere(document: Path) -> None:
    """Also for readers of the repository, without the site; the site's own test asks for headings too."""
    for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", document.read_text(encoding="utf-8")):
        assert (document.parent / target).exists(), target


def test_each_statement_about_another_tool_names_what_it_rests_on() -> None:
    text = (ROOT / "docs" / "compared.md").read_text(encoding="utf-8")
    tables = {part.splitlines()[0]: part for part in text.split("\n## ")}
    rows = [line.strip("| ").split(" | ") for line in tables["Side by side"].splitlines() if line.startswith("| ")]
    others = [cell for row in rows[2:] for cell in row[2:]]
    assert {len(row) for row in rows[2:]} == {6}
    assert [cell for cell in others if not re.search(r"^not mentioned|\([A-Z]\d(, [A-Z]\d)*\)$", cell)] == []
    read = re.findall(r"^\| ([A-Z]\d) \| .+ \| .+ \|$", tables["What was read"], re.M)
    assert len(read) == len(set(read))
    assert set(read) == {code for cell in others for code in re.findall(r"\b[A-Z]\d\b", cell)}
    for column, letter in enumerate("FLMD", start=2):
        assert {code[0] for row in rows[2:] for code in re.findall(r"\b[A-Z]\d\b", row[column])} == {letter}
