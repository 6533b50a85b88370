"""A cell of a row: text or a number, as it is published."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from twokeys.core.errors import BadInput, short
from twokeys.core.visible import unreadable

if TYPE_CHECKING:
    from twokeys.core.items import Row, TextRule


def cell(row: Row, what: str, value: Any, text: TextRule) -> str:
    """A text or a number as canonical text.

    Raises:
        BadInput: When it is neither, or shows nothing, or holds characters that have no meaning.
    """
    number = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    if not isinstance(value, str) and not number:
        problem = f"the {what} is {short(value)}, of type {type(value).__name__}"
        raise BadInput(row.file, row.row, problem, "text or a number", f"give the {what} as text")
    clean = text(str(value))
    if signs := unreadable(clean):
        problem = f"the {what} holds {', '.join(signs[:3])}"
        remedy = "write what the source meant, or leave the row out"
        raise BadInput(row.file, row.row, problem, "characters to which Unicode gives a meaning", remedy)
    if not clean:
        raise BadInput(row.file, row.row, f"the {what} is empty", "text", f"fill in the {what}, or remove the row")
    return clean
