"""What only describes a benchmark or its sources is written anew without measuring anything again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.toy import ANSWERS, Toy
from twokeys.builder.build import Built, build
from twokeys.builder.recipe import Corpus, Recipe
from twokeys.builder.verify import verify

RECIPE: dict[str, Any] = {
    "title": "Other shapes",
    "description": "Shapes, drawn by a programme.",
    "homepage": "https://example.org/shapes",
    "authors": ["Bo Example"],
    "datasheet": ANSWERS | {"uses": {"works": "https://example.org/works"}},
}
"""Fields of a recipe that describe it, with other values."""
SOURCE: dict[str, Any] = {
    "citation": "Bo Example, Other shapes, 2027.",
    "homepage": "https://example.org/source",
    "notice": "Copyright Bo Example",
    "license_link": "https://example.org/terms",
}
"""Fields of a corpus that describe it, with other values."""
READ: dict[str, Any] = {
    "format": "hf",
    "name": "other",
    "path": "other",
    "splits": ["test"],
    "images": "names",
    "image_folder": "other",
    "revision": "r2",
    "license": "mit",
    "columns": {"question": "asked"},
    "options": {"files": {}},
}
"""Fields of a corpus that rows follow from, with other values."""


@pytest.fixture(scope="module")
def work(toy: Toy, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder in which everything is done."""
    place = tmp_path_factory.mktemp("described")
    build(toy.save(place / "toy.yaml"), place / "toy", corpora=toy.corpora, work=place / "work", engine="serial")
    return place / "work"


def again(toy: Toy, work: Path, out: Path, **changes: Any) -> Built:
    """Build a changed recipe in the same run folder."""
    recipe = toy.save(out / "recipe.yaml", **changes)
    return build(recipe, out / "toy", corpora=toy.corpora, work=work, engine="serial")


@pytest.mark.parametrize("field", RECIPE)
def test_what_describes_a_recipe_measures_nothing_anew(toy: Toy, work: Path, tmp_path: Path, field: str) -> None:
    done = again(toy, work, tmp_path, **{field: RECIPE[field]})
    assert list(done.executed) == ["publish"]
    assert done.manifest.recipe[field] == RECIPE[field]


@pytest.mark.parametrize("field", SOURCE)
def test_what_describes_a_source_measures_nothing_anew(toy: Toy, work: Path, tmp_path: Path, field: str) -> None:
    done = again(toy, work, tmp_path, corpora=[toy.corpus(**{field: SOURCE[field]})])
    assert list(done.executed) == ["publish"]
    assert getattr(done.manifest.sources[0], field) == SOURCE[field]


def test_what_is_stated_of_labels_measures_nothing_anew(toy: Toy, work: Path, tmp_path: Path) -> None:
    done = again(toy, work, tmp_path, corpora=[toy.corpus(label_noise=0.1)])
    assert list(done.executed) == ["publish"]
    assert done.manifest.label_noise is not None


def test_what_was_written_anew_holds_in_every_word(toy: Toy, work: Path, tmp_path: Path) -> None:
    done = again(toy, work, tmp_path, corpora=[toy.corpus(**SOURCE)], **RECIPE)
    assert list(done.executed) == ["publish"]
    assert [finding.check for finding in verify(done.folder) if not finding.ok] == []
    assert "Bo Example" in (done.folder / "DATASHEET.md").read_text(encoding="utf-8")


def test_every_field_of_a_corpus_is_read_from_describes_or_groups() -> None:
    assert set(Corpus.model_fields) == {*SOURCE, *READ, "group_by", "label_noise"}


@pytest.mark.parametrize("field", READ)
def test_what_rows_follow_from_counts(toy: Toy, field: str) -> None:
    plain, other = (Corpus.model_validate(toy.corpus(**changes)) for changes in ({}, {field: READ[field]}))
    assert plain.read_from != other.read_from


def test_another_grouping_reads_nothing_anew_but_measures(toy: Toy, work: Path, tmp_path: Path) -> None:
    done = again(toy, work, tmp_path, corpora=[toy.corpus(group_by=["image", "question"])])
    assert {"groups", "measure"} <= set(done.executed)
    assert not {"rows", "pictures", "items"} & set(done.executed)


def test_the_whole_recipe_counts_for_what_is_published(toy: Toy) -> None:
    keys = {Recipe.model_validate(toy.recipe(**{field: value})).key for field, value in RECIPE.items()}
    assert len({*keys, Recipe.model_validate(toy.recipe()).key}) == len(RECIPE) + 1
