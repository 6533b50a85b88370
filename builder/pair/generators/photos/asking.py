"""What a question asks of a picture's things: is there one, how many are there."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

_WHERE = r"(?: (?:in|on|visible in|shown in) (?:the|this) (?:image|picture|photo|photograph|scene))?"
_ONE = re.compile(rf"(?:is there|do you see|can you see) (?:an?|any) (?P<noun>[a-z ]+?){_WHERE} ?\?")
_MANY = re.compile(rf"(?:are there|do you see|can you see) (?:any )?(?P<noun>[a-z ]+?){_WHERE} ?\?")
_COUNT = re.compile(rf"how many (?P<noun>[a-z ]+?) (?:are|is) (?:there|visible|shown){_WHERE} ?\?")
_COUNT_IN = re.compile(rf"how many (?P<noun>[a-z ]+?) (?:are|do you see|can you see|can be seen){_WHERE} ?\?")
_PLURALS = {"people": "person", "men": "man", "mice": "mouse", "knives": "knife", "buses": "bus", "skis": "skis"}


@dataclass(frozen=True)
class Asked:
    """A question that is understood.

    Attributes:
        what: Whether there is one, or how many there are.
        label: The category that it asks about.
    """

    what: Literal["existence", "count"]
    label: str

    def answer(self, counts: Mapping[str, int]) -> str | None:
        """The answer where so many things of each label are there; None where they do not say.

        Example:
            >>> Asked("existence", "dog").answer({"dog": 0}), Asked("count", "dog").answer({"dog": 2})
            ('no', '2')
        """
        if self.label not in counts:
            return None
        number = counts[self.label]
        return str(number) if self.what == "count" else "yes" if number else "no"


def parse(question: str, labels: Collection[str]) -> Asked | None:
    """Understand a question about one category; None where it asks for anything else, or for more than the category.

    Args:
        question: As published.
        labels: Known categories. "A red car" is none of them, so it is not understood.

    Example:
        >>> parse("Is there a dining table in the image?", {"dining table"})
        Asked(what='existence', label='dining table')
        >>> parse("How many dogs are there in this picture?", {"dog"})
        Asked(what='count', label='dog')
        >>> parse("Is there a red car in the image?", {"car"})
    """
    text = " ".join(question.casefold().split())
    for pattern, what in ((_ONE, "existence"), (_MANY, "existence"), (_COUNT, "count"), (_COUNT_IN, "count")):
        match = pattern.fullmatch(text)
        label = _label(match["noun"], labels) if match else None
        if label is not None:
            return Asked(what, label)  # type: ignore[arg-type]
    return None


def _label(noun: str, labels: Collection[str]) -> str | None:
    """The category of a noun in the singular or plural."""
    singular = [noun, _PLURALS.get(noun, noun), noun.removesuffix("s"), noun.removesuffix("es")]
    return next((name for name in singular if name in labels), None)
