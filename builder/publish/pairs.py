"""The config `pairs`: a row with both members for every pair of counterfactual partners in the balanced set."""

from __future__ import annotations

from typing import Any

import pandas as pd

from twokeys.builder.pair.examine import spans_of_change
from twokeys.core.columns import PAIRS, PICTURES, columns_of, is_retrieved
from twokeys.core.item_images import KEYS
from twokeys.core.items import digest, row_order

_SIDE = ("question", "choices", "answer", "answer_source", "image_key", KEYS)


def pair_rows(balanced: pd.DataFrame) -> pd.DataFrame:
    """Write the partners of a balanced set as rows.

    The first member by a hash of its id is named first, the other member is `partner_*`, so that the order reveals
    nothing about the source's ids. An item can be in several pairs.

    Args:
        balanced: Rows of the config `balanced` with `split`.

    Returns:
        A row for each pair, with `split` and the columns of the config except images.
    """
    rows: dict[str, dict[str, Any]] = {str(row["id"]): row for row in balanced.to_dict("records")}  # type: ignore[misc]
    edits = _edits(rows)
    pairs: dict[tuple[str, str, str], dict[str, Any]] = {}
    for identity, row in rows.items():
        for view in ("image", "question"):
            partner = row[f"{view}_partner"]
            if isinstance(partner, str):
                first, second = sorted((identity, partner), key=row_order)
                key = f"{view}_key"
                made = edits.get((view, frozenset((rows[first][key], rows[second][key]))))
                pairs.setdefault((view, first, second), _pair(view, rows[first], rows[second], made))
    fixed = columns_of(PAIRS, several=KEYS in balanced)
    columns = ["split", *(name for name in fixed if name not in PICTURES)]
    return pd.DataFrame(pairs.values(), columns=columns).sort_values("id", ignore_index=True)


def _edits(rows: dict[str, dict[str, Any]]) -> dict[tuple[str, frozenset[str]], dict[str, Any]]:
    """Each pair of images or questions -> the edit between them, also for other items with this pair."""
    pairs: dict[tuple[str, frozenset[str]], dict[str, Any]] = {}
    for row in rows.values():
        base = rows.get(str(row.get("edit_of")))
        if base is not None:
            view = "question" if row["image_key"] == base["image_key"] else "image"
            pairs.setdefault((view, frozenset((row[f"{view}_key"], base[f"{view}_key"]))), row)
    return pairs


def _boxes(made: dict[str, Any]) -> list[list[int]]:
    """The boxes in which the edit of an image differs; outside them both images are the same."""
    retrieved = is_retrieved(made["edit_kind"])
    return [] if retrieved else [list(map(int, box)) for box in made["edit_boxes"]]


def _pair(view: str, first: dict[str, Any], second: dict[str, Any], made: dict[str, Any] | None) -> dict[str, Any]:
    words: tuple[Any, Any] = ((), ())
    if view == "question":
        texts = str(first["question"]), str(second["question"])
        words = spans_of_change(*texts), spans_of_change(*texts[::-1])
    quad = first["quad"] if first["quad"] == second["quad"] else None
    return {
        "id": digest("pair", view, str(first["id"]), str(second["id"])),
        "split": first["split"],
        "view": view,
        "first": first["id"],
        "second": second["id"],
        "kind": made["edit_kind"] if made is not None else "mined",
        "scores": made["edit_scores"] if made is not None and isinstance(made["edit_scores"], str) else None,
        "quad": quad if isinstance(quad, str) else None,
        "source": first["source"],
        "license": " and ".join(sorted({str(first["license"]), str(second["license"])})),
        **{name: first.get(name) for name in _SIDE},
        **{f"partner_{name}": second.get(name) for name in _SIDE},
        "words": [list(span) for span in words[0]],
        "partner_words": [list(span) for span in words[1]],
        "boxes": _boxes(made) if made is not None and view == "image" else [],
    }
