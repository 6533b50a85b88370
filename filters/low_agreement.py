"""Drop items about whose answer the annotators disagreed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twokeys.filters.cells import is_missing, quote, texts
from twokeys.filters.parameters import Count, Share
from twokeys.filters.rule import Drops, Rule

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class LowAgreement(Rule):
    """Drop an item if too small a share of its annotators gave its answer.

    Attributes:
        threshold: Smallest share of the annotators that gave the answer. With the default, three of ten suffice, as in
            the evaluation of VQA v2.
        min_answers: Items with fewer annotators than this are kept: so few cannot show agreement.

    Example:
        >>> import pandas as pd
        >>> LowAgreement(threshold=0.5).decide(pd.DataFrame(
        ...     {"id": ["a"], "answer": ["red"], "answers": [["red", "pink", "rose"]]}))
        {'a': "1 of 3 annotators answered 'red', fewer than 50 %"}
    """

    id = "low-agreement"
    summary = "too few annotators gave the answer"
    bias = "ambiguous questions and wrong labels"
    uses_gold = True

    threshold: Share = 0.3
    min_answers: Count = 3

    def reads(self) -> tuple[str, ...]:  # noqa: D102
        return ("answer", "answers")

    def decide(self, table: pd.DataFrame) -> Drops:  # noqa: D102
        drops: Drops = {}
        for item, answer, cell in zip(table["id"], table["answer"], table["answers"], strict=True):
            answers = texts(cell)
            agreed = answers.count(answer)
            if is_missing(answer) or len(answers) < self.min_answers or agreed / len(answers) >= self.threshold:
                continue
            agreement = f"{agreed} of {len(answers)} annotators answered {quote(answer)}"
            drops[item] = f"{agreement}, fewer than {self.threshold:.0%}".replace("%", " %")
        return drops
