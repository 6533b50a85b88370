"""Accuracy over counterfactual pairs and quads, in plain Python: as `twokeys.audit.evaluation.pairs` counts it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

PARTNER = {"question": "image_partner", "image": "question_partner"}
"""Kind of pair -> the column that names an item's partner in it."""


def sets(rows: Sequence[Mapping[str, Any]], kind: str) -> set[frozenset[str]]:
    """Ids of the items of each pair or quad of a kind, as far as all of its items are here.

    Args:
        rows: Items with `id`, `image_partner`, `question_partner` and `quad`.
        kind: `question` (one question, two images), `image` (one image, two questions) or `group` (quads).
    """
    here = {row["id"] for row in rows}
    if kind in PARTNER:
        column = PARTNER[kind]
        return {frozenset((row["id"], row[column])) for row in rows if row[column] in here}
    members: dict[str, set[str]] = {}
    for row in rows:
        if isinstance(row["quad"], str):
            members.setdefault(row["quad"], set()).add(row["id"])
    return {frozenset(items) for items in members.values() if len(items) == 4}


def wholly_right(rows: Sequence[Mapping[str, Any]], kind: str) -> float:
    """Share of pairs or quads of which every item is right; NaN where there are none.

    Args:
        rows: Items as for `sets`, with `right`.
        kind: As for `sets`.
    """
    right = {row["id"]: bool(row["right"]) for row in rows}
    found = sets(rows, kind)
    return sum(all(right[one] for one in items) for items in found) / len(found) if found else float("nan")
