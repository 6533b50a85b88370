"""Objects of JSON that hold a key twice: a parser would keep the last value, silently."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twokeys.core.errors import BadInput, short

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MEND = "mend or remove the row"


class Repeated(dict[str, Any]):
    """An object that holds a key twice.

    Attributes:
        key: The first such key.
    """

    key = ""


class Objects:
    """Makes the objects of a document for `json`, and sees whether one holds a key twice.

    Args:
        hook: Replaces every object.

    Attributes:
        repeated: A key that an object holds twice; None if none does.
    """

    def __init__(self, hook: Callable[[dict[str, Any]], Any] | None = None) -> None:
        self.hook = hook
        self.repeated: str | None = None

    def __call__(self, pairs: list[tuple[str, Any]]) -> Any:
        """Make one object of its pairs, in their order."""
        fields = dict(pairs)
        if len(fields) < len(pairs):
            names = [name for name, _ in pairs]
            fields = Repeated(fields)
            fields.key = self.repeated = next(name for place, name in enumerate(names) if name in names[:place])
        return fields if self.hook is None else self.hook(fields)


def repeated_in(value: Any) -> str | None:
    """A key that an object somewhere in a value holds twice; None if there is none."""
    if isinstance(value, Repeated):
        return value.key
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return next((key for each in inside if (key := repeated_in(each)) is not None), None)


def twice(file: Path | str, row: int | None, key: str) -> BadInput:
    """What is wrong with a row, or with a whole file, of which an object holds a key twice."""
    problem, allowed = f"an object holds the key {short(key, 60)} twice", "each key of an object once"
    return BadInput(file, row, problem, allowed, MEND if row is not None else "mend the file, or download it again")
