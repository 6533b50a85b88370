"""Checks of the columns that a rule reads and the values that it accepts. Each yields problems, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twokeys.filters.contract.trial import complaints, difference, table_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from twokeys.filters.rule import Rule

ODD_TEXTS = (
    "",
    " ",
    "\x00\n\t",
    "ÀÉÎ 猫はどこ 🐈‍⬛ \u202eabc\u202c",
    "e\u0301" * 50,
    "(?P<x>[a-z]+)* \\ %s {0} ' \" or",
    "very long " * 5000,
)
"""Texts of real corpora on which careless code fails."""


def reads_all_declared(rule: Rule) -> Iterator[str]:
    """Every declared column matters: without it the rule fails or decides otherwise."""
    table = table_for(rule)
    drops = rule.decide(table)
    for name in rule.reads():
        try:
            without = rule.decide(table.drop(columns=name))
        except (KeyError, AttributeError):
            continue
        if without == drops:
            yield f"reads() names {name}, and decide() does not read it; remove it from reads()"


def reads_only_declared(rule: Rule) -> Iterator[str]:
    """The declared columns suffice, and the rule reads no others."""
    table = table_for(rule)
    only = table[["id", *rule.reads()]]
    try:
        drops = rule.decide(only)
    except (KeyError, AttributeError) as error:
        yield f"decide() reads {error}, which reads() does not name; add it"
        return
    if change := difference(rule.decide(table), drops):
        yield f"columns that reads() does not name change the decision: {change}; name them or leave them"


def missing_values(rule: Rule) -> Iterator[str]:
    """The rule accepts missing values in one column, and in all rows of all columns."""
    table = table_for(rule)
    for name in rule.reads():
        for column in _holed(table[name]):
            yield from _tried(rule, table.assign(**{name: column}), f"missing values in {name}")
    nothing = dict.fromkeys(rule.reads())
    yield from _tried(rule, table.assign(**nothing), "missing values everywhere")


def odd_texts(rule: Rule) -> Iterator[str]:
    """The rule accepts empty, very long and unusual texts in every column of texts."""
    table = table_for(rule)
    for name in rule.reads():
        values = list(table[name])
        for turn in range(2):
            odd = [
                _oddly(value, ODD_TEXTS[(place // 2) % len(ODD_TEXTS)]) if place % 2 == turn else value
                for place, value in enumerate(values)
            ]
            yield from _tried(rule, table.assign(**{name: odd}), f"odd texts in {name}")


def lists_or_arrays(rule: Rule) -> Iterator[str]:
    """The rule accepts arrays in place of lists, since Parquet files yield arrays."""
    import numpy as np
    import pandas as pd

    table = table_for(rule)
    arrays = table.copy()
    for name in rule.reads():
        if isinstance(table[name].iloc[0], list):
            entries = table[name].explode().dropna()
            kind = object if isinstance(entries.iloc[0], str) else float
            arrays[name] = pd.Series([np.array(value, dtype=kind) for value in table[name]])
    if change := difference(rule.decide(table), rule.decide(arrays)):
        yield f"arrays in place of lists change the decision: {change}"


def _tried(rule: Rule, table: pd.DataFrame, what: str) -> Iterator[str]:
    try:
        drops = rule.decide(table)
    except Exception as error:  # noqa: BLE001 - any exception of a rule is a finding
        yield f"{what}: decide() raised {type(error).__name__}: {error}"
        return
    for complaint in complaints(drops, table):
        yield f"{what}: {complaint}"


def _holed(column: pd.Series[Any]) -> Iterator[pd.Series[Any]]:
    """Yield the column with every second value missing: as NaN, and also as None if it holds no numbers."""
    import pandas as pd

    yield column.where(column.index % 2 == 0)
    if not pd.api.types.is_numeric_dtype(column):
        halved = [value if place % 2 else None for place, value in enumerate(column)]
        yield pd.Series(halved, dtype=object)


def _oddly(value: Any, text: str) -> Any:
    if isinstance(value, str):
        return text
    if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
        return [text, *value[1:]]
    return value
