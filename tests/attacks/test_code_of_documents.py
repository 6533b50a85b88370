"""Claim: the code that documents show runs as it stands.

Attack: every Python block of the card of every kind of folder (balanced, with the configs of eval.yaml, with pairs, the
audited tier alone, nothing kept), of every export's README, of README.md and of docs/ is run; configs get names that
Python does not take as variables.

Before (commit ba22272): `eval-open = load_dataset(...)` in the card of every folder with an eval.yaml is no Python, nor
is `eval-choice = ...`, and a block of docs/publishing.md calls a function that it does not import.
Now: every block runs.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import datasets
import huggingface_hub
import pytest

import twokeys
from tests.pipeline.test_auditing import audited, corpus
from tests.pipeline.toy import Toy
from twokeys.builder.build import Built, build
from twokeys.builder.pair.generators import registry
from twokeys.data_cards.card import variable
from twokeys.data_cards.header import order
from twokeys.exports.export import export
from twokeys.exports.format import BUILT_IN

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([ROOT / "README.md", *ROOT.glob("docs/*.md")])


def blocks(text: str) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def balanced(place: Path) -> Built:
    toy = Toy.shapes(place / "corpora")
    return build(toy.save(place / "r.yaml", eval=True), place / "toy", corpora=toy.corpora, engine="serial")


def paired(place: Path) -> Built:
    toy = Toy.shapes(place / "corpora")
    recipe = toy.save(place / "r.yaml", pair={"generators": ["toy-repaint"], "partners": "any"})
    return build(recipe, place / "toy", corpora=toy.corpora, engine="serial")


def alone(place: Path) -> Built:
    part = audited(["question.tfidf"], ["question.prior"])
    recipe = corpus(place / "corpora").save(place / "r.yaml", audited=part, rules=[])
    return build(recipe, place / "toy", corpora=place / "corpora", engine="serial")


def nothing(place: Path) -> Built:
    recipe = corpus(place / "corpora").save(place / "r.yaml", rules=[])
    return build(recipe, place / "toy", corpora=place / "corpora", engine="serial")


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    monkeypatch.setitem(registry.BUILT_IN, "toy-repaint", "tests.pipeline.repaint:Repaint")


@pytest.mark.parametrize("kind", [balanced, paired, pytest.param(alone, marks=pytest.mark.slow), nothing])
def test_every_block_of_a_card_runs(
    kind: Callable[[Path], Built], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first block beside the folder, the others in it, one after another, as the card says."""
    built = kind(tmp_path)
    first, *others = blocks((built.folder / "README.md").read_text(encoding="utf-8"))
    names: dict[str, Any] = {}
    monkeypatch.chdir(tmp_path)
    exec(first, names)
    for config in order(built.manifest):
        assert names[variable(config)].num_rows in built.manifest.configs[config].splits.values()
    monkeypatch.chdir(built.folder)
    for block in others:
        exec(block, names)
    assert len(others) == (2 if built.manifest.kept else 0)
    if others:
        bound = built.manifest.after.ceiling("question")
        assert f"all question: {bound.right} of {bound.items} = " in capsys.readouterr().out


def test_every_block_of_an_export_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toy = Toy.shapes(tmp_path / "corpora", train=9, test=18)
    built = build(toy.save(tmp_path / "r.yaml"), tmp_path / "toy", corpora=toy.corpora, engine="serial")
    found = 0
    for name in BUILT_IN:
        export(built.folder, name, out=tmp_path / name)
        monkeypatch.chdir(tmp_path / name)
        for block in blocks(Path("README.md").read_text(encoding="utf-8")):
            exec(block, {})
            found += 1
    assert found


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_block_of_the_documents_runs(document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On small folders under the names that documents use; a repository of the hub is a stand-in."""
    shown = blocks(document.read_text(encoding="utf-8"))
    text = "\n".join(shown)
    monkeypatch.chdir(tmp_path)
    for name in re.findall(r"out/([\w-]+)", text):
        if not (tmp_path / "out" / name).exists():
            (tmp_path / "out").mkdir(exist_ok=True)
            paired(tmp_path / name).folder.rename(tmp_path / "out" / name)
    if "ModelCard" in text:  # what `twokeys compare --hub` writes; nothing is sent
        card = tmp_path / "out/compared/hub/MODEL/README.md"
        card.parent.mkdir(parents=True)
        card.write_text("---\nlicense: mit\n---\n", encoding="utf-8")
        monkeypatch.setattr(huggingface_hub, "metadata_update", lambda name, found, create_pr: found["license"])
    if "twokeys.browse" in text:  # what it serves has tests of its own
        monkeypatch.setattr(huggingface_hub, "snapshot_download", lambda name, repo_type: tmp_path)
        page = SimpleNamespace(wait=lambda: None)
        monkeypatch.setattr(twokeys, "browse", lambda folder, host, port: page, raising=False)
    if "revision=" in text:
        monkeypatch.setattr(datasets, "load_dataset", lambda name, revision: SimpleNamespace(name=name))
    for block in shown:
        exec(block, {})


@pytest.mark.parametrize(
    "name", ["eval-open", "eval-choice", "2.0", "class", "a b", "load_dataset", "é-ü", "-", "datasets"]
)
def test_every_name_of_a_config_is_a_variable(name: str) -> None:
    (line,) = ast.parse(f"{variable(name)} = 1").body
    assert isinstance(line, ast.Assign)
    assert variable(name) != "load_dataset"
