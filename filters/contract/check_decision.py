"""Checks of the decision of a rule on a synthetic table. Each yields problems, in words."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

from twokeys.filters.contract.trial import complaints, difference, table_for
from twokeys.filters.rule import GOLD_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twokeys.filters.rule import Drops, Rule


def reasons(rule: Rule) -> Iterator[str]:
    """A decision is a dict from ids of the table to reasons in words."""
    table = table_for(rule)
    yield from complaints(rule.decide(table), table)


def pure(rule: Rule) -> Iterator[str]:
    """The rule does not change its table."""
    table = table_for(rule)
    before = table.to_json(orient="split", double_precision=15)
    rule.decide(table)
    if table.to_json(orient="split", double_precision=15) != before:
        yield "decide() changed its table; work on a copy"


def deterministic(rule: Rule) -> Iterator[str]:
    """The same table gets the same answer: again, from an equal rule, under any global random state."""
    import numpy as np

    table = table_for(rule)
    states = random.getstate(), np.random.get_state()
    try:
        answers = []
        for seed, equal in enumerate((rule, rule, replace(rule))):
            random.seed(seed)
            np.random.seed(seed)
            answers.append(equal.decide(table))
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])
    if not answers[0] == answers[1] == answers[2]:
        yield "the same table gets different answers; keep no state, and seed by a parameter"


def row_order(rule: Rule) -> Iterator[str]:
    """The order of the rows does not matter."""
    table = table_for(rule)
    for shuffled in (table[::-1], table.sample(frac=1, random_state=0)):
        if change := difference(rule.decide(table), rule.decide(shuffled.reset_index(drop=True))):
            yield f"rows in another order get another answer: {change}; sort by id where order matters"
            return


def gold_unused(rule: Rule) -> Iterator[str]:
    """The decision of a rule that declares no use of the label does not change when labels are exchanged."""
    if rule.uses_gold:
        return
    table = table_for(rule)
    exchanged = table.sample(frac=1, random_state=0).reset_index(drop=True)
    swapped = table.assign(**{name: exchanged[name] for name in GOLD_COLUMNS})
    if change := difference(rule.decide(table), rule.decide(swapped)):
        yield f"other answers change the decision: {change}; set uses_gold = True, or do not read them"


def empty_table(rule: Rule) -> Iterator[str]:
    """The rule drops nothing from an empty table."""
    import pandas as pd

    table = table_for(rule)
    for empty in (table.iloc[:0], pd.DataFrame(columns=table.columns)):
        if (drops := rule.decide(empty)) != {}:
            yield f"an empty table gets the answer {drops!r}; return an empty dict"


def one_row(rule: Rule) -> Iterator[str]:
    """The rule accepts a table of one row."""
    table = table_for(rule)
    for place in range(0, len(table), 7):
        row = table.iloc[[place]].reset_index(drop=True)
        yield from complaints(rule.decide(row), row)


def alone_as_among_others(rule: Rule) -> Iterator[str]:
    """If the scope is `item`, the decision on a row is the same alone and among other rows."""
    if rule.scope != "item":
        return
    table = table_for(rule)
    single: Drops = {}
    for place in range(len(table)):
        single |= rule.decide(table.iloc[[place]].reset_index(drop=True))
    if change := difference(rule.decide(table), single):
        yield f"a row alone gets another answer than among others: {change}; set scope = 'set'"


def drops_some(rule: Rule) -> Iterator[str]:
    """On a table with every kind of item, a rule drops some and keeps some."""
    table = table_for(rule)
    dropped = len(rule.decide(table))
    if dropped in (0, len(table)):
        what = "drops nothing from" if dropped == 0 else "drops all of"
        yield f"the rule {what} the synthetic table of {len(table)} items; check its parameters"
