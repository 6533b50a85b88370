"""What easy-VQA's questions ask of a drawing, and the answer that the drawing gives."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from twokeys.builder.pair.generators.easy_vqa.figure import COLOURS, SHAPES

Attribute = Literal["colour", "shape"]
VALUES: dict[Attribute, tuple[str, ...]] = {"colour": tuple(COLOURS), "shape": SHAPES}
_COLOUR = "|".join(COLOURS)
_SHAPE = "|".join(SHAPES)
_YES_NO = re.compile(
    r"(?:does the image (?P<n1>not )?contain|is there (?P<n2>not )?)\s*a (?P<v1>\w+)(?: shape)?(?: in the image)?\?"
    r"|is (?P<n3>a|no) (?P<v2>\w+)(?: shape)? present\?"
)
_OPEN: tuple[tuple[re.Pattern[str], Attribute], ...] = (
    (re.compile(rf"what (?:color is|is the color of) the (?:(?P<given>{_SHAPE})|shape)\?"), "colour"),
    (re.compile(rf"what is the (?P<given>{_COLOUR}) shape\?"), "shape"),
    (re.compile(r"what shape (?:does the image contain|is in the image|is present)(?P<given>)\?"), "shape"),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question asks.

    Attributes:
        attribute: What its answer depends on.
        value: The value that a yes/no question names; None for open questions.
        span: Where it stands in the question.
        negated: Whether yes means that the value is not there.
        given: What an open question takes for granted: the other attribute's value; None for nothing.
    """

    attribute: Attribute
    value: str | None
    span: tuple[int, int] = (0, 0)
    negated: bool = False
    given: str | None = None

    def answer(self, colour: str, shape: str) -> str | None:
        """The answer for a picture with one such shape; None where the question takes something else for granted."""
        there = {"colour": colour, "shape": shape}
        other = shape if self.attribute == "colour" else colour
        if self.given is not None and self.given != other:
            return None
        if self.value is None:
            return there[self.attribute]
        return "yes" if (there[self.attribute] == self.value) != self.negated else "no"


def parse(question: str) -> Asked | None:
    """Understand a question; None where it is none of the corpus's templates."""
    text = question.lower()
    if match := _YES_NO.fullmatch(text):
        group = "v1" if match["v1"] else "v2"
        value = match[group]
        negated = bool(match["n1"] or match["n2"] or match["n3"] == "no")
        for attribute, values in VALUES.items():
            if value in values and (attribute == "colour") == (" shape" in text):
                return Asked(attribute, value, match.span(group), negated)
        return None
    for pattern, attribute in _OPEN:
        if match := pattern.fullmatch(text):
            return Asked(attribute, None, given=match["given"] or None)
    return None


def naming(question: str, what: Asked, value: str) -> tuple[str, Asked]:
    """The same yes/no question about another value, and what it asks."""
    start, end = what.span
    return question[:start] + value + question[end:], replace(what, value=value, span=(start, start + len(value)))
