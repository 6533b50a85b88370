"""All generators by name: those that ship, imported when a recipe names them, and those of installed packages."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import partial
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from twokeys.builder.pair.edit import Generator
from twokeys.core.errors import BadInput
from twokeys.core.plugins import plugins

GROUP = "twokeys.generators"
"""Entry-point group under which other packages add generators: name = "module:GeneratorClass"."""
GENERATORS: dict[str, str] = {
    "easy-vqa-quads": "twokeys.builder.pair.generators.easy_vqa.quads:EasyVqaQuads",
    "mirror-sides": "twokeys.builder.pair.generators.mirror:MirrorSides",
    "nlvr-quads": "twokeys.builder.pair.generators.nlvr.quads:NlvrQuads",
    "photo-edits": "twokeys.builder.pair.generators.photos.generator:PhotoEdits",
    "question-edits": "twokeys.builder.pair.generators.questions.generator:QuestionEdits",
}
"""Name -> `module:Class` of every generator that ships."""


def generators() -> dict[str, type[Generator]]:
    """Return all generators by name.

    One of a package that cannot be loaded is left out, with a warning that names the package.

    Raises:
        BadInput: When two have one name.
    """
    return {name: _load(target) for name, target in GENERATORS.items()} | _installed()


def generator_class(name: str) -> type[Generator]:
    """Resolve the name of a generator.

    Raises:
        BadInput: When there is none of that name.
    """
    if name in GENERATORS:
        return _load(GENERATORS[name])
    installed = _installed()
    if name not in installed:
        known = [*GENERATORS, *installed]
        close = difflib.get_close_matches(name, known, 1)
        hint = f"did you mean {close[0]!r}?" if close else "choose one"
        raise BadInput("recipe", "pair.generators", f"no generator {name!r}", ", ".join(known), hint)
    return installed[name]


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


def _load(target: str) -> type[Generator]:
    module, _, name = target.partition(":")
    found: type[Generator] = getattr(importlib.import_module(module), name)
    return found


def _installed() -> dict[str, type[Generator]]:
    return plugins(GROUP, GENERATORS, _name, partial(BadInput, "installed packages", GROUP))


def _name(found: Any) -> str:
    if not (isinstance(found, type) and is_dataclass(found) and callable(getattr(found, "edits", None))):
        raise TypeError(f"{found!r} is no generator: a frozen dataclass as `Generator` describes it")
    return str(getattr(found, "name", None))
