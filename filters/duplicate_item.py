"""Drop items that repeat another item."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from twokeys.filters.cells import is_missing
from twokeys.filters.rule import Drops, Rule, Scope

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class DuplicateItem(Rule):
    """Keep the first item, by id, of all items with the same image, question, options and answer.

    Example:
        >>> import pandas as pd
        >>> answers = ["red", "red", "blue"]
        >>> DuplicateItem().decide(pd.DataFrame(
        ...     {"id": ["a", "b", "c"], "image_key": "i", "question_key": "q", "answer": answers}))
        {'b': 'repeats item a: same image, question, options and answer'}
    """

    id = "duplicate-item"
    summary = "repeats another item: same image, question, options and answer"
    bias = "repeated items count twice, and leak from one split or fold into another"
    scope: ClassVar[Scope] = "set"
    uses_gold = True

    def reads(self) -> tuple[str, ...]:  # noqa: D102
        return ("image_key", "question_key", "answer")

    def decide(self, table: pd.DataFrame) -> Drops:  # noqa: D102
        first: dict[tuple[str, ...], str] = {}
        drops: Drops = {}
        columns = (table[name] for name in ("id", *self.reads()))
        for item, *key in sorted(zip(*columns, strict=True), key=lambda row: row[0]):
            if any(is_missing(part) for part in key):
                continue  # items with a missing value may differ
            kept = first.setdefault(tuple(key), item)
            if kept != item:
                drops[item] = f"repeats item {kept}: same image, question, options and answer"
        return drops
