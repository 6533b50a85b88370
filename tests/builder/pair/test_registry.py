"""Generators are made from a recipe's words, and wrong words are named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

import pandas as pd
import pytest
from annotated_types import Ge

from twokeys.builder.pair.edit import Edit, EditView, Generator, ReadImage
from twokeys.builder.pair.generators import registry
from twokeys.builder.pair.lexicon import Substitution
from twokeys.core.errors import BadInput


@dataclass(frozen=True)
class Nothing:
    name: ClassVar[str] = "nothing"
    version: ClassVar[int] = 1
    view: ClassVar[EditView] = "question"
    formats: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[str, ...]] = ("lexicon",)
    least: Annotated[int, Ge(1)] = 2
    words: tuple[str, ...] = ()
    lexicon: tuple[Substitution, ...] = ()

    def edits(self, items: pd.DataFrame, picture: ReadImage, seed: int) -> Iterator[Edit]:
        yield from ()


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "generator_class", lambda name: Nothing)


def test_a_generator_is_made_with_its_parameters() -> None:
    made = registry.make("nothing", {"least": 3, "words": ["a", "b"]})
    assert made == Nothing(least=3, words=("a", "b"))
    assert isinstance(made, Generator)


@pytest.mark.parametrize(
    ("given", "named"),
    [({"most": 3}, "most"), ({"least": 0}, "least"), ({"least": "3"}, "least"), ({"words": [1]}, "words")],
)
def test_a_wrong_parameter_is_named(given: dict[str, object], named: str) -> None:
    with pytest.raises(BadInput, match=named):
        registry.make("nothing", given)


def test_an_unknown_generator_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    with pytest.raises(BadInput, match="no generator 'nothin'"):
        registry.make("nothin", {})
