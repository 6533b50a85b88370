"""The result of a comparison of evaluations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from twokeys.audit.comparison.rows import CategoryDifference, PairedDifference, RunRate
from twokeys.audit.comparison.runs import Run
from twokeys.audit.evaluation.by_category import CategoryRate
from twokeys.core.notebook import notebook

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Table = Literal["rates", "differences", "categories", "category differences"]
TABLES: tuple[Table, ...] = ("rates", "differences", "categories", "category differences")


@dataclass(frozen=True)
class Compared:
    """Evaluations of the same benchmark, side by side.

    Attributes:
        runs: The runs, in the order in which they were given.
        items: Items that all runs scored; everything here is counted on these.
        left_out: Run -> items that it scored and another run did not.
        rates: Each run by each measure.
        differences: Each pair of runs by each measure.
        categories: Each run in each category.
        category_differences: Each pair of runs in each category.
        groups: Independent groups of items.
    """

    runs: list[Run]
    items: int
    left_out: dict[str, int]
    rates: list[RunRate]
    differences: list[PairedDifference]
    categories: list[CategoryRate]
    category_differences: list[CategoryDifference]
    groups: int

    @property
    def names(self) -> list[str]:
        """Names of the runs."""
        return [run.name for run in self.runs]

    @property
    def title(self) -> str:
        """The runs, and the compared items."""
        stated = self.runs[0].stated
        return f"{len(self.runs)} runs over {stated.folder} ({stated.config}, {stated.split}), {self.items:,} items"

    @property
    def apart(self) -> list[CategoryDifference]:
        """Categories in which two runs differ significantly, the largest difference first."""
        clear = [each for each in self.category_differences if each.apart]
        return sorted(clear, key=lambda each: (-abs(each.difference), each.column, each.value, each.first, each.second))

    def to_pandas(self, table: Table = "rates") -> pd.DataFrame:
        """One of the tables `rates`, `differences`, `categories` and `category differences`, a row for each figure.

        Raises:
            ValueError: When there is no such table.
        """
        if table not in TABLES:
            raise ValueError(f"there is no table {table!r}; there are {', '.join(TABLES)}")
        if table == "rates":
            return pd.DataFrame([_flat(each) for each in self.rates])
        if table == "differences":
            return pd.DataFrame([_flat(each) for each in self.differences])
        if table == "categories":
            shares = [each._asdict() | {"accuracy": each.accuracy} for each in self.categories]
            return pd.DataFrame(shares, columns=[*CategoryRate._fields, "accuracy"])
        more = [
            each._asdict() | {"difference": each.difference, "apart": each.apart} for each in self.category_differences
        ]
        return pd.DataFrame(more, columns=[*CategoryDifference._fields, "difference", "apart"])

    def figure(self, table: Literal["rates", "categories"] = "rates") -> Figure:
        """Rates of the runs and their paired differences, or rates by category, with intervals."""
        from twokeys.audit.comparison import figures

        if table == "categories":
            return figures.by_category(self.names, self.categories)
        return figures.side_by_side(self.names, self.rates, self.differences)

    def _repr_html_(self) -> str:
        return notebook(self.title, self)

    def json(self) -> dict[str, Any]:
        """Everything except the items; unknown values are null."""
        return {
            "runs": [
                {"name": run.name, "place": run.place, **run.stated.model_dump(), "scored": len(run.items)}
                for run in self.runs
            ],
            "items": self.items,
            "groups": self.groups,
            "left_out": self.left_out,
            **{table.replace(" ", "_"): _rows(self.to_pandas(table)) for table in TABLES},
        }


def _flat(row: RunRate | PairedDifference) -> dict[str, Any]:
    """A row with the interval's ends as separate columns."""
    cells = row._asdict()
    own = cells.pop("own")
    ends = {"estimate": own.estimate, "low": own.low, "high": own.high, "n": own.n}
    return {name: cells.pop(name) for name in ("measure", "title")} | cells | ends


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as JSON values."""
    return [
        {str(name): _plain(value) for name, value in row.items()} for row in table.astype(object).to_dict("records")
    ]


def _plain(value: Any) -> Any:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return None
    return float(value) if isinstance(value, float) else value
