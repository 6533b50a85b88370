"""Strata: columns whose values divide a set. What is counted on the whole set is also counted on every part.

`source`, `split` and `answer_type` divide every set. A recipe may name further columns, its *categories*: fields of
`meta`, in which an item keeps the other columns of its source.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

STRATA = ("source", "split", "answer_type")
"""Columns that divide every set: each of their values gets separate ceilings."""
NOTHING = "(none)"
"""The value of an item without a value in the column."""


def value_of(items: pd.DataFrame, column: str) -> pd.Series[str]:
    """Return the values of items in a stratum, or in a field of `meta`, as text; a dot separates nested fields.

    Example:
        >>> import pandas as pd
        >>> value_of(pd.DataFrame({"meta": ['{"a": {"b": 3}}', '{"a": null}']}), "a.b").tolist()
        ['3', '(none)']
    """
    if column in STRATA:
        return items[column].astype(object)
    path = column.split(".")
    value_in = {cell: _text(_inside(json.loads(cell), path)) for cell in items["meta"].unique()}
    return items["meta"].map(value_in).astype(object).rename(column)


def strata(items: pd.DataFrame, beside: Sequence[str] = ()) -> dict[str, pd.DataFrame]:
    """Return the sub-tables on which a build reports: all items, then each value of each stratum.

    Args:
        items: Item table.
        beside: Columns besides `STRATA`, such as categories of the recipe; a column of `STRATA` is not repeated.
    """
    parts = {"all": items}
    for column in dict.fromkeys((*STRATA, *beside)):
        for value, part in items.groupby(value_of(items, column), sort=True):
            parts[f"{column}={value}"] = part
    return parts


def crossed(items: pd.DataFrame, columns: Sequence[str]) -> Iterator[tuple[dict[str, str], pd.DataFrame]]:
    """Yield each combination of values in the columns, with its items; all items if there are no columns."""
    if not columns:
        yield {}, items
        return
    for values, part in items.groupby([value_of(items, column) for column in columns], sort=True):
        yield dict(zip(columns, map(str, values), strict=True)), part


def _inside(value: Any, path: Sequence[str]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _text(value: Any) -> str:
    if value is None or value == "":
        return NOTHING
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
