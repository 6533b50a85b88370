"""Trials of a rule: the table of the checks, and the comparison of two decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twokeys.core.errors import short
from twokeys.filters.contract.synthetic import synthetic_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from twokeys.filters.rule import Drops, Rule


def table_for(rule: Rule) -> pd.DataFrame:
    """Return a synthetic table with all columns of the item table and all columns that the rule reads."""
    return synthetic_table(rule.reads())


def complaints(drops: Any, table: pd.DataFrame) -> Iterator[str]:
    """Yield problems with the form of a decision about a table."""
    if not isinstance(drops, dict):
        yield f"decide() returns a {type(drops).__name__}; return a dict from id to reason"
        return
    if unknown := set(drops) - set(table["id"]):
        yield f"decide() names {sorted(map(repr, unknown))[0]}, which is no id of its table"
    for item, reason in drops.items():
        if not (isinstance(reason, str) and reason.strip()):
            yield f"the reason for {item!r} is {reason!r}; say in words why it is dropped"
            return
        if reason.encode(errors="ignore").decode() != reason:
            yield f"the reason for {item!r} is {short(reason)}, which holds half a character; leave it out"
            return


def difference(first: Drops, second: Drops) -> str:
    """Describe the first item, by id, on which two decisions differ; empty if they agree."""
    for item in sorted(first.keys() | second.keys()):
        if first.get(item) != second.get(item):
            return f"{item} first {_verdict(first.get(item))}, then {_verdict(second.get(item))}"
    return ""


def _verdict(reason: str | None) -> str:
    return "kept" if reason is None else f"dropped ({reason})"
