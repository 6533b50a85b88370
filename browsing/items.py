"""An item with its partners, its quad, the answers of adversaries, and the neighbours that give a removed item away."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from twokeys.browsing.index import Index, told
from twokeys.browsing.pairs import Pairs
from twokeys.browsing.wordings import Wordings
from twokeys.core.columns import is_retrieved
from twokeys.data_cards.pictures import Box

TEXTS = (
    "id", "question", "choices", "answer", "compared", "answers", "answer_type", "answer_source", "source", "license",
    "row", "image_partner", "question_partner", "quad", "stage", "rule", "reason", "edit_of", "edit_kind", "edit_note",
    "edit_boxes", "edit_words", "edit_scores", "question_asked", "image_width", "image_height", "meta",
)  # fmt: skip
"""Columns of an item that are shown."""
BRIEF = ("id", "question", "choices", "answer", "stage", "rule", "reason")
"""Columns of an item in a list."""


@dataclass(frozen=True)
class Item:
    """A shown item.

    Attributes:
        place: Its row in the index.
        set: The config that holds it.
        split: Its split.
        cells: Its columns; those that its config lacks are None.
    """

    place: int
    set: str
    split: str
    cells: dict[str, Any]

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.cells["id"])

    @property
    def question(self) -> str:
        """Its question; empty for a row that could not be read."""
        return str(self.cells.get("question") or "")

    @property
    def answer(self) -> str:
        """Its answer; empty for a row that could not be read."""
        return str(self.cells.get("answer") or "")

    @property
    def choices(self) -> list[str]:
        """Its options."""
        return [str(choice) for choice in self.cells.get("choices") or []]

    @property
    def reason(self) -> str:
        """Why it was removed, in words; empty for a published item."""
        return told(self.cells.get("stage"), str(self.cells.get("reason") or ""))

    @property
    def boxes(self) -> list[list[int]]:
        """Where its edit, if one made it, changed the image: x0, y0, x1, y1 in pixels."""
        return [list(map(int, box)) for box in self.cells.get("edit_boxes") or [] if len(box) == 4]


@dataclass(frozen=True)
class Side:
    """A related item, which is shown beside the item.

    Attributes:
        relation: Its relation to the shown item, in words.
        item: The item.
        boxes: Where its image differs from that of the item that is shown.
        own: Where the image of the item that is shown differs from its own.
    """

    relation: str
    item: Item
    boxes: list[Box]
    own: list[Box]


def read(index: Index, rows: Sequence[int], columns: Sequence[str] = TEXTS) -> list[Item]:
    """Items of some rows, in their order."""
    cells = index.cells.read(rows, columns)
    return [
        Item(int(row), index.set_of(int(row)), index.value("split", int(row)), row_cells)
        for row, row_cells in zip(rows, cells, strict=True)
    ]


def partners(index: Index, pairs: Pairs, item: Item) -> list[Side]:
    """The item that it was made from, its partners in both views, and the rest of its quad, each once."""
    wanted: dict[int, str] = {}
    for relation, column in (
        ("image partner", "image_partner"),
        ("question partner", "question_partner"),
        ("made from", "edit_of"),
    ):
        name = item.cells.get(column)
        row = index.of(name, item.set) if isinstance(name, str) and name else None
        if row is not None and row != item.place:
            wanted[row] = f"{wanted[row]}, {relation}" if row in wanted else relation
    for row in index.same("quad", index.shared["quad"][item.place]).tolist():
        if row != item.place and index.set_of(row) == item.set:
            wanted.setdefault(row, "of the same quad")
    rows = read(index, list(wanted))
    return [Side(wanted[each.place], each, *_differences(pairs, item, each)) for each in rows]


def _differences(pairs: Pairs, item: Item, other: Item) -> tuple[list[Box], list[Box]]:
    """Where the images of two items differ: places in the other's image, and places in the item's own."""
    boxes = pairs.boxes(item.id, other.id)
    if boxes:
        return shares(other, boxes), shares(item, boxes)
    return _edited(item, other), _edited(other, item)


def _edited(item: Item, other: Item) -> list[Box]:
    """Places in the image of `other` that an edit changed; none if no edit made one of both items of the other.

    The boxes of a retrieved partner are places in its own image, and say nothing of the other.
    """
    for made, base in ((other, item), (item, other)):
        retrieved = is_retrieved(made.cells.get("edit_kind"))
        if made.cells.get("edit_of") == base.id and made.boxes and not (retrieved and made is item):
            return shares(made, made.boxes)
    return []


def shares(item: Item, boxes: Sequence[Sequence[int]]) -> list[Box]:
    """Boxes in pixels of an item's image, in shares of its size."""
    wide, high = item.cells.get("image_width") or 0, item.cells.get("image_height") or 0
    if wide < 1 or high < 1:
        return []
    return [
        (left / wide, top / high, (right - left) / wide, (bottom - top) / high) for left, top, right, bottom in boxes
    ]


@dataclass(frozen=True)
class Evidence:
    """What gives a removed item away: the items that stand nearest to it, and how they are answered.

    Attributes:
        asked: Answer -> other items of its question with that answer, most frequent first.
        pictured: The same for other items about its image.
        named: Items that its reason names.
        same: Other items with the same question and the same image.
        questions: Some other items of its question.
        images: Some other items about its image.
        group: Some other items of its group: near-duplicate images, declared links.
        worded: Some items whose questions have most words in common with its own.
    """

    asked: list[tuple[str, int]]
    pictured: list[tuple[str, int]]
    named: list[Item]
    same: list[Item]
    questions: list[Item]
    images: list[Item]
    group: list[Item]
    worded: list[Item]


_AROUND = "'\"\u201c\u201d\u2018\u2019(),.;:"
"""Marks around a word."""
SHOWN = 6
"""Neighbours of each kind that are shown."""
COUNTED = 20_000
"""Other items of a question or an image whose answers are counted."""


def evidence(index: Index, wordings: Wordings, item: Item) -> Evidence:
    """Find the neighbours that give an item away; published neighbours come before removed neighbours."""
    others = {column: _others(index, item, column) for column in ("question_key", "image_key", "group")}
    questions, pictured = set(others["question_key"]), set(others["image_key"])
    named = [row for row in map(index.of, words_of(item.reason)) if row is not None and row != item.place]
    kinds = {
        "named": named,
        "same": [row for row in others["question_key"] if row in pictured and row not in named],
        "questions": [row for row in others["question_key"] if row not in pictured],
        "images": [row for row in others["image_key"] if row not in questions],
        "group": [row for row in others["group"] if row not in questions and row not in pictured],
        "worded": wordings.near(item.question, item.place),
    }
    shown = {kind: read(index, rows[:SHOWN], (*BRIEF, "image_width")) for kind, rows in kinds.items()}
    return Evidence(_answers(index, others["question_key"]), _answers(index, others["image_key"]), **shown)


def _others(index: Index, item: Item, column: str) -> list[int]:
    """Rows that share a column with an item, each item once, published rows first."""
    rows = index.same(column, index.shared[column][item.place])
    rows = rows[~index.twin[rows] & (index.shared["id"][rows] != index.shared["id"][item.place])]
    return [int(row) for row in rows]  # configs stand in the order of SETS: removed ones last


def _answers(index: Index, rows: Sequence[int]) -> list[tuple[str, int]]:
    answers = [str(cells["answer"]) for cells in index.cells.read(rows[:COUNTED], ["answer"])]
    return sorted(Counter(answers).items(), key=lambda each: (-each[1], each[0]))


def words_of(reason: str) -> list[str]:
    """What could be an id in a reason: its words, also without the marks around them.

    Example:
        >>> words_of("repeats 'a:7', and b:8: same image")
        ['repeats', "'a:7',", 'a:7', 'and', 'b:8:', 'b:8', 'same', 'image']
    """
    return list(dict.fromkeys(form for word in reason.split() for form in (word, word.strip(_AROUND))))


def fields(item: Item) -> list[tuple[str, str]]:
    """The source's other fields of an item: name and value; those of `meta`, which may be no JSON."""
    try:
        meta = json.loads(item.cells.get("meta") or "{}")
    except (ValueError, TypeError, RecursionError):
        return []
    return [(str(name), str(value)) for name, value in meta.items()] if isinstance(meta, dict) else []
