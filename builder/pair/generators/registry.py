"""All generators by name: those that ship, imported when a recipe names them, and those of installed packages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from twokeys.builder.pair.edit import Generator
from twokeys.core.errors import BadInput, correction, misfit
from twokeys.core.plugins import Registry

BUILT_IN: dict[str, str] = {
    "easy-vqa-quads": "twokeys.builder.pair.generators.easy_vqa.quads:EasyVqaQuads",
    "mirror-sides": "twokeys.builder.pair.generators.mirror:MirrorSides",
    "nlvr-quads": "twokeys.builder.pair.generators.nlvr.quads:NlvrQuads",
    "photo-edits": "twokeys.builder.pair.generators.photos.generator:PhotoEdits",
    "retrieved": "twokeys.builder.pair.generators.retrieved.generator:Retrieved",
    "question-edits": "twokeys.builder.pair.generators.questions.generator:QuestionEdits",
}
"""Name -> `module:Class` of every generator that ships."""


def _generates(candidate: Any) -> bool:
    makes = any(callable(getattr(candidate, name, None)) for name in ("edits", "retrieve"))
    return isinstance(candidate, type) and is_dataclass(candidate) and makes


GENERATORS: Registry[type[Generator]] = Registry(
    kind="generator",
    group="twokeys.generators",
    built_in=BUILT_IN,
    fits=_generates,
    must="generator: a frozen dataclass as `Generator` describes it",
    place="recipe, pair.generators",
)


def generators() -> dict[str, type[Generator]]:
    """Return all generators by name.

    A generator of a package that cannot be loaded is left out, with a warning that names the package.

    Raises:
        BadInput: When two have one name.
    """
    return GENERATORS.all()


def generator_class(name: str) -> type[Generator]:
    """Resolve the name of a generator.

    Raises:
        BadInput: When there is none of that name.
    """
    return GENERATORS.get(name)


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
        problem = f"there is no parameter {unknown[0]!r}"
        raise BadInput("recipe", where, problem, names, correction(unknown[0], allowed, "remove it"))
    try:
        made: Generator = TypeAdapter(wanted).validate_json(to_json(given), strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        parameter = ".".join(map(str, first["loc"]))
        problem = misfit(repr(first["input"]), first["msg"])
        raise BadInput("recipe", f"{where}.{parameter}", problem, "", "correct the value") from error
    return made
