"""The fields of a recipe, from its pydantic model: `docs/recipe.md` for users, a JSON schema for editors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import resources
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, TypeAdapter
from pydantic.fields import FieldInfo

from twokeys.builder.recipe import Recipe
from twokeys.builder.recipe_errors import models_in

SCHEMA = "recipe.schema.json"
"""Name of the schema's file beside the shipped recipes."""
_LIMITS = {
    "minimum": "at least", "maximum": "at most", "exclusiveMinimum": "above", "exclusiveMaximum": "below",
}  # fmt: skip
"""Limits of numbers in a JSON schema -> words."""
_HEAD = """\
# The fields of a recipe

Made from the code by `twokeys recipe fields`; a test compares the two. A recipe is one YAML file; `twokeys recipe init`
writes one for what is on the disk, and `twokeys recipe check` tells all that is wrong with it. Paths of rules and of
the datasheet are relative to the recipe's file; paths of corpora are relative to `--corpora`.

Editors that know the YAML language server complete and check fields by a schema: begin the recipe with the line that
`twokeys recipe init` writes, or with `# yaml-language-server: $schema=recipe.schema.json` beside the file that
`twokeys recipe schema` prints.
"""


def parts() -> dict[str, type[BaseModel]]:
    """All parts of a recipe by the name of their model, in the order in which fields name them."""
    models: dict[str, type[BaseModel]] = {}

    def visit(model: type[BaseModel]) -> None:
        if model.__name__ not in models:
            models[model.__name__] = model
            for field in model.model_fields.values():
                for inner in models_in(field.annotation):
                    visit(inner)

    visit(Recipe)
    return models


def examples() -> dict[str, dict[str, Any]]:
    """Model -> field -> an example."""
    text = resources.files("twokeys.commands").joinpath("recipe_examples.yaml").read_text(encoding="utf-8")
    read: dict[str, dict[str, Any]] = yaml.safe_load(text)
    return read


def reference() -> str:
    """Return the document: a table for each part, with type, default, meaning and example of every field."""
    shown, text = examples(), _HEAD
    for name, model in parts().items():
        text += f"\n## {_title(name)}\n\n{_paragraph(model.__doc__ or '')}\n\n"
        text += "| field | holds | default | meaning | example |\n| --- | --- | --- | --- | --- |\n"
        for field, info in model.model_fields.items():
            key = info.alias or field
            meaning, example = _paragraph(info.description or "").replace("None", "null"), _shown(key, shown[name][key])
            cells = (f"`{key}`", _type(info), _default(info), meaning, example)
            text += f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"
    return text


def schema() -> dict[str, Any]:
    """The JSON schema of a recipe file; it also allows values that only our validators convert to the types."""
    whole = Recipe.model_json_schema(by_alias=True)
    whole["title"], whole["$schema"] = "twokeys recipe", "http://json-schema.org/draft-07/schema#"
    for name in ("RuleUse", "GeneratorUse"):
        whole["$defs"][name] = {"anyOf": [{"type": "string"}, whole["$defs"][name]]}
    fields, columns = whole["properties"], whole["$defs"]["Columns"]["properties"]
    for place, name, forms in (
        (fields, "language", [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]),
        (fields, "datasheet", [{"type": "string"}, {"type": "object"}]),
        (columns, "values", [{"type": "object", "additionalProperties": {"type": "object"}}]),
        (columns, "where", [{"type": "object"}]),
    ):
        place[name] = {"anyOf": forms, "description": place[name]["description"]}
    return whole


def schema_text() -> str:
    """The schema as its file holds it."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


def _title(name: str) -> str:
    """The place of a part, from the fields that hold it."""
    if name == "Recipe":
        return "The recipe"
    places = [place for place, model in _places() if model.__name__ == name]
    return " and ".join(f"`{place}`" for place in dict.fromkeys(places))


def _places() -> Iterator[tuple[str, type[BaseModel]]]:
    """Dotted place -> the part at this place."""
    paths: dict[str, str] = {"Recipe": ""}
    for name, model in parts().items():
        for field, info in model.model_fields.items():
            for inner in models_in(info.annotation):
                place = f"{paths.get(name, '')}{info.alias or field}"
                paths.setdefault(inner.__name__, f"{place}.")
                yield place, inner


def _paragraph(text: str) -> str:
    return " ".join(text.split())


def _type(info: FieldInfo) -> str:
    """The type in words: `text`, `list of text`, choices."""
    limited: Any = info.annotation
    for limit in info.metadata:
        limited = Annotated[limited, limit]
    return _described(TypeAdapter(limited).json_schema(by_alias=True))


def _described(field: dict[str, Any]) -> str:
    words = {
        "string": "text",
        "integer": "whole number",
        "number": "number",
        "boolean": "true or false",
        "null": "null",
    }
    if "anyOf" in field:
        return " or ".join(dict.fromkeys(_described(each) for each in field["anyOf"]))
    if "enum" in field:
        return " or ".join(f"`{each}`" for each in field["enum"])
    if "const" in field:
        return f"`{field['const']}`"
    if "$ref" in field:
        return f"`{field['$ref'].rpartition('/')[2]}`: see below"
    if field.get("type") == "array":
        return f"list of {_described(field.get('items', {}))}"
    if field.get("type") == "object" and "properties" in field:
        return "fields: see below"
    if field.get("type") == "object":
        inner = field.get("additionalProperties", {})
        return f"mapping to {_described(inner)}" if isinstance(inner, dict) and inner else "mapping"
    limits = [f"{word} {field[key]}" for key, word in _LIMITS.items() if key in field]
    kind = words.get(str(field.get("type")), str(field.get("type", "anything")))
    return f"{kind}, {' and '.join(limits)}" if limits else kind


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "required"
    value = info.get_default(call_default_factory=True)
    if isinstance(value, BaseModel):
        return "as below"
    return "null" if value is None else f"`{json.dumps(value, ensure_ascii=False)}`"


def _shown(field: str, example: Any) -> str:
    text = yaml.safe_dump({field: example}, default_flow_style=True, allow_unicode=True, width=10_000, sort_keys=False)
    return f"`{text.strip()[1:-1]}`"
