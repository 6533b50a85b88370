"""Drop items that several question baselines solve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from twokeys.filters.cells import is_missing
from twokeys.filters.parameters import Count, Names, Share
from twokeys.filters.rule import Drops, Rule

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class SolvedByK(Rule):
    """Drop an item that at least `k` blind baselines answer rightly.

    The defaults follow MMMU-Pro, which dropped the items that three of four models answered without the image. A
    subclass is for another view, with other baselines. A baseline without a prediction, such as a baseline of options
    on an open item, has not solved the item.

    Attributes:
        baselines: Names of the baselines, such as `question.tfidf`.
        k: Number of baselines that must be right; all of them if there are fewer.
        min_p: Lowest probability of the answer for which a baseline counts as right; None ignores probabilities.

    Example:
        >>> import pandas as pd
        >>> SolvedByK(baselines=("question.tfidf",)).decide(pd.DataFrame(
        ...     {"id": ["a", "b"], "answer": "red", "question.tfidf.prediction": ["red", "blue"]}))
        {'a': '1 of 1 baselines that see only the question answer it: question.tfidf'}
    """

    id = "solved-by-k"
    summary = "several baselines answer it from the question alone"
    bias = "language prior: the question gives the answer"
    uses_gold = True
    sees: ClassVar[str] = "the question"
    """The view of the baselines, in words."""

    baselines: Names = ("question.prior", "question.tfidf", "question.neighbours", "question.forest")
    k: Count = 3
    min_p: Share | None = None

    def reads(self) -> tuple[str, ...]:  # noqa: D102
        kinds = ("prediction",) if self.min_p is None else ("prediction", "p_gold")
        return ("answer", *(f"{name}.{kind}" for name in self.baselines for kind in kinds))

    def decide(self, table: pd.DataFrame) -> Drops:  # noqa: D102
        right = {name: self._right(table, name) for name in self.baselines}
        sure = "" if self.min_p is None else f" with a probability of at least {self.min_p:g}"
        drops: Drops = {}
        for place, item in enumerate(table["id"]):
            solvers = [name for name, hits in right.items() if hits[place]]
            if len(solvers) >= min(self.k, len(right)):
                count = f"{len(solvers)} of {len(right)} baselines that see only {self.sees} answer it"
                drops[item] = f"{count}{sure}: {', '.join(solvers)}"
        return drops

    def _right(self, table: pd.DataFrame, name: str) -> list[bool]:
        pairs = zip(table["answer"], table[f"{name}.prediction"], strict=True)
        right = [not is_missing(answer) and answer == prediction for answer, prediction in pairs]
        if self.min_p is None:
            return right
        # Rounded, because 0.9 in single precision is less than 0.9.
        p_gold = table[f"{name}.p_gold"].astype(float).round(6)
        return [hit and p >= self.min_p for hit, p in zip(right, p_gold, strict=True)]
