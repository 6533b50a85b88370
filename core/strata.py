"""Strata: the columns whose values part a set, so that what is counted on the whole is counted on every part as well.

`source`, `split` and `answer_type` part every set. A recipe may name further ones, its *categories*: fields of `meta`,
in which an item keeps the other columns of its source.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

STRATA = ("source", "split", "answer_type")
"""Columns whose every value gets ceilings of its own."""
NOTHING = "(none)"
"""What items have in a column that they do not have."""


def value_of(items: pd.DataFrame, column: str) -> pd.Series[str]:
    """What items have in one of the strata, or in a field of `meta`, as text; a dot goes into nested fields.

    Example:
        >>> value_of(pd.DataFrame({"meta": ['{"a": {"b": 3}}', '{"a": null}']}), "a.b").tolist()
        ['3', '(none)']
    """
    if column in STRATA:
        return items[column].astype(object)
    path = column.split(".")
    known = {cell: _text(_inside(json.loads(cell), path)) for cell in items["meta"].unique()}
    return items["meta"].map(known).astype(object).rename(column)


def strata(items: pd.DataFrame, beside: Sequence[str] = ()) -> dict[str, pd.DataFrame]:
    """Name the sub-tables on which a build reports: all items, then each value of each stratum.

    Args:
        items: Item table.
        beside: Columns beside `STRATA`, such as categories of the recipe; a column that stands there counts once.
    """
    parts = {"all": items}
    for column in dict.fromkeys((*STRATA, *beside)):
        for value, part in items.groupby(value_of(items, column), sort=True):
            parts[f"{column}={value}"] = part
    return parts


def crossed(items: pd.DataFrame, columns: Sequence[str]) -> Iterator[tuple[dict[str, str], pd.DataFrame]]:
    """Every combination of values of some columns that items have, with these items; all of them without columns."""
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
