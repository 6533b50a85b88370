"""The HTML of the page, filled into templates that escape every text of the corpus."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import groupby
from typing import Any

import numpy as np
from jinja2 import Environment

from twokeys.browsing.answers import RIGHT, SKIPPED, WRONG
from twokeys.browsing.explanations import PLAYED, Heat
from twokeys.browsing.images import LARGE, SMALL
from twokeys.browsing.items import BRIEF, Item, Side, evidence, fields, partners, read
from twokeys.browsing.library import Library
from twokeys.browsing.query import Query
from twokeys.builder.pair.examine import spans_of_change
from twokeys.data_cards.page import environment

BECAME = {SKIPPED: ("cannot answer", ""), WRONG: ("wrong", "wrong"), RIGHT: ("right", "right")}
"""What became of an item -> its word, and the class that colours it."""
VIEWS = {name: view for view, name in PLAYED.items()}
NEIGHBOURS = {
    "named": "Named in the reason",
    "same": "The same question about the same image",
    "questions": "The same question about other images",
    "images": "Other questions about the same image",
    "group": "Of the same group: near-duplicate images, or linked by the source",
    "worded": "Worded alike",
}
"""Kind of neighbours -> title."""


@cache
def _templates() -> Environment:
    return environment("twokeys.browsing")


def style() -> str:
    """The style of the page."""
    return _templates().get_template("page.css.j2").render()


def script(first: bool) -> str:
    """What a part of the page does when something in it is chosen.

    Args:
        first: Whether it is the part that shows the list, which also follows the browser's way back.
    """
    return _templates().get_template("page.js.j2").render(first=first)


def head_html(library: Library) -> str:
    """The title, the name and the sets of the folder."""
    claims = library.folder.claims
    return (
        _templates()
        .get_template("head.html.j2")
        .render(
            name=library.folder.path.resolve().name,
            title=library.folder.manifest.recipe.get("title") if claims else None,
            sets=library.index.facets["set"].counts(ordered=False),
        )
    )


def list_html(library: Library, query: Query, number: int) -> str:
    """A page of results, as cards."""
    page = library.page(query, number)
    items = read(library.index, page.rows, BRIEF)
    return (
        _templates()
        .get_template("list.html.j2")
        .render(
            page=page,
            items=[(item, _became(library, item)) for item in items],
            pictures=library.thumbnails.of(page.rows, SMALL),
        )
    )


def _became(library: Library, item: Item) -> list[tuple[str, str, str]]:
    """What became of an item in each evaluation that asked it: the model, a word, and the class of the word."""
    named = zip(library.answers.names, library.answers.runs, strict=True)
    answered = [(name, int(run.kept[item.place])) for name, run in named]
    return [(name, *BECAME[became]) for name, became in answered if became in BECAME]


def item_html(library: Library, row: int, query: Query) -> str:
    """An item: its image, its question and its answer.

    Args:
        library: The folder.
        row: The item's row.
        query: What was asked for: the item before and the one after are those of its result.
    """
    (item,) = read(library.index, [row])
    sides = partners(library.index, library.pairs, item)
    before, after = _around(library, row, query)
    return (
        _templates()
        .get_template("item.html.j2")
        .render(
            item=item,
            fields=fields(item),
            picture=library.thumbnails.of([row], LARGE)[row],
            boxes=next((side.own for side in sides if side.own), []),
            before=before,
            after=after,
        )
    )


def about_html(library: Library, row: int) -> str:
    """Further facts about an item: partners, neighbours that give it away, models, adversaries."""
    (item,) = read(library.index, [row])
    sides = partners(library.index, library.pairs, item)
    near = evidence(library.index, library.wordings, item) if item.reason else None
    neighbours = [(title, getattr(near, kind)) for kind, title in NEIGHBOURS.items()] if near else []
    beside = [side.item.place for side in sides] + [each.place for _, items in neighbours for each in items]
    lines = [(name, run.line(row)) for name, run in zip(library.answers.names, library.answers.runs, strict=True)]
    by_fit = groupby(library.adversaries.of(item), key=lambda each: each.fit)
    return (
        _templates()
        .get_template("about.html.j2")
        .render(
            item=item,
            pictures=library.thumbnails.of([*beside, row], SMALL),
            sides=sides,
            boxed=any(side.boxes or side.own for side in sides),
            cross=_cross(library, item, sides),
            evidence=near,
            neighbours=neighbours,
            answered=[(name, line) for name, line in lines if line is not None],
            views=VIEWS,
            said=[(fit, list(rows)) for fit, rows in by_fit],
        )
    )


def _around(library: Library, row: int, query: Query) -> tuple[str | None, str | None]:
    """Ids of the items before and after a row in what was asked for; None at an end, or if it is not among it."""
    page = library.find(query)
    at = int(np.searchsorted(page, row))
    if at == len(page) or page[at] != row:
        return None, None
    rows = [int(page[place]) for place in (at - 1, at + 1) if 0 <= place < len(page)]
    names = [str(cells["id"]) for cells in library.index.cells.read(rows, ["id"])]
    return (names[0] if at else None), (names[-1] if at + 1 < len(page) else None)


def _cross(library: Library, item: Item, sides: Sequence[Side]) -> dict[str, Any] | None:
    """Questions by images: the item, its partners and its quad; None if it has no partner."""
    if not any("partner" in side.relation for side in sides):
        return None
    shared = library.index.shared
    cells: dict[tuple[int, int], Item] = {}
    images: dict[int, int] = {}
    questions: dict[int, str] = {}
    boxes: dict[int, list[Any]] = {item.place: next((side.own for side in sides if side.own), [])}
    for corner, marked in [(item, boxes[item.place]), *((side.item, side.boxes) for side in sides)]:
        image, question = int(shared["image_key"][corner.place]), int(shared["question_key"][corner.place])
        row = images.setdefault(image, corner.place)
        boxes[row] = boxes.get(row) or marked
        questions.setdefault(question, corner.question)
        cells.setdefault((question, image), corner)
    first = item.question
    other = next((text for text in questions.values() if text != first), None)
    return {
        "images": list(images.values()),
        "boxes": boxes,
        "questions": [
            (parted(text, first if text != first else other), [cells.get((key, image)) for image in images])
            for key, text in questions.items()
        ],
    }


def parted(text: str, other: str | None) -> list[tuple[str, bool]]:
    """Parts of a text, and of each whether another text lacks it.

    Example:
        >>> parted("is it red?", "is it blue?")
        [('is it ', False), ('red?', True)]
    """
    parts, end = [], 0
    for start, stop in spans_of_change(text, other) if other is not None else ():
        parts += [(text[end:start], False), (text[start:stop], True)]
        end = stop
    return [part for part in [*parts, (text[end:], False)] if part[0]]


def heat_html(heat: Heat | None) -> str:
    """A heat map over image and words; nothing if there is none."""
    return _templates().get_template("heat.html.j2").render(heat=heat)
