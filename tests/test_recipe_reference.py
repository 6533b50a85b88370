"""`docs/recipe.md` and the schema for editors are what the model of a recipe says."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from tests.pipeline.toy import ROOT
from twokeys.builder.recipe import Recipe, shipped
from twokeys.builder.recipe_text import parsed
from twokeys.commands.recipe_reference import examples, parts, reference, schema, schema_text

PARTS = parts()
FIELDS = [(name, info.alias or field) for name, model in PARTS.items() for field, info in model.model_fields.items()]


def test_the_document_is_fresh():
    written = (ROOT / "docs/recipe.md").read_text(encoding="utf-8")
    assert written == reference(), "run: twokeys recipe fields > docs/recipe.md"


def test_the_schema_is_fresh():
    written = (ROOT / "builder/recipes/recipe.schema.json").read_text(encoding="utf-8")
    assert written == schema_text(), "run: twokeys recipe schema > builder/recipes/recipe.schema.json"


def test_every_field_has_a_meaning_and_an_example_and_nothing_else_has():
    assert {(name, field) for name, shown in examples().items() for field in shown} == set(FIELDS)
    for name, model in PARTS.items():
        for field, info in model.model_fields.items():
            assert info.description, f"{name}.{field} needs a docstring"


def valid(name):
    """The fields without which a part is none, and the format of a pool that has all of them."""
    fields = {info.alias or field for field, info in PARTS[name].model_fields.items() if info.is_required()}
    return {field: examples()[name][field] for field in fields} | ({"format": "hf"} if name == "Pool" else {})


@pytest.mark.parametrize(("name", "field"), FIELDS)
def test_every_example_is_one_and_shows_something_else_than_the_default(name, field):
    example = examples()[name][field]
    if (name, field) == ("Recipe", "datasheet"):
        assert isinstance(example, str), "the file's name, which `load` puts its answers in the place of"
        return
    found = PARTS[name].model_validate({field: example} | valid(name))
    attribute, info = next(one for one in PARTS[name].model_fields.items() if (one[1].alias or one[0]) == field)
    if not info.is_required() and name not in ("Encoders", "Images"):
        assert getattr(found, attribute) != info.get_default(call_default_factory=True)


@pytest.mark.parametrize("name", shipped())
def test_the_schema_takes_every_recipe_that_ships_and_tells_a_misspelt_field(name):
    plan = parsed((ROOT / f"builder/recipes/{name}.yaml").read_text(encoding="utf-8"))
    validator = Draft202012Validator(schema())
    assert [error.message for error in validator.iter_errors(json.loads(json.dumps(plan)))] == []
    wrong = copy.deepcopy(plan)
    wrong["tittle"] = wrong.pop("title")
    assert len(list(validator.iter_errors(wrong))) == 2


def test_the_schema_takes_what_our_validators_take():
    plan = {
        "name": "c", "title": "C", "language": "en", "rules": ["duplicate-item"], "datasheet": "x.yaml",
        "pair": {"generators": ["question-edits"]},
        "corpora": [{
            "format": "table", "name": "c", "revision": "r", "license": "mit",
            "columns": {"values": {"a": {"0": "no"}}, "where": {"a": "x", "b": [1, None]}, "choices": ["A", "B"]},
        }],
    }  # fmt: skip
    assert list(Draft202012Validator(schema()).iter_errors(plan)) == []
    del plan["datasheet"]
    Recipe.model_validate(plan)


def test_a_recipe_of_ours_names_the_schema(tmp_path):
    from twokeys.builder.recipe_init import init_recipe

    (tmp_path / "test.csv").write_text("question,answer,image\nIs it?,yes,a.png\n")
    text = init_recipe(tmp_path / "test.csv", tmp_path / "r.yaml").recipe.read_text()
    line = text.partition("\n")[0]
    assert line.startswith("# yaml-language-server: $schema=")
    assert json.loads(Path(line.partition("=")[2]).read_text(encoding="utf-8")) == schema()
    assert list(Draft202012Validator(schema()).iter_errors(yaml.safe_load(text))) == []
