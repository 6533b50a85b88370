"""Numbers in yes/no questions: a bound turned into its complement, which is certain, and a number changed by one.

"Are there two dogs?" answered yes means two and no more to most people, but not to all: what follows for three is asked
of a model that sees the picture.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from twokeys.builder.pair.generators.questions.rewording import OTHER, Asked, Rewording, flip, replaced

WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_BOUND = re.compile(
    r"(?:(?:are|is) there|there (?:are|is)) (?P<bound>more than|at least|at most|fewer than|less than) "
    r"(?P<number>\w+) ",
    re.IGNORECASE,
)
_COMPLEMENT = {
    "more than": "at most", "at most": "more than", "at least": "fewer than", "fewer than": "at least",
    "less than": "at least",
}  # fmt: skip
_COUNT = re.compile(r"(?:are there|there are|is there|do you see) (?:exactly )?(?P<number>\w+) ", re.IGNORECASE)
_UNSURE = re.compile(r"\b(no|not|or|and|each|every|either|percent|\w+n't)\b", re.IGNORECASE)


def bounds(item: Asked) -> Iterator[Rewording]:
    """More than becomes at most."""
    match = _BOUND.match(item.question)
    if item.answer not in OTHER or not match or _number(match["number"]) is None or _UNSURE.search(item.question):
        return
    new = _COMPLEMENT[match["bound"].lower()]
    if new in ("fewer than",) and _number(match["number"]) == 1:
        return  # none at all, and nobody says so
    question = replaced(item.question, *match.span("bound"), new)
    yield flip(item, question, True, f"a number is either {match['bound'].lower()} another or {new} it")


def counts(item: Asked) -> Iterator[Rewording]:
    """One more, and one fewer where two or more are left."""
    match = _COUNT.match(item.question)
    value = _number(match["number"]) if match else None
    if item.answer not in OTHER or match is None or value is None or value < 2 or _UNSURE.search(item.question):
        return
    for other in (value + 1, value - 1):
        if 2 <= other < len(WORDS):
            new = str(other) if match["number"].isdigit() else WORDS[other]
            question = replaced(item.question, *match.span("number"), new)
            yield flip(item, question, False, f"there may be {other} and not {value}")


def _number(word: str) -> int | None:
    if word.isdigit():
        return int(word)
    return WORDS.index(word.lower()) if word.lower() in WORDS else None
