"""Categories: how blind-solvable each part of a set is, by columns that the recipe names and by source, split and type.

For each category the blind adversary is taken that is furthest above chance. Its interval holds for all categories and
adversaries at once, since both are chosen among many: Bonferroni over all pairs, on exact binomial intervals
(`twokeys.core.intervals.exact`), so that a category of twelve items is told with what twelve items can tell. Chance is
what needs no look at the category: one over the number of options, or the share of the most frequent answer of the
type in the *whole* set. So a category of which every answer is `no` stands out.
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
    """What one baseline answers on a set.

    Attributes:
        name: The baseline.
        unseen: Whether no model had met the question that it answers.
        applies: (n,) items that it answers at all.
        right: (n,) items that it answers right.
    """

    name: str
    unseen: bool
    applies: Bools
    right: Bools


def check_names(items: pd.DataFrame, names: Sequence[str], recipe: str) -> None:
    """Refuse names of categories that no item has.

    Raises:
        BadInput: When a name is no column of items and no field of `meta`.
    """
    known = dict.fromkeys(STRATA)
    for name in names:
        if name in known or value_of(items, name).ne(NOTHING).any():
            continue
        fields = sorted({field for cell in items["meta"].unique() for field in json.loads(cell)})
        problem = f"no item has a field {name!r}"
        remedy = correction(name, fields, "name one of these; of a table, keep the column by `options: {meta: [NAME]}`")
        raise BadInput(recipe, "categories", problem, ", ".join(fields) or "none: the corpus keeps no fields", remedy)


def check_parts(items: pd.DataFrame, names: Sequence[str], recipe: str) -> None:
    """Refuse to balance inside categories of one item each.

    Raises:
        BadInput: When every item has a value of its own.
    """
    for name in names:
        if (found := value_of(items, name).nunique()) == len(items) > 1:
            problem = f"{name!r} has {found:,} values for {len(items):,} items: no item has a partner inside of its own"
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
    """Count the best blind adversary of every category.

    Args:
        items: Item table with measurements and `group`.
        where: The categories.
        fits: What the adversaries were fitted on.
        confidence: Of all intervals together.
    """
    adversaries = list(_adversaries(items, fits))
    chance, groups = expected(items), codes(items["group"]).astype(np.int64)
    best, compared = [], 0
    for column, value, inside in where.parts(items):
        able = [one for one in adversaries if 2 * int((inside & one.applies).sum()) >= int(inside.sum())]
        compared += len(able)
        best.append((column, value, inside, max(able, key=lambda one: _above(one, inside, chance), default=None)))
    level = 1 - (1 - confidence) / max(compared, 1)
    rows = [
        (_category(column, value, inside, one, chance, groups, level), inside) for column, value, inside, one in best
    ]
    rows.sort(key=lambda pair: _order(pair[0]))
    worst = sum(row.outcome == "above chance" for row, _ in rows[:WORST])
    told = [_ruled(row, items[inside], confidence) for row, inside in rows[:worst]]
    return Categories(
        columns=list(where.values),
        compared=compared,
        confidence=confidence,
        method=METHOD,
        rows=[*told, *(row for row, _ in rows[worst:])],
    )


def _adversaries(items: pd.DataFrame, fits: Sequence[str]) -> Iterator[Adversary]:
    gold = items["compared"].to_numpy(dtype=object)
    for fit in fits:
        for name, column in measured_by(items, fit).items():
            said = items[column]
            applies = said.notna().to_numpy(dtype=bool)
            if applies.any():
                unseen = fit in UNMET
                yield Adversary(name, unseen, applies, applies & (said.to_numpy(dtype=object) == gold))


def _above(one: Adversary, inside: Bools, chance: Floats) -> tuple[float, bool]:
    """Excess over chance on a category; of equal ones the one that may have met the questions, then the first."""
    scored = inside & one.applies
    return round(float(one.right[scored].mean() - chance[scored].mean()), 9), not one.unseen


def _category(
    column: str,
    value: str,
    inside: Bools,
    best: Adversary | None,
    chance: Floats,
    groups: NDArray[np.int64],
    level: float,
) -> Category:
    told: dict[str, Any] = {"column": column, "value": value, "items": int(inside.sum())}
    if best is None:
        level_of = round(float(chance[inside].mean()), 6)
        told |= {"view": None, "baseline": "", "unseen": False, "scored": 0, "right": 0, "low": 0.0, "high": 1.0}
        return Category.model_validate(told | {"chance": level_of})
    scored = inside & best.applies
    found = exact(best.right[scored], groups[scored], level)
    told |= {"view": best.name.partition(".")[0], "baseline": best.name, "unseen": best.unseen}
    told |= {"scored": found.items, "right": found.right, "low": round(found.low, 6), "high": round(found.high, 6)}
    return Category.model_validate(told | {"chance": round(float(chance[scored].mean()), 6)})


def _order(row: Category) -> tuple[int, float, int, str, str]:
    """What stands out first, the furthest above chance first; what so few items cannot tell last."""
    kinds = ("above chance", "not told from chance", "too few to tell")
    above = row.above if row.scored else -1.0
    return kinds.index(row.outcome), -round(above, 9), -row.items, row.column, row.value


def _ruled(row: Category, part: pd.DataFrame, confidence: float) -> Category:
    """Say in words what answers about as many items as the best adversary, if anything does."""
    found = simplest(part, row.chance, row.right, 1 - confidence)
    return row if found is None else row.model_copy(update={"rule": found.words, "ruled": found.right})
