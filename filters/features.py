"""Labelled feature vectors from the item table, for rules that train a model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twokeys.core.errors import BadInput
from twokeys.filters.cells import is_missing

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd


@dataclass(frozen=True)
class Features:
    """Items with an answer and a feature vector, sorted by id: no result depends on the row order.

    Attributes:
        rows: The items' rows of the table, with a default index.
        vectors: One feature vector for each row.
        labels: The answers as numbers, in the order of their texts.
    """

    rows: pd.DataFrame
    vectors: npt.NDArray[np.float64]
    labels: npt.NDArray[np.intp]

    @property
    def ids(self) -> list[str]:
        """The items' ids, sorted."""
        return list(self.rows["id"])


def read_features(table: pd.DataFrame, column: str) -> Features:
    """Read the vectors of `column`, without items that lack an answer or a vector, or whose vector contains NaN.

    Raises:
        BadInput: If two vectors differ in length.
    """
    import numpy as np
    import pandas as pd

    table = table.sort_values("id", ignore_index=True)
    vector_at: dict[int, npt.NDArray[np.float64]] = {}
    for place, (answer, cell) in enumerate(zip(table["answer"], table[column], strict=True)):
        if is_missing(answer) or is_missing(cell):
            continue
        vector = np.asarray(cell, dtype=float)
        if np.isfinite(vector).all():
            vector_at[place] = vector
    rows = table.iloc[list(vector_at)].reset_index(drop=True)
    example_of: dict[tuple[int, ...], str] = {}
    for item, vector in zip(rows["id"], vector_at.values(), strict=True):
        example_of.setdefault(vector.shape, item)
    if len(example_of) > 1:
        shapes = ", ".join(f"{shape} of item {item}" for shape, item in example_of.items())
        raise BadInput(column, None, f"the vectors have the shapes {shapes}", "one shape", "measure the column again")
    vectors = np.stack(list(vector_at.values())) if vector_at else np.empty((0, 0))
    return Features(rows, vectors, pd.factorize(rows["answer"], sort=True)[0])
