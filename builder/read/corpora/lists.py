"""Lists in cells: as a table holds them, or as text that JSON, Python, numpy or pandas wrote."""

from __future__ import annotations

import ast
import json
import math
import tokenize
from io import StringIO
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

from twokeys.builder.read.corpora.opening import MEND, SourceFile
from twokeys.core.errors import BadInput, short

if TYPE_CHECKING:
    from collections.abc import Iterator

HOLES = frozenset({"nan", "NaN", "<NA>"})
"""How pandas and numpy write a missing value as text."""
_CLOSING = frozenset(")]}")
_OPENING = frozenset("([{")
_LAYOUT = frozenset({tokenize.NEWLINE, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER})
_NAMES = {"nan": "None", "NaN": "None", "null": "None", "true": "True", "false": "False"}
"""Words in printed lists that Python's literals do not have."""


def absent(value: Any) -> bool:
    """Whether a cell holds nothing: no value, an empty text, not-a-number, or how pandas writes these as text.

    Example:
        >>> [absent(value) for value in (None, "", float("nan"), "nan", "none", 0, [])]
        [True, True, True, True, False, False, False]
    """
    if isinstance(value, str):
        return not value or value.strip() in HOLES
    return value is None or (isinstance(value, float) and math.isnan(value))


def as_list(value: Any, name: str, file: SourceFile, row: int | str) -> list[Any]:
    """A cell that holds a list; a text holds one as JSON, Python or numpy writes it.

    An absent cell is an empty list, and a value that is no list is a list of one.

    Raises:
        BadInput: When a text begins like a list and is none; numpy leaves out what it prints as `...`.
    """
    if absent(value):
        return []
    if not isinstance(value, str) or not value.lstrip().startswith("["):
        return list(value) if isinstance(value, list | tuple) else [value]
    members = printed(value)
    if isinstance(members, list):
        return members
    allowed = "a list as JSON, Python or numpy writes it, with all its members"
    raise BadInput(file.name, row, f"{name} is {short(value)}", allowed, MEND)


def by_letter(value: Any) -> list[Any] | None:
    """The options of an object that names each by its letter, in the order of letters; None if it is no such object.

    A letter without an option holds its place.

    Example:
        >>> by_letter({"B": "blue", "A": "red"}), by_letter("{'a': 'x', 'c': 'z'}"), by_letter({"text": "x"})
        (['red', 'blue'], ['x', None, 'z'], None)
    """
    options = printed(value) if isinstance(value, str) and value.lstrip().startswith("{") else value
    if not isinstance(options, dict) or not options:
        return None
    if not all(isinstance(key, str) and len(key) == 1 and key.upper() in ascii_uppercase for key in options):
        return None
    places = {ascii_uppercase.index(key.upper()): option for key, option in options.items()}
    return [places.get(place) for place in range(max(places) + 1)] if len(places) == len(options) else None


def printed(text: str) -> Any:
    r"""The value that a text was printed from; the text itself if nothing prints so. Nothing in it is run.

    Between two members numpy prints no comma, and Python takes two texts without a comma for one: commas are put in
    first.

    Example:
        >>> printed("['yes' 'no']"), printed('["a", null]'), printed("[{'answer': 'a'}\n {'answer': 'b'}]")
        (['yes', 'no'], ['a', None], [{'answer': 'a'}, {'answer': 'b'}])
        >>> printed("['a' ... 'z']")
        "['a' ... 'z']"
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    try:
        return ast.literal_eval("".join(_with_commas(text)))
    except (ValueError, SyntaxError, RecursionError, MemoryError, tokenize.TokenError, IndentationError):
        return text


def _with_commas(text: str) -> Iterator[str]:
    """The tokens of a printed value on one line, with a comma between any two values that stand side by side.

    Raises:
        ValueError: When something was left out.
    """
    after_value = False
    for token in tokenize.generate_tokens(StringIO(text.strip()).readline):
        if token.type in _LAYOUT:
            continue
        if token.string == "...":
            raise ValueError("members are left out")
        name = token.type in (tokenize.STRING, tokenize.NUMBER, tokenize.NAME)
        if after_value and (name or token.string in _OPENING or _is_sign(token)):
            yield ","
        yield _NAMES.get(token.string, token.string) if token.type == tokenize.NAME else token.string
        after_value = name or token.string in _CLOSING


def _is_sign(token: tokenize.TokenInfo) -> bool:
    """Whether a minus belongs to the number after it: it stands close to it, with a space before it."""
    before, after = token.line[: token.start[1]], token.line[token.end[1] :]
    return token.string == "-" and before[-1:].isspace() and not after[:1].isspace()
