"""The table of words that exclude each other, read and checked once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Annotated

import yaml
from pydantic import Field

from twokeys.builder.recipe import Part


class Contrast(Part):
    """Two words of which at most one holds of a thing.

    Attributes:
        words: The two.
        exhaustive: Whether at least one holds.
        exhaustive_of: Things of which at least one holds, where it is not so of all.
        of: Things of which they exclude each other; empty for all.
        framed: Whether what holds depends on where one looks from.
        one_way: Whether only the first is replaced by the second.
    """

    words: Annotated[tuple[str, str], Field(strict=False)]
    exhaustive: bool = False
    exhaustive_of: tuple[str, ...] = ()
    of: tuple[str, ...] = ()
    framed: bool = False
    one_way: bool = False

    def swaps(self) -> Iterator[tuple[str, str]]:
        """What is replaced, and by what."""
        yield self.words
        if not self.one_way:
            yield self.words[::-1]

    def says(self, thing: str) -> bool:
        """Whether it says something of a thing, by its name."""
        return not self.of or thing.lower() in self.of

    def covers(self, thing: str) -> bool:
        """Whether one of the two words holds of a thing."""
        return self.exhaustive or thing.lower() in self.exhaustive_of


class Contrasts(Part):
    """The whole table; `contrasts.yaml` says what each part means."""

    predicates: list[Contrast]
    pictures: list[list[str]]
    modifiers: list[Contrast]
    comparatives: list[Contrast]
    relations: list[Contrast]


@cache
def contrasts() -> Contrasts:
    """Read the table."""
    text = (
        resources.files("twokeys.builder.pair.generators.questions")
        .joinpath("contrasts.yaml")
        .read_text(encoding="utf-8")
    )
    return Contrasts.model_validate(yaml.safe_load(text))
