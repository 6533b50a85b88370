"""What is wrong with a recipe's fields: each by its place, with the nearest name of the part that it lies in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from twokeys.core.errors import BadInput, correction, misfit


class BadRecipe(BadInput):
    """A recipe with fields that are wrong, all of them at once; its text is of the first one."""

    def __init__(self, problems: list[BadInput]) -> None:
        self.problems = problems
        first = problems[0]
        super().__init__(first.file, first.row, first.problem, first.allowed, first.remedy)

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.problems,)


def bad_fields(recipe: str, whole: type[BaseModel], error: ValidationError) -> list[BadInput]:
    """Name each field that is wrong, and the field that was probably meant.

    Args:
        recipe: Its name or file, for messages.
        whole: The model of a recipe.
        error: What pydantic says.
    """
    return [
        _bad_field(recipe, whole, found["loc"], found["type"], misfit(_written(found["input"]), found["msg"]))
        for found in error.errors()
    ]


def _written(value: object) -> str:
    try:
        return repr(value)
    except ValueError:  # Python writes no number of more than 4,300 digits
        return "a number of thousands of digits"


def _bad_field(recipe: str, whole: type[BaseModel], place: tuple[int | str, ...], kind: str, problem: str) -> BadInput:
    field = ".".join(str(part) for part in place) or "the recipe"
    if kind == "missing":
        return BadInput(recipe, field, "the field is missing", "", "add it, and run again")
    if kind == "extra_forbidden":
        names = _names_beside(whole, place)
        remedy = correction(str(place[-1]), names, "remove it")
        return BadInput(recipe, field, f"there is no field {place[-1]!r}", ", ".join(names), remedy)
    return BadInput(recipe, field, problem, "", "correct the field, and run again")


def _names_beside(whole: type[BaseModel], place: tuple[int | str, ...]) -> list[str]:
    """The fields of the part of a recipe in which a place lies."""
    part = whole
    for step in place[:-1]:
        field = next((field for name, field in part.model_fields.items() if step in (name, field.alias)), None)
        part = next(models_in(field.annotation), part) if field is not None else part
    return [field.alias or name for name, field in part.model_fields.items()]


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The parts of a recipe that a field may hold."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from models_in(inner)
