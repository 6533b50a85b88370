"""Blind-solvability of each category of a set: the rows of its table, and the worst categories in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twokeys.data_cards.blindness import with_folds
from twokeys.data_cards.tables import NONE, Cells, count, interval, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twokeys.data_cards.categories import Categories, Category

SEES = {"question": "the question alone", "choices": "the options alone", "image": "the image alone"}
HEADER: Cells = ("category", "items", "best blind adversary", "right", "chance")
BOTH_HEADER: Cells = ("category", "items read", "right", "chance", "items published", "right", "chance")
LEGEND = (
    "Right: of the blind adversary that is furthest above chance in the category. Chance: one over the number of "
    "options, or the share of the most frequent answer of each answer type in the whole set."
)


def sentences(categories: Categories) -> list[str]:
    """Describe the worst categories, or state that none stands out.

    Example:
        >>> from twokeys.data_cards.categories import Categories
        >>> sentences(Categories(columns=["kind"], compared=0, confidence=0.95, method="", rows=[]))
        []
    """
    if not categories.rows:
        return []
    if not categories.worst:
        few = sum(row.outcome == "too few to tell" for row in categories.rows)
        small = f"; {count(few)} of them {'has' if few == 1 else 'have'} too few items to tell" if few else ""
        number = count(len(categories.rows))
        return [f"No category stands out: in none of {number} is a blind adversary told from chance{small}."]
    return [sentence(row) for row in categories.worst]


def sentence(row: Category) -> str:
    """Describe one category.

    Example:
        >>> from twokeys.data_cards.categories import Category
        >>> row = dict(column="kind", value="none", items=40, view="choices", baseline="choices.tfidf", unseen=False)
        >>> row |= dict(scored=40, right=40, low=0.85, high=1, chance=0.25)
        >>> sentence(Category(**row))
        'Of the 40 items of kind “none”, choices.tfidf, which sees the options alone, answers 40; chance 25.0 %.'
        >>> sentence(Category(**row, rule="the option that alone begins with “there is no”", ruled=40))
        'Of the 40 items of kind “none”, the option that alone begins with “there is no” is right in 40; chance 25.0 %.'
    """
    of = f"Of the {count(row.items)} items of {row.name}"
    if row.scored < row.items:
        of += f", {count(row.scored)} of which it applies to"
    if row.rule and row.ruled >= row.right:
        return f"{of}, {row.rule} is right in {count(row.ruled)}; chance {percent(row.chance)}."
    more = f"; {row.rule} is right in {count(row.ruled)}" if row.rule else ""
    sees = f", which sees {SEES[row.view]}," if row.view else ""
    return f"{of}, {named(row)}{sees} answers {count(row.right)}{more}; chance {percent(row.chance)}."


def named(row: Category) -> str:
    """Return the name of the adversary and of its folds."""
    return with_folds(row.baseline, unseen=row.unseen)


def reached(row: Category) -> str:
    """Return the accuracy of the best adversary with its interval, or that the items are too few."""
    if not row.scored:
        return NONE
    of = f" of {count(row.scored)}" if row.scored < row.items else ""
    confidence = "too few to tell" if row.outcome == "too few to tell" else interval(row.low, row.high)
    return f"{percent(row.accuracy)}{of} {confidence}"


def rows(categories: Categories) -> list[Cells]:
    """Return all categories of one set, under `HEADER`."""
    return [(row.name, count(row.items), named(row), reached(row), percent(row.chance)) for row in categories.rows]


def both_rows(before: Categories, after: Categories) -> list[Cells]:
    """Return all categories before and after selection, under `BOTH_HEADER`, in the order of the items read."""
    later = {(row.column, row.value): row for row in after.rows}
    places = [(row.column, row.value) for row in before.rows]
    early = dict(zip(places, before.rows, strict=True))
    cells: list[Cells] = []
    for place in [*places, *(place for place in later if place not in early)]:
        name = (early.get(place) or later[place]).name
        cells.append((name, *_side(early.get(place)), *_side(later.get(place))))
    return cells


def _side(row: Category | None) -> Cells:
    if row is None:
        return "0", NONE, NONE
    by = f" by {named(row)}" if row.scored else ""
    return count(row.items), f"{reached(row)}{by}", percent(row.chance)


def method(categories: Categories) -> str:
    """Explain how the intervals were computed."""
    return (
        f"Intervals hold for all {count(categories.compared)} pairs of a category and an adversary at once, at "
        f"{100 * categories.confidence:g} % (Bonferroni): {categories.method}. They speak of other images that are "
        "asked like questions."
    )


def categories_json(categories: Categories) -> dict[str, Any]:
    """Return all categories as JSON values, with descriptions of the worst."""
    rows = [
        row.model_dump() | {"accuracy": round(row.accuracy, 6) if row.scored else None, "outcome": row.outcome}
        for row in categories.rows
    ]
    return categories.model_dump(exclude={"rows"}) | {"worst": sentences(categories), "rows": rows}


def shown(cells: Sequence[Cells], most: int) -> tuple[list[Cells], str]:
    """Return the first rows, and a note on the omitted rows; the note is empty if there are none."""
    rest = len(cells) - most
    return list(cells[:most]), f"and {count(rest)} more categories" if rest > 0 else ""
