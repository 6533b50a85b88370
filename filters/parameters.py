"""The parameters of rules: types whose limits are checked when a recipe is read, and functions that read them."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

from annotated_types import Ge, Interval, MinLen

from twokeys.core.errors import BadInput, correction, misfit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twokeys.filters.rule import Rule

Share = Annotated[float, Interval(ge=0, le=1)]
"""A probability or a part of a whole."""

OpenShare = Annotated[float, Interval(gt=0, lt=1)]
"""A part of a whole, neither empty nor complete."""

Count = Annotated[int, Ge(1)]
"""A number of things, at least one."""

Amount = Count | OpenShare
"""A number of items of a set: a whole number counts items, a fraction is a part of the set."""

Names = Annotated[tuple[str, ...], MinLen(1)]
"""At least one name."""


def amount(value: float, total: int) -> int:
    """Turn an `Amount` of `total` items into a number of items; a part of some items is at least one item.

    Example:
        >>> amount(50, 200), amount(0.1, 200), amount(0.001, 200)
        (50, 20, 1)
    """
    return min(value if isinstance(value, int) else max(round(value * total), 1), total)


def arguments(rule: type[Rule], given: Mapping[str, Any]) -> dict[str, Any]:
    """Read the parameters of a rule from a recipe.

    Raises:
        BadInput: If a parameter is unknown, missing, or does not fit the type of its field.
    """
    allowed = {field.name: field for field in fields(rule) if field.init}
    if unknown := [name for name in given if name not in allowed]:
        names = ", ".join(allowed) or "no parameters"
        remedy = correction(unknown[0], allowed, "remove it")
        raise BadInput(f"rule {rule.id!r}", None, f"there is no parameter {unknown[0]!r}", names, remedy)
    for name, field in allowed.items():
        if name not in given and field.default is MISSING and field.default_factory is MISSING:
            problem, wanted = f"the parameter {name!r} is missing", f"a value of type {field.type}"
            raise BadInput(f"rule {rule.id!r}", None, problem, wanted, "give one")
    return {name: parse(rule, name, value) for name, value in given.items()}


def parse(rule: type[Rule], name: str, value: Any) -> Any:
    """Return `value` in the type of the field `name`: a list becomes a tuple, nothing else is converted.

    Raises:
        BadInput: If the value does not fit.
    """
    from pydantic import TypeAdapter, ValidationError
    from pydantic_core import PydanticSerializationError, to_json

    hint = get_type_hints(rule, include_extras=True)[name]
    try:
        # The strict mode of JSON accepts a list as a tuple, but neither "3" nor true as a number.
        return TypeAdapter(hint).validate_json(to_json(value), strict=True)
    except PydanticSerializationError:
        limits = "a YAML file cannot hold it"
    except ValidationError as error:
        limits = "; ".join(dict.fromkeys(problem["msg"] for problem in error.errors()))
    problem = misfit(f"{name} = {value!r}", limits)
    raise BadInput(f"rule {rule.id!r}", None, problem, "", "correct the value")
