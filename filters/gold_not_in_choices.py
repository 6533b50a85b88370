"""Drop multiple-choice items whose answer is not an option."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twokeys.filters.cells import is_missing, listing, quote, texts
from twokeys.filters.rule import Drops, Rule

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class GoldNotInChoices(Rule):
    """Drop an item with options if its answer is not among them. Open items are ignored.

    Example:
        >>> import pandas as pd
        >>> GoldNotInChoices().decide(pd.DataFrame(
        ...     {"id": ["a", "b"], "answer": ["cat", "cat"], "choices": [["dog", "cow"], []]}))
        {'a': "the answer 'cat' is not among the options: 'dog', 'cow'"}
    """

    id = "gold-not-in-choices"
    summary = "the answer is not among the options"
    bias = "a defect of the source: the item cannot be answered"
    uses_gold = True

    def reads(self) -> tuple[str, ...]:  # noqa: D102
        return ("answer", "choices")

    def decide(self, table: pd.DataFrame) -> Drops:  # noqa: D102
        drops: Drops = {}
        for item, answer, choices in zip(table["id"], table["answer"], table["choices"], strict=True):
            options = texts(choices)
            if options and answer not in options:
                gold = "there is no answer" if is_missing(answer) else f"the answer {quote(answer)} is not"
                drops[item] = f"{gold} among the options: {listing(map(quote, options), limit=10)}"
        return drops
