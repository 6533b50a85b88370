"""Statements with one thing changed: another colour, shape, number, place, relation or bound, or the contrary.

Words are changed where they stand, in the writer's own spelling; nothing else of the statement is touched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from twokeys.builder.pair.edit import Span

_COLOURS = ("yellow", "black", "blue")
_SHAPES = ("square", "circle", "triangle")
_DIGITS = tuple("2345678")
_NUMBERS = ("two", "three", "four", "five", "six", "seven", "eight")
NEGATION = "negation"
_SETS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("colour", _COLOURS, ""),
    ("shape", _SHAPES, "s?"),
    ("number", _DIGITS, ""),
    ("number", _NUMBERS, ""),
    ("place", ("top", "base"), ""),
    ("place", ("top", "bottom"), ""),
    ("relation", ("above", "below"), ""),
    ("relation", ("over", "under"), ""),
    ("bound", ("at least", "exactly", "at most"), ""),
    ("bound", ("atleast", "exactly"), ""),
)
"""Kind, words that may stand for one another, and the ending that they may keep. Without one: its noun is singular."""
_PATTERNS = (
    (NEGATION, re.compile(r"(?<=^there is )(an?|at ?least one|exactly one|one|1)(?= )", re.IGNORECASE), "no"),
    (NEGATION, re.compile(r"(?<=^there is )no(?= )", re.IGNORECASE), "a"),
    (NEGATION, re.compile(r"\bnot touching(?= )", re.IGNORECASE), "touching"),
    (NEGATION, re.compile(r"(?<!not )(?<!closely )touching(?= )", re.IGNORECASE), "not touching"),
)


@dataclass(frozen=True, slots=True)
class Reworded:
    """A statement with one change.

    Attributes:
        kind: What was changed.
        text: The new statement.
        span: Where it differs.
        note: The change in words.
    """

    kind: str
    text: str
    span: Span
    note: str


def rewordings(statement: str) -> Iterator[Reworded]:
    """Yield the statements that differ from this one in one respect; the parser says whether they make sense."""
    seen = {statement}
    for made in (*_substituted(statement), *_negated(statement)):
        if made.text not in seen:
            seen.add(made.text)
            yield made


def _substituted(statement: str) -> Iterator[Reworded]:
    for kind, words, ending in _SETS:
        pattern = re.compile(rf"\b({'|'.join(words)})(?={ending}\b)", re.IGNORECASE)
        for match in pattern.finditer(statement):
            at = words.index(match.group().lower())
            others = [word for word in words if word != words[at]]
            # A number changes by one: others would be further from the original than they need be.
            for word in words[max(at - 1, 0) : at] + words[at + 1 : at + 2] if kind == "number" else others:
                yield _put(statement, match, word, kind)


def _negated(statement: str) -> Iterator[Reworded]:
    for kind, pattern, word in _PATTERNS:
        for match in pattern.finditer(statement):
            yield _put(statement, match, word, kind)


def _put(statement: str, match: re.Match[str], word: str, kind: str) -> Reworded:
    new = word.capitalize() if match.group()[0].isupper() else word
    text = statement[: match.start()] + new + statement[match.end() :]
    return Reworded(kind, text, (match.start(), match.start() + len(new)), f"{match.group()!r} becomes {new!r}")
