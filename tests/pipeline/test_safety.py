"""Nothing of the user's is ever replaced or run, and a bad recipe is answered with what is wrong in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.pipeline.conftest import Build
from tests.pipeline.toy import Toy
from twokeys.builder.build import build
from twokeys.builder.recipe import load, shipped
from twokeys.builder.verify import verify
from twokeys.core.errors import BadInput


def contents(folder: Path) -> dict[str, bytes | None]:
    return {str(path): path.read_bytes() if path.is_file() else None for path in sorted(folder.rglob("*"))}


@pytest.mark.parametrize(
    "files",
    [
        ["thesis.tex"],
        ["manifest.json"],  # many a tool writes a file of this name
        ["manifest.json", "src/app.js"],
        [".hidden"],
        ["deep/down/notes.txt"],
        ["README.md", "balanced/test-00000-of-00001.parquet"],
    ],
    ids=str,
)
def test_a_folder_with_files_of_others_is_refused_and_left_alone(
    toy: Toy, make: Build, tmp_path: Path, files: list[str]
) -> None:
    for name in files:
        (tmp_path / "out" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "out" / name).write_text('{"files": {"thesis.tex": ""}}')
    before = contents(tmp_path / "out")
    with pytest.raises(BadInput, match="files that twokeys did not write, such as ") as error:
        make(toy)
    assert error.value.file == "--out"
    assert contents(tmp_path / "out") == before
    assert not (tmp_path / ".out.run").exists(), "refused before any work"


def test_notes_in_a_published_folder_keep_it_from_being_replaced(toy: Toy, make: Build, tmp_path: Path) -> None:
    built = make(toy)
    (built.folder / "NOTES.md").write_text("mine")
    with pytest.raises(BadInput, match=r"NOTES\.md"):
        make(toy, title="Other")
    assert (built.folder / "NOTES.md").read_text() == "mine"
    (built.folder / "NOTES.md").rename(tmp_path / "NOTES.md")
    assert make(toy, title="Other").manifest.title == "Other"


def test_a_file_in_the_place_of_the_folder_is_refused(toy: Toy, make: Build, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(BadInput, match="--out"):
        make(toy)
    assert (tmp_path / "out").read_text() == "mine"


def test_an_empty_folder_and_one_of_an_earlier_build_are_taken(toy: Toy, make: Build, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert make(toy).certified
    assert make(toy, title="Other").certified


def test_a_link_to_a_folder_is_followed_and_stays_a_link(toy: Toy, make: Build, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "real")
    for title in ("One", "Two"):
        built = make(toy, title=title)
        assert (tmp_path / "out").is_symlink()
        assert built.manifest.title == title
        assert (tmp_path / "real" / "manifest.json").is_file()
    assert not [finding for finding in verify(tmp_path / "out") if not finding.ok]


def test_the_working_directory_can_be_the_published_folder(
    toy: Toy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    recipe = toy.save(tmp_path / "recipe.yaml")
    assert build(recipe, Path(), corpora=toy.corpora, engine="serial").certified
    assert (tmp_path / "here" / "manifest.json").is_file()
    assert (tmp_path / ".here.run").is_dir()


def test_a_build_that_fails_leaves_the_earlier_one_as_it_was(tmp_path: Path, make: Build) -> None:
    toy = Toy.shapes(tmp_path / "corpora")
    built = make(toy)
    before = contents(built.folder)
    toy.rows["test"][3]["answer"] = ""
    with pytest.raises(BadInput):
        make(toy.write())
    assert contents(built.folder) == before
    assert not list(tmp_path.glob(".out.partial"))


# --------------------------------------------------------------------------------------------------------- recipes


def changed(toy: Toy, tmp_path: Path, **fields: Any) -> Path:
    return toy.save(tmp_path / "recipe.yaml", **fields)


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({"colour": "red"}, ["colour"]),
        ({"balance": {"max_shar": 0.5}}, ["balance.max_shar", "did you mean 'max_share'?"]),
        ({"balance": {"max_share": 1.5}}, ["balance.max_share", "1.5", "less than 1"]),
        ({"balance": {"max_share": float("nan")}}, ["balance.max_share", "nan"]),
        (
            {"balance": {"within": ["colour"]}},
            ["balance", "colour", "source, split, answer_type", "`categories`"],
        ),
        ({"measure": {"folds": 1}}, ["measure.folds", "1"]),
        ({"measure": {"baselines": "question.prior"}}, ["measure.baselines", "list"]),
        ({"bad_rows": "ignore"}, ["bad_rows", "'stop' or 'set aside'"]),
        ({"name": "A toy"}, ["name", "A toy"]),
        ({"corpora": []}, ["corpora", "at least 1"]),
        ({"rules": [{"rule": "duplicate-item", "when": {}}]}, ["rules.0.when"]),
        ({"images": {"max_pixels": 0}}, ["images.max_pixels"]),
    ],
    ids=str,
)
def test_a_wrong_field_of_a_recipe_is_named(toy: Toy, tmp_path: Path, fields: dict[str, Any], names: list[str]) -> None:
    with pytest.raises(BadInput) as error:
        load(changed(toy, tmp_path, **fields))
    for name in names:
        assert name in str(error.value)
    assert "recipe.yaml" in str(error.value)


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"name": "a:b"}, "corpora.0.name"),
        ({"licence": "mit"}, "did you mean 'license'?"),
        ({"images": "some"}, "corpora.0.images"),
        ({"format": "tables"}, "table"),
        ({"path": "nowhere"}, "no such folder"),
        ({"splits": ["dev"]}, "Allowed: test, train"),
        ({"columns": {"image": "picture", "question": "text"}}, "no field 'text'"),
        ({"options": {"meat": []}}, "options.meat"),
    ],
    ids=str,
)
def test_a_wrong_field_of_a_corpus_is_named(toy: Toy, make: Build, change: dict[str, Any], names: str) -> None:
    with pytest.raises(BadInput) as error:
        make(toy, corpora=[toy.corpus(**change)])
    assert names in str(error.value)


def test_a_missing_field_is_named(toy: Toy, tmp_path: Path) -> None:
    recipe = toy.recipe()
    del recipe["title"]
    (tmp_path / "recipe.yaml").write_text(yaml.safe_dump(recipe))
    with pytest.raises(BadInput, match="title: the field is missing"):
        load(tmp_path / "recipe.yaml")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"name: [", "no YAML"),
        (b"name: \x00", "no YAML"),
        (b"name: caf\xe9", "no UTF-8"),
        (b"", "valid dictionary"),
        (b"- name: toy", "valid dictionary"),
        (b"!!python/object/apply:os.system ['touch run']", "no YAML"),
    ],
)
def test_a_file_that_is_no_recipe_is_no_traceback(tmp_path: Path, text: bytes, says: str) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_bytes(text)
    with pytest.raises(BadInput) as error:
        load(path)
    assert says in str(error.value)
    assert str(path) in str(error.value)


def test_an_unknown_recipe_suggests_and_lists_those_that_ship() -> None:
    with pytest.raises(BadInput) as error:
        load("easy-vqe")
    assert "did you mean 'easy-vqa'?" in str(error.value)
    assert all(name in str(error.value) for name in shipped())


def test_two_corpora_of_one_name_are_refused(toy: Toy, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="different names"):
        load(changed(toy, tmp_path, corpora=[toy.corpus(), toy.corpus()]))


@pytest.mark.parametrize(
    "field", [{"measure": {"baselines": ["question.oracle"]}}, {"measure": {"baselines": ["oracle"]}}]
)
def test_an_unknown_baseline_names_those_that_exist(toy: Toy, make: Build, field: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match=r"measure\.baselines.*question\.prior"):
        make(toy, **field)


def test_an_unknown_engine_names_those_that_exist(toy: Toy, make: Build) -> None:
    with pytest.raises(BadInput, match="serial, process, ray"):
        make(toy, engine="spark")


def test_a_corpus_of_one_item_cannot_be_folded_and_says_so(tmp_path: Path, make: Build) -> None:
    toy = Toy.shapes(tmp_path / "corpora")
    toy.rows = {"test": toy.rows["test"][:1]}
    toy.table("train").unlink()
    with pytest.raises(BadInput, match="items are in one group"):
        make(toy.write())
