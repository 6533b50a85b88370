"""The recipes that ship."""

from __future__ import annotations

import re

import pytest

from twokeys.builder import recipe
from twokeys.builder.read.corpora import readers
from twokeys.commands.shipped import listed, needs
from twokeys.data_cards.licences import misspelt
from twokeys.filters import registry

NAMES = recipe.shipped()
SILENT = ("gqa-ood",)
"""Recipes of corpora that state no terms at all."""


def test_these_recipes_ship():
    assert set(NAMES) >= {
        "clevr",
        "easy-vqa",
        "easy-vqa-yes-no",
        "gqa-ood",
        "math-vision",
        "math-vision-text",
        "nlvr",
        "pope",
        "sugarcrepe",
        "sugarcrepe-unrefined",
        "tri-bench",
        "vqa-rad",
        "vqa-v2",
        "vqa-v2-60k",
    }


def test_every_reader_has_a_recipe():
    used = {corpus.format for name in NAMES for corpus in recipe.load(name).corpora}
    assert used == set(readers()), "each format wants a recipe in builder/recipes"


@pytest.mark.parametrize("name", NAMES)
def test_a_recipe_bears_its_files_name_and_tells_origin_and_terms(name):
    found = recipe.load(name)
    assert found.name == name
    assert found.title
    assert found.description
    assert found.homepage.startswith("https://")
    for corpus in found.corpora:
        told = re.fullmatch(r"[0-9a-f]{40}|v?\d+\.\d+|unchecked", corpus.revision)
        assert told, "`revision`: a commit or a version, or `unchecked` where none could be looked up"
        assert misspelt(corpus.license) is None
        assert corpus.license != "other" or corpus.license_link or name in SILENT, "terms of their own stand somewhere"
        assert corpus.homepage.startswith("https://")
        assert corpus.group_by


@pytest.mark.parametrize("name", NAMES)
def test_citations_are_whole_bibtex_entries(name):
    for corpus in recipe.load(name).corpora:
        assert re.match(r"@(inproceedings|article|misc)\{\w+,\n", corpus.citation), "`citation`: one BibTeX entry"
        assert corpus.citation.count("{") == corpus.citation.count("}")
        for field in ("title", "author", "year"):
            assert re.search(rf"^  {field} = \{{", corpus.citation, re.MULTILINE)


@pytest.mark.parametrize("name", NAMES)
def test_the_rules_of_a_recipe_exist_and_suit_its_pictures(name):
    found = recipe.load(name)
    rules = [use.rule for use in found.rules]
    assert len(set(rules)) == len(rules)
    assert set(rules) <= set(registry.rules())
    if not found.publishable:
        assert not {"degenerate-image", "near-duplicate-across-splits"} & set(rules)


def test_pope_keeps_the_questions_that_its_splits_share():
    assert "duplicate-item" not in [use.rule for use in recipe.load("pope").rules]


def test_a_part_of_a_recipe_holds_nothing_else():
    whole = recipe.load("easy-vqa")
    part = whole.only("measure", "seed")
    assert (part.measure, part.seed) == (whole.measure, whole.seed)
    assert part.model_dump(exclude={"measure", "seed"}) == recipe.load("pope").only().model_dump(
        exclude={"measure", "seed"}
    )
    assert whole.model_copy(update={"title": "Other", "rules": []}).only("measure", "seed") == part


def test_every_recipe_is_listed_once_and_says_what_it_needs():
    by_kind = [name for items in listed().values() for name in items]
    assert sorted(by_kind) == NAMES
    assert needs(recipe.load("easy-vqa")) == "nothing"
    assert needs(recipe.load("pope")) == "files"
    assert needs(recipe.load("vqa-v2")) == "files and photos"
    assert needs(recipe.load("mmmu")) == "the Hub"


def test_vqa_v1_is_read_from_the_files_that_it_is_published_in(tiny_corpus, tmp_path, read):
    plan = recipe.load("vqa-v1").corpora[0]
    tiny = tiny_corpus("vqa-v2")
    for name, content in tiny.files.items():
        if "pairs" not in name:
            path = tmp_path / plan.path / name.removeprefix("v2_")
            path.parent.mkdir(exist_ok=True)
            path.write_text(content)
    rows = read(plan.model_copy(update={"splits": ["train"]}), tmp_path)
    assert [(row.question, row.answer) for row in rows] == [
        ("Is there a bell?", "yes"), ("How many trees?", "2"), ("What is it?", "bell")
    ]  # fmt: skip
    assert {row.image.partition("//")[2] for row in rows} <= {
        f"train2014/COCO_train2014_{number:012}.jpg" for number in (9, 25)
    }


def test_gqa_is_read_from_its_validation_questions(tiny_corpus, tmp_path, read):
    plan = recipe.load("gqa").corpora[0]
    (tmp_path / plan.path).mkdir()
    head = next(content for name, content in tiny_corpus("gqa").files.items() if "head" in name)
    (tmp_path / plan.path / "val_balanced_questions.json").write_text(head)
    rows = read(plan, tmp_path)
    assert [(row.split, row.answer, row.image) for row in rows] == [
        ("val", "couch", "file:images/n54424.jpg"), ("val", "yes", "file:images/n54424.jpg")
    ]  # fmt: skip
