"""NLVR's statements in one spelling: its writers misspelt much, and wrote one thing in several ways."""

from __future__ import annotations

import re

_SPELLING = {
    r"\batleast\b|\btleast\b|\bt least\b": "at least",
    r"^ll\b": "all",
    r"\bsquere\b": "square",
    r"\bcirlce\b": "circle",
    r"\btraingle\b": "triangle",
    r"\bbule\b": "blue",
    r"\bablue\b": "a blue",
    r"\bblccks\b": "blocks",
    r"\bblacks\b": "black",
    r"\bbellow\b": "below",
    r"\btocuhing\b": "touching",
    r"\bha\b": "has",
    r"\ba sthe\b": "as the",
    r"\bthan contains\b": "that contains",
    r"\bcolour": "color",
    r"\bgrey squares\b": "grey boxes",
    r"\bgrey square\b": "grey box",
    r"\b(all|of the|of) three\b": r"\1 3",
    r", and\b| ,": " and",
    r", (which|that)\b": r" \1",
    r",": " and",
    r"\b(color|colored) (block|item|object)": r"\2",
    r"\bhaving (a|an) ": r"having \1 ",
}
_NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight")


def plain(statement: str) -> str:
    """A statement in lower case with single spaces, without its full stop and with its common misspellings mended.

    Example:
        >>> plain("There is atleast one  squere.")
        'there is at least one square'
    """
    text = " ".join(statement.casefold().split()).rstrip(". ")
    for wrong, right in _SPELLING.items():
        text = re.sub(wrong, right, text)
    return " ".join(text.split())


def number(word: str) -> int:
    """Value of a number as it stands in a statement."""
    return int(word) if word.isdigit() else _NUMBERS.index(word)
