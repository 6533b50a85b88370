"""What rewords or understands questions runs in the languages that it knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pytest

from twokeys.builder.pair.generators.registry import generators, make
from twokeys.builder.pair.languages import check_languages
from twokeys.builder.recipe import Recipe
from twokeys.core.errors import BadInput


def recipe(**fields):
    corpus = {"format": "table", "name": "c", "path": ".", "revision": "r", "license": "mit"}
    return Recipe.model_validate({"name": "c", "title": "c", "corpora": [corpus], **fields})


NEEDS_ENGLISH = [
    ("question-edits", {}),
    ("mirror-sides", {"orientation_means_nothing": True}),
    ("photo-edits", {}),
    ("retrieved", {"judge": "coco", "files": ["x.json"]}),
]


@pytest.mark.parametrize(("name", "given"), NEEDS_ENGLISH)
def test_a_generator_that_reads_english_asks_for_the_language_and_refuses_another(name, given):
    generator = make(name, given)
    for language in ("en", "en-GB", ["en", "en-US"]):
        check_languages(recipe(language=language), generator)
    with pytest.raises(BadInput, match=r"states no language.*[Aa]dd `language: en`") as caught:
        check_languages(recipe(), generator)
    assert caught.value.row == "language"
    for language in ("de", ["en", "de"], "eng"):
        with pytest.raises(BadInput, match=f"{name}' reads questions in en, and the recipe's language is (de|eng)"):
            check_languages(recipe(language=language), generator)


def test_mined_wordings_ask_for_the_language_too_and_nothing_mined_asks_nothing():
    check_languages(recipe(), None)
    check_languages(recipe(language="en", pair={"mined": ["paraphrases"]}), None)
    for fields in ({}, {"language": "fr"}):
        with pytest.raises(BadInput, match="paraphrases"):
            check_languages(recipe(pair={"mined": ["paraphrases"]}, **fields), None)


@dataclass(frozen=True)
class _OfAPackage:
    name: ClassVar[str] = "mine"


@pytest.mark.parametrize("generator", [make("retrieved", {"judge": "models"}), make("nlvr-quads", {}), _OfAPackage()])
def test_models_formats_of_one_language_and_generators_of_packages_take_any(generator):
    check_languages(recipe(), generator)
    check_languages(recipe(language="de"), generator)


def test_every_generator_that_ships_is_tried_here():
    bound = {name for name, kind in generators().items() if kind.formats}
    assert {name for name, _ in NEEDS_ENGLISH} | bound >= set(generators())


@pytest.mark.parametrize(
    ("written", "languages"), [("en", ["en"]), ("[en, zh-Hans]", ["en", "zh-Hans"]), ("no", ["no"])]
)
def test_a_recipe_states_one_language_or_several(tmp_path, written, languages):
    from twokeys.builder.recipe import load

    text = "name: c\ntitle: C\ncorpora: [{format: pope, name: c, revision: r, license: mit}]\n"
    (tmp_path / "r.yaml").write_text(f"{text}language: {written}\n")
    assert load(tmp_path / "r.yaml").language == languages


@pytest.mark.parametrize("written", ["English", "EN", "e", "en_US", "", "true", "[en, [de]]", "{en: 1}"])
def test_a_language_is_a_code(tmp_path, written):
    with pytest.raises(ValueError, match="language"):
        recipe(language=written if written[:1] not in "[{" else [written])
