"""Drop items whose question gives the answer away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twokeys.filters.cells import as_words, is_missing, quote, texts
from twokeys.filters.rule import Drops, Rule

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class AnswerInQuestion(Rule):
    """Drop an item if its question contains the whole answer, as words.

    The rule ignores yes/no items and questions that offer alternatives, such as "is it red or blue". A question offers
    alternatives if it contains a word of `alternatives` or every option.

    Attributes:
        alternatives: Words that join alternatives in the language of the questions.

    Example:
        >>> import pandas as pd
        >>> AnswerInQuestion().decide(pd.DataFrame({
        ...     "id": ["a", "b"], "question": ["What colour is the red bus?", "Is the bus red or blue?"],
        ...     "answer": "red", "answer_type": "open", "choices": [[], []]}))
        {'a': "the question holds the answer 'red': 'What colour is the red bus?'"}
    """

    id = "answer-in-question"
    summary = "the question gives the answer away"
    bias = "the answer can be copied from the question"
    uses_gold = True

    alternatives: tuple[str, ...] = ("or",)

    def reads(self) -> tuple[str, ...]:  # noqa: D102
        return ("question", "answer", "answer_type", "choices")

    def decide(self, table: pd.DataFrame) -> Drops:  # noqa: D102
        columns = (table[name] for name in self.reads())
        return {
            item: f"the question holds the answer {quote(answer)}: {quote(question, limit=200)}"
            for item, question, answer, kind, choices in zip(table["id"], *columns, strict=True)
            if not (is_missing(question) or is_missing(answer))
            and kind != "yes/no"
            and self._given_away(question, answer, texts(choices))
        }

    def _given_away(self, question: str, answer: str, choices: tuple[str, ...]) -> bool:
        words, gold = as_words(question), as_words(answer)
        if not gold or gold not in words or gold in (" yes ", " no "):
            return False
        if any(as_words(word) in words for word in self.alternatives):
            return False
        return not choices or not all(as_words(choice) in words for choice in choices)
