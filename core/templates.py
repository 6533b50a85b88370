"""Templates: text with `{name}` in it, filled by plain substitution without attributes, formats or code."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

_MARKS = re.compile(r"(?P<brace>\{\{|\}\})|\{(?P<name>[^{}]*)\}|(?P<stray>[{}])")


def is_template(text: str) -> bool:
    """Whether a text holds a brace; a text without braces names a single column.

    Example:
        >>> is_template("{id}.png"), is_template("id")
        (True, False)
    """
    return "{" in text or "}" in text


def names_in(text: str) -> list[str]:
    """Return the names in a text, each once: the names in braces, or the text itself if it holds no brace.

    `{}` stands for nothing: it makes a text without names a template.

    Raises:
        ValueError: When a brace has no partner.

    Example:
        >>> names_in("{hint} {question.text}"), names_in("question"), names_in("Which one?{}")
        (['hint', 'question.text'], ['question'], [])
    """
    if not is_template(text):
        return [text]
    if any(mark["stray"] for mark in _MARKS.finditer(text)):
        raise ValueError(
            f"{text!r} holds a brace without a column's name: write {{column}}, and {{{{ or }}}} for a brace"
        )
    return list(dict.fromkeys(mark["name"] for mark in _MARKS.finditer(text) if mark["name"]))


def filled(text: str, value: Callable[[str], str]) -> str:
    """Replace names by values, once: braces inside a value are plain text.

    Args:
        text: The template.
        value: Function that returns the text for a name.

    Example:
        >>> filled("{{{a}}} {b}", {"a": "{b}", "b": "2"}.__getitem__)
        '{{b}} 2'
    """

    def put(mark: re.Match[str]) -> str:
        if mark["brace"]:
            return str(mark["brace"][0])
        return value(mark["name"]) if mark["name"] else ""

    return _MARKS.sub(put, text)


def as_text(value: Any) -> str:
    """Return a single value as a text file would hold it; None and NaN give the empty text.

    Example:
        >>> as_text(7.0), as_text(True), as_text(float("nan")), as_text(" a ")
        ('7', 'true', '', 'a')
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
