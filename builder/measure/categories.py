"""Categories: how blind-solvable each part of a set is, by columns that the recipe names and by source, split and type.

For each category the best blind adversary is reported: the one that is furthest above chance. Its interval holds for
all categories and adversaries at once, since both are chosen among many: Bonferroni over all pairs, on exact binomial
intervals (`twokeys.core.intervals.exact`). So the interval of a category of twelve items is as wide as twelve items
require. Chance does not use the category: it is one over the number of options, or the share of the type's most
frequent answer in the *whole* set. So a category in which every answer is `no` stands out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twokeys.builder.measure.blindness import measured_by
from twokeys.builder.measure.shortcuts.simplest import simplest
from twokeys.core.categories import Places
from twokeys.core.ceilings import codes
from twokeys.core.errors import BadInput, correction
from twokeys.core.intervals.exact import METHOD, exact
from twokeys.core.measured import UNMET
from twokeys.core.strata import NOTHING, STRATA, value_of
from twokeys.data_cards.categories import WORST, Categories, Category

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Adversary:
    """The answers of one baseline on a set.

    Attributes:
        name: The baseline.
        unseen: Whether it was fitted with folds by question, so that no model had met the question that it answers.
        applies: (n,) items that it answers.
        right: (n,) items that it answers right.
    """

    name: str
    unseen: bool
    applies: Bools
    right: Bools


def check_names(items: pd.DataFrame, names: Sequence[str], recipe: str) -> None:
    """Refuse unknown names of categories.

    Raises:
        BadInput: When a name is no column of items and no field of `meta`.
    """
    for name in names:
        if name in STRATA or value_of(items, name).ne(NOTHING).any():
            continue
        fields = sorted({field for cell in items["meta"].unique() for field in json.loads(cell)})
        problem = f"no item has a field {name!r}"
        remedy = correction(name, fields, "name one of these; of a table, keep the column by `options: {meta: [NAME]}`")
        raise BadInput(recipe, "categories", problem, ", ".join(fields) or "none: the corpus keeps no fields", remedy)


def check_parts(items: pd.DataFrame, names: Sequence[str], recipe: str) -> None:
    """Refuse to balance inside categories of one item each.

    Raises:
        BadInput: If every item has a different value.
    """
    for name in names:
        distinct = value_of(items, name).nunique()
        if distinct == len(items) > 1:
            problem = (
                f"{name!r} has {distinct:,} values for {len(items):,} items: no item has a partner inside of its own"
            )
            remedy = f"take {name!r} out of `within`, or name a coarser category"
            raise BadInput(recipe, "balance.within", problem, "columns of which several items share a value", remedy)


def expected(items: pd.DataFrame) -> Floats:
    """(n,) chance of each item: one over its options, or the share of its type's most frequent answer in the set."""
    options = items["choices"].map(len).to_numpy(dtype=np.int64)
    drawn = 1 / np.maximum(options, 1).astype(np.float64)
    free = items[options == 0]
    counts = free.groupby(["answer_type", "compared"]).size()
    shares = counts.groupby(level=0).max() / counts.groupby(level=0).sum()
    usual = items["answer_type"].map(shares).to_numpy(dtype=np.float64)
    return np.where(options > 0, drawn, usual)


def categories(items: pd.DataFrame, where: Places, fits: Sequence[str], confidence: float) -> Categories:
    """Score the best blind adversary of every category.

    Args:
        items: Item table with measurements and `group`.
        where: The categories.
        fits: Data on which the adversaries were fitted.
        confidence: Confidence of all intervals together.
    """
    adversaries = list(_adversaries(items, fits))
    chance, groups = expected(items), codes(items["group"]).astype(np.int64)
    best_of, compared = [], 0
    for column, value, inside in where.parts(items):
        able = [each for each in adversaries if 2 * int((inside & each.applies).sum()) >= int(inside.sum())]
        compared += len(able)
        best = max(able, key=lambda each: _above(each, inside, chance), default=None)
        best_of.append((column, value, inside, best))
    level = 1 - (1 - confidence) / max(compared, 1)
    rows = [
        (_category(column, value, inside, best, chance, groups, level), inside)
        for column, value, inside, best in best_of
    ]
    rows.sort(key=lambda pair: _order(pair[0]))
    worst = sum(row.outcome == "above chance" for row, _ in rows[:WORST])
    ruled = [_ruled(row, items[inside], confidence) for row, inside in rows[:worst]]
    return Categories(
        columns=list(where.values),
        compared=compared,
        confidence=confidence,
        method=METHOD,
        rows=[*ruled, *(row for row, _ in rows[worst:])],
    )


def _adversaries(items: pd.DataFrame, fits: Sequence[str]) -> Iterator[Adversary]:
    gold = items["compared"].to_numpy(dtype=object)
    for fit in fits:
        for name, column in measured_by(items, fit).items():
            answers = items[column]
            applies = answers.notna().to_numpy(dtype=bool)
            if applies.any():
                unseen = fit in UNMET
                yield Adversary(name, unseen, applies, applies & (answers.to_numpy(dtype=object) == gold))


def _above(adversary: Adversary, inside: Bools, chance: Floats) -> tuple[float, bool]:
    """Sort key: excess over chance on a category; among equals, adversaries without folds by question come first."""
    scored = inside & adversary.applies
    return round(float(adversary.right[scored].mean() - chance[scored].mean()), 9), not adversary.unseen


def _category(
    column: str,
    value: str,
    inside: Bools,
    best: Adversary | None,
    chance: Floats,
    groups: NDArray[np.int64],
    level: float,
) -> Category:
    fields: dict[str, Any] = {"column": column, "value": value, "items": int(inside.sum())}
    if best is None:
        level_of = round(float(chance[inside].mean()), 6)
        fields |= {"view": None, "baseline": "", "unseen": False, "scored": 0, "right": 0, "low": 0.0, "high": 1.0}
        return Category.model_validate(fields | {"chance": level_of})
    scored = inside & best.applies
    share = exact(best.right[scored], groups[scored], level)
    fields |= {"view": best.name.partition(".")[0], "baseline": best.name, "unseen": best.unseen}
    fields |= {"scored": share.items, "right": share.right, "low": round(share.low, 6), "high": round(share.high, 6)}
    return Category.model_validate(fields | {"chance": round(float(chance[scored].mean()), 6)})


def _order(row: Category) -> tuple[int, float, int, str, str]:
    """Sort key: categories above chance first, the furthest above first; categories that are too small last."""
    kinds = ("above chance", "not told from chance", "too few to tell")
    above = row.above if row.scored else -1.0
    return kinds.index(row.outcome), -round(above, 9), -row.items, row.column, row.value


def _ruled(row: Category, part: pd.DataFrame, confidence: float) -> Category:
    """Add a rule in words that is right about as often as the best adversary, if there is one."""
    rule = simplest(part, row.chance, row.right, 1 - confidence)
    return row if rule is None else row.model_copy(update={"rule": rule.words, "ruled": rule.right})
