"""Quads and pairs of a set to look at: few, of every kind that there is, spread over the set."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any

import pandas as pd

from twokeys.core.spread import in_turn, spread
from twokeys.data_cards.pictures import Box, Cross, Picture

SHOWN = 20
"""Number of shown quads, or of quads and pairs if there are fewer quads."""
Row = dict[str, Any]


def crosses(items: pd.DataFrame, thumbnail: Callable[[str], Picture | None]) -> list[Cross]:
    """Choose quads, and pairs of partners if there are few quads.

    Args:
        items: A set with `image_partner`, `question_partner` and `quad`.
        thumbnail: Makes images.
    """
    shown = [(f"Quad {number}", ids) for number, ids in enumerate(_quads(items[items["quad"].notna()]), start=1)]
    if room := SHOWN - len(shown):
        for view, title in (("image", "Image partners"), ("question", "Question partners")):
            pairs = _pairs(items, f"{view}_partner", -(-room // 2))
            shown += [(f"{title} {number}", ids) for number, ids in enumerate(pairs, start=1)]
    wanted = {identity for _, ids in shown for identity in ids}
    part = items[items["id"].isin(wanted)]
    bases = set(part["edit_of"].dropna()) if "edit_of" in part else set()
    records = items[items["id"].isin(wanted | bases)].to_dict("records")
    rows: dict[str, Row] = {str(row["id"]): {str(name): cell for name, cell in row.items()} for row in records}
    return [_cross(title, [rows[identity] for identity in ids], rows, thumbnail) for title, ids in shown]


def _quads(named: pd.DataFrame) -> list[list[str]]:
    """Ids of the shown quads: kinds of edits in turn, each spread over its quads, new questions first."""
    groups = named.sort_values("id").groupby("quad", sort=True)["id"]
    members: dict[str, list[str]] = {str(quad): list(ids) for quad, ids in groups}
    texts = dict(zip(named["id"], named["question_key"], strict=True))
    made = dict(zip(named["id"], named.get("edit_kind", pd.Series(index=named.index, dtype=object)), strict=True))
    kinds: dict[str, list[str]] = {}
    for quad, ids in members.items():
        kinds.setdefault(
            min((str(made[identity]) for identity in ids if isinstance(made[identity], str)), default=""), []
        ).append(quad)
    queues = [[quads[place] for place in spread(len(quads), 10 * SHOWN)] for _, quads in sorted(kinds.items())]
    chosen: list[str] = []
    seen: set[str] = set()
    for fresh in (True, False):
        for quad in in_turn(queues):
            questions = {texts[identity] for identity in members[quad]}
            if len(chosen) < SHOWN and quad not in chosen and not (fresh and questions & seen):
                chosen.append(quad)
                seen |= questions
    return [members[quad] for quad in chosen]


def _pairs(items: pd.DataFrame, column: str, most: int) -> list[list[str]]:
    """Some partners, each pair once, spread over the set in the order of ids."""
    paired = items[items[column].notna()].sort_values("id")
    pairs = sorted({(min(pair), max(pair)) for pair in zip(paired["id"], paired[column], strict=True)})
    return [list(pairs[place]) for place in spread(len(pairs), most)]


def _cross(title: str, members: list[Row], rows: dict[str, Row], thumbnail: Callable[[str], Picture | None]) -> Cross:
    """Lay members out as questions by images, and fill empty cells with other items of the set."""
    # An edited image stands to the right of the one that it was made from.
    members = sorted(members, key=lambda row: isinstance(row.get("edit_of"), str))
    images = list(dict.fromkeys(str(row["image_key"]) for row in members))
    questions = list(dict.fromkeys(str(row["question_key"]) for row in members))
    corner = {(str(row["question_key"]), str(row["image_key"])): row for row in members}
    texts = {str(row["question_key"]): text(row) for row in members}
    # An edit of an item that is not shown beside it would tell of another image or question.
    made = [row for row in members if row.get("edit_of") in {member["id"] for member in members}]
    notes = dict.fromkeys(str(row["edit_note"]) for row in made if isinstance(row.get("edit_note"), str))
    return Cross(
        title=title,
        note="; ".join(islice(notes, 3)),
        pictures=[thumbnail(key) for key in images],
        boxes=_boxes(made, images, rows),
        questions=[
            (texts[question], [_answer(corner.get((question, image))) for image in images]) for question in questions
        ],
    )


def text(row: Row) -> str:
    """A question with its options."""
    choices = row["choices"]
    options = list(choices) if choices is not None else []
    return f"{row['question']} ({' / '.join(map(str, options))})" if options else str(row["question"])


def _answer(row: Row | None) -> str | None:
    return None if row is None else str(row["answer"])


def _boxes(made: list[Row], images: list[str], rows: dict[str, Row]) -> list[Box]:
    """The edited boxes of the second image, as shares of its size."""
    for row in made:
        base, boxes = rows.get(str(row["edit_of"])), row.get("edit_boxes")
        edited = len(images) > 1 and row["image_key"] == images[1] and (base is None or base["image_key"] == images[0])
        if edited and boxes is not None and len(boxes):
            return shares(row)
    return []


def shares(row: Row) -> list[Box]:
    """The boxes of an edit in shares of its image's size."""
    wide, high = float(str(row["image_width"])), float(str(row["image_height"]))
    return [
        (left / wide, top / high, (right - left) / wide, (bottom - top) / high)
        for left, top, right, bottom in row["edit_boxes"]
    ]
