"""Make the gaps of two blind scorers symmetric about zero, like the refinement of SugarCrepe."""

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
"""Positions of two gaps in the grid, and their signs."""


@dataclass(frozen=True)
class SymmetricGrid(Rule):
    """Keep as many items on which two blind scorers prefer the gold answer as items on which they prefer the other.

    The rule applies to items with two possible answers. A scorer's gap is the probability of the gold answer minus the
    probability of the other answer. For each pair of signs, a grid divides the items by the absolute values of their
    gaps. A cell and its opposite, with both signs reversed, keep equally many items: as many as the emptier cell holds.
    Items with exactly one gap of zero are paired by the other gap alone. Items with two gaps of zero stay, and so do
    items with more than two answers. Afterwards both scorers are right as often as wrong. Nothing more follows: a model
    that is trained on the refined set can still use cues that the two scorers miss.

    Attributes:
        first: One baseline, such as `choices.prior`.
        second: The other baseline.
        cells: Cells along each side of the grid.
        bins: Bins of the other gap if one gap is zero.
        seed: Seed of the draw of the items that the fuller cell loses.

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
        items_in: dict[Cell, list[str]] = defaultdict(list)
        for item, cell in self._cells(table):
            items_in[cell].append(item)
        drops: Drops = {}
        for (column, row, first_sign, second_sign), items in sorted(items_in.items()):
            opposite = items_in.get((column, row, -first_sign, -second_sign), [])
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
                column, row = (min(int(abs(gap) * number), number - 1) for gap in gaps)
                yield item, (column, row, signs[0], signs[1])

    def _draw(self, item: str) -> str:
        """Return a seeded hash: sorting by it is a fair draw that does not depend on the order of the rows."""
        return hashlib.sha256(f"{self.seed} {item}".encode()).hexdigest()
