"""The recipes that ship."""

from __future__ import annotations

import re

import pytest

from twokeys.builder import recipe
from twokeys.builder.read.corpora import readers
from twokeys.filters import registry

NAMES = recipe.shipped()


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


def test_every_reader_but_the_general_ones_has_a_recipe():
    used = {corpus.format for name in NAMES for corpus in recipe.load(name).corpora}
    assert used == set(readers()) - {"table", "hf"}, "each format wants a recipe in builder/recipes"


@pytest.mark.parametrize("name", NAMES)
def test_a_recipe_bears_its_files_name_and_tells_origin_and_terms(name):
    found = recipe.load(name)
    assert found.name == name
    assert found.title
    assert found.description
    assert found.homepage.startswith("https://")
    for corpus in found.corpora:
        assert re.fullmatch(r"[0-9a-f]{40}|v?\d+\.\d+", corpus.revision), "`revision`: a commit or a version"
        assert corpus.license in ("mit", "cc-by-4.0", "cc0-1.0", "other")
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
