"""Reading single cells of an item table: missing values, lists, and texts as words."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


def is_missing(value: Any) -> bool:
    """Return whether a cell is empty, `None` or NaN; unlike `value != value`, this works on arrays, too."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def texts(value: Any) -> tuple[str, ...]:
    """Return a list cell as a tuple without missing entries; the cell may be a list, an array, or missing."""
    return () if is_missing(value) else tuple(entry for entry in value if not is_missing(entry))


def quote(text: str, limit: int = 100) -> str:
    """Quote a text for a reason: on one line, and shortened so that reasons stay readable.

    Example:
        >>> quote("red   bus"), quote("a" * 30, limit=10)
        ("'red bus'", "'aaaaaaa...'")
    """
    line = " ".join(text.split())
    return f"'{line}'" if len(line) <= limit else f"'{line[: limit - 3]}...'"


def listing(names: Iterable[str], limit: int = 5) -> str:
    """Join names for a reason; names beyond `limit` are counted.

    Example:
        >>> listing(["a", "b", "c"], limit=2)
        'a, b and 1 more'
    """
    names = list(names)
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more


def as_words(text: str) -> str:
    """Return the words of a text in one case, each between spaces, so that `in` finds whole words only.

    Example:
        >>> as_words("What's RED?"), as_words("red") in as_words("Is it a redwood?")
        (' what s red ', False)
    """
    words = re.findall(r"\w+", text.casefold())
    return f" {' '.join(words)} " if words else ""
