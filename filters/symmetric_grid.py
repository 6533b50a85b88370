"""Make two blind scorers' gaps symmetric about zero, as SugarCrepe was refined."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from twokeys.filters.cells import is_missing, texts
from twokeys.filters.parameters import Count
from twokeys.filters.rule import Drops, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

Cell = tuple[int, int, int, int]
"""Places of two gaps, and their signs."""


@dataclass(frozen=True)
class SymmetricGrid(Rule):
    """Keep as many items on which two blind scorers prefer the gold answer as items on which they prefer the other.

    For items with two possible answers. A scorer's gap is the probability of the gold answer less that of the other.
    Gaps fall into a grid on their absolute values, one for each pair of signs; a cell and its opposite, with both signs
    turned, keep as many items as the emptier of the two holds. Items with one gap of zero are paired on the other gap
    alone; items with two stay, and so does whatever has more than two answers. Both scorers then are right as often as
    wrong, and that is all: one that is trained on the refined set can still find what they did not see.

    Attributes:
        first: One baseline, such as `choices.prior`.
        second: The other.
        cells: Cells a side.
        bins: Bins where one gap is zero.
        seed: Which of the items of the fuller cell are dropped.

    Example:
        >>> import pandas as pd
        >>> table = pd.DataFrame({"id": ["a", "b", "c"], "answer_type": "yes/no", "choices": [[], [], []],
        ...     "x.p_gold": [0.9, 0.9, 0.1], "y.p_gold": [0.8, 0.8, 0.2]})
        >>> len(SymmetricGrid(first="x", second="y").decide(table))
        1
    """

    id = "symmetric-grid"
    summary = "two blind scorers prefer its gold answer, and too few items on which they prefer the other match it"
    bias = "language prior: plausibility or grammar gives the answer"
    citation = "Hsieh et al. 2023, SugarCrepe, arXiv 2306.14610"
    uses_gold = True
    scope = "set"

    first: str = "choices.prior"
    second: str = "choices.tfidf"
    cells: Count = 50
    bins: Count = 10
    seed: int = 0

    def reads(self) -> tuple[str, ...]:  # noqa: D102
        return ("answer_type", "choices", f"{self.first}.p_gold", f"{self.second}.p_gold")

    def decide(self, table: pd.DataFrame) -> Drops:  # noqa: D102
        held: dict[Cell, list[str]] = defaultdict(list)
        for item, cell in self._cells(table):
            held[cell].append(item)
        drops: Drops = {}
        for (one, other, sign_one, sign_other), items in sorted(held.items()):
            opposite = held.get((one, other, -sign_one, -sign_other), [])
            for item in sorted(items, key=self._draw)[len(opposite) :]:
                drops[item] = (
                    f"{len(items)} items score like it under {self.first} and {self.second}, "
                    f"{len(opposite)} score the opposite"
                )
        return drops

    def _cells(self, table: pd.DataFrame) -> Iterator[tuple[str, Cell]]:
        columns = (table[name] for name in ("id", *self.reads()))
        for item, kind, choices, p_first, p_second in zip(*columns, strict=True):
            if (kind != "yes/no" and len(texts(choices)) != 2) or is_missing(p_first) or is_missing(p_second):
                continue
            gaps = [round(2 * float(p) - 1, 6) for p in (p_first, p_second)]
            signs = [(gap > 0) - (gap < 0) for gap in gaps]
            if any(signs):
                number = self.cells if all(signs) else self.bins
                one, other = (min(int(abs(gap) * number), number - 1) for gap in gaps)
                yield item, (one, other, signs[0], signs[1])

    def _draw(self, item: str) -> str:
        """Order by a seeded hash: a fair draw that does not depend on the order of the rows."""
        return hashlib.sha256(f"{self.seed} {item}".encode()).hexdigest()
