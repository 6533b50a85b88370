"""The base class of rules: a rule is a small frozen object that reads a table and drops items, with reasons."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from twokeys.core.columns import ITEMS, TABLE

if TYPE_CHECKING:
    import pandas as pd

Drops = dict[str, str]
"""Item id -> the reason why it is dropped, in words. All other items are kept."""

Scope = Literal["item", "set"]
"""`item`: the decision on a row depends only on that row. `set`: it depends on the other rows, too."""

GOLD_COLUMNS = tuple(column.name for column in TABLE if column.gold and ITEMS in column.configs)
"""Item columns that hold the label. A rule gets `answer` and `answers` in the form in which they are compared."""


@dataclass(frozen=True)
class Rule(ABC):
    """Base class of all rules.

    A subclass is a frozen dataclass: its fields are its parameters, its class attributes describe it. The constructor
    contains no logic; `decide` changes nothing and depends only on its table. A rule measures nothing: the columns
    that it `reads` were measured before, so a threshold can be changed without measuring again.

    Example:
        >>> from dataclasses import dataclass
        >>> import pandas as pd
        >>> @dataclass(frozen=True)
        ... class ShortQuestion(Rule):
        ...     '''Drop questions of fewer than `words` words.'''
        ...     id = "short-question"
        ...     summary = "the question has too few words"
        ...     bias = "none; shows the contract"
        ...     words: int = 2
        ...     def reads(self):
        ...         return ("question",)
        ...     def decide(self, table):
        ...         short = table[table["question"].str.split().str.len() < self.words]
        ...         return {row.id: f"only '{row.question}'" for row in short.itertuples()}
        >>> ShortQuestion().decide(pd.DataFrame({"id": ["a", "b"], "question": ["Why?", "Is it red?"]}))
        {'a': "only 'Why?'"}
    """

    id: ClassVar[str]
    """Name in recipes and in the published `removed` rows: lower case, words joined by '-'."""
    version: ClassVar[int] = 1
    """Grows whenever the decision for the same parameters may change."""
    summary: ClassVar[str]
    """One line for tables: why an item is dropped."""
    bias: ClassVar[str]
    """The shortcut or defect that the rule addresses."""
    citation: ClassVar[str] = ""
    """The publication of the method, if there is one."""
    scope: ClassVar[Scope] = "item"
    uses_gold: ClassVar[bool] = False
    """Whether the decision may depend on the label, directly or through a measurement computed from it."""
    cost: ClassVar[str] = "one pass over the table"

    @abstractmethod
    def reads(self) -> tuple[str, ...]:
        """Return the columns that `decide` needs besides `id`, such as `answer` or `question.tfidf.p_gold`."""

    @abstractmethod
    def decide(self, table: pd.DataFrame) -> Drops:
        """Return the rows to drop.

        Args:
            table: One row for each item with a default index, sorted by `id`, with the columns `id` and `reads()`. Text
                columns hold `str`, list columns hold lists or arrays, missing values are `None` or NaN.

        Returns:
            The id of each dropped item, with a reason that a reader of the published dataset understands.
        """
