"""All generators by name. Modules are imported when a recipe names them."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from builder.counterfactuals.edit import Generator
from builder.errors import BadInput

GENERATORS: dict[str, str] = {
    "easy-vqa-quads": "builder.counterfactuals.easy_vqa.quads:EasyVqaQuads",
    "mirror-sides": "builder.counterfactuals.mirror:MirrorSides",
    "nlvr-quads": "builder.counterfactuals.nlvr.quads:NlvrQuads",
}
"""Name -> `module:Class` of every generator that ships."""


def generator_class(name: str) -> type[Generator]:
    """Resolve the name of a generator.

    Raises:
        BadInput: When there is none of that name.
    """
    if name not in GENERATORS:
        close = difflib.get_close_matches(name, GENERATORS, 1)
        hint = f"did you mean {close[0]!r}?" if close else "choose one"
        raise BadInput("recipe", "pair.generators", f"no generator {name!r}", ", ".join(GENERATORS), hint)
    module, _, class_name = GENERATORS[name].partition(":")
    found: type[Generator] = getattr(importlib.import_module(module), class_name)
    return found


def make(name: str, given: Mapping[str, Any]) -> Generator:
    """Build a generator from its name and its parameters as a recipe states them.

    Raises:
        BadInput: When there is no such generator, or a parameter is unknown, missing or has a wrong value.
    """
    wanted: Any = generator_class(name)
    where = f"pair.generators.{name}"
    allowed = [field.name for field in fields(wanted) if field.init]
    if unknown := [parameter for parameter in given if parameter not in allowed]:
        names = ", ".join(allowed) or "no parameters"
        raise BadInput("recipe", where, f"the unknown parameter {unknown[0]!r}", names, "rename or remove it")
    try:
        made: Generator = TypeAdapter(wanted).validate_json(to_json(given), strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        parameter = ".".join(map(str, first["loc"]))
        raise BadInput("recipe", f"{where}.{parameter}", repr(first["input"]), first["msg"], "correct it") from error
    return made
