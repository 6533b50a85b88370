"""Labelled feature vectors: what the rules that train a model of their own take from the item table."""

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
    """Items that have both an answer and a feature vector, sorted by id: no result depends on the row order.

    Attributes:
        rows: The items' rows of the table, with a default index.
        vectors: One feature vector a row.
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
    """Take the vectors of `column`; items without an answer or a vector, or with a NaN in it, are left out.

    Raises:
        BadInput: When two vectors differ in length.
    """
    import numpy as np
    import pandas as pd

    table = table.sort_values("id", ignore_index=True)
    found = {
        place: np.asarray(vector, dtype=float)
        for place, (answer, vector) in enumerate(zip(table["answer"], table[column], strict=True))
        if not (is_missing(answer) or is_missing(vector))
    }
    found = {place: vector for place, vector in found.items() if np.isfinite(vector).all()}
    rows = table.iloc[list(found)].reset_index(drop=True)
    lengths: dict[tuple[int, ...], str] = {}
    for item, vector in zip(rows["id"], found.values(), strict=True):
        lengths.setdefault(vector.shape, item)
    if len(lengths) > 1:
        known = ", ".join(f"{shape} of item {item}" for shape, item in lengths.items())
        raise BadInput(column, None, f"the vectors have the shapes {known}", "one shape", "measure the column again")
    vectors = np.stack(list(found.values())) if found else np.empty((0, 0))
    return Features(rows, vectors, pd.factorize(rows["answer"], sort=True)[0])
