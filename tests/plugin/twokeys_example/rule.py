"""A rule: questions that ask for a colour are dropped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twokeys.filters import Drops, Rule

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Colour(Rule):
    """Drop questions that hold the word `word`.

    Attributes:
        word: The word, in lower case.
    """

    id = "example-colour"
    summary = "the question asks for a colour"
    bias = "none; an example"
    word: str = "colour"

    def reads(self) -> tuple[str, ...]:
        """The question is enough."""
        return ("question",)

    def decide(self, table: pd.DataFrame) -> Drops:
        """Name the questions that hold the word."""
        return {
            item: f"says {self.word}"
            for item, question in zip(table["id"], table["question"], strict=True)
            if isinstance(question, str) and self.word in question.lower().strip("?").split()
        }
