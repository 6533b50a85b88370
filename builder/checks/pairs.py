"""Check constructed items from the published rows alone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from twokeys.builder.pair.edit import root_of
from twokeys.builder.pair.examine import outside_is_kept, word_distance
from twokeys.builder.pair.judges.precision import interval
from twokeys.builder.pair.wording import plain
from twokeys.builder.recipe import Pair, Verify
from twokeys.core.columns import is_retrieved
from twokeys.data_cards.pairing import Precision

CARRIED = ("source", "source_revision", "split", "license", "group", "answer_type")
"""Columns that an edit shares with its original, the item that it was made from."""
OF_IMAGE = ("license", "group")
"""Columns that a retrieved partner takes from its image instead."""


def edited(rows: pd.DataFrame, pair: Pair, precision: Sequence[Precision] = ()) -> Iterator[str]:
    """Yield every contradiction.

    Args:
        rows: All rows of a folder, published and removed, with `stage` (missing if published).
        pair: The recipe's limits, and the models that it names.
        precision: Stated precision of these models, and the margins by which they verified.
    """
    if pair.verify is not None:
        yield from _margins(pair.verify, precision)
    margins = {measured.source: measured.margin for measured in precision if measured.used}
    records: list[dict[str, Any]] = rows.to_dict("records")  # type: ignore[assignment]
    rows_by_id = {str(row["id"]): row for row in records}
    for identity, row in rows_by_id.items():
        made, worded = (isinstance(row[name], str) for name in ("edit_of", "question_asked"))
        if (made or worded) == (row["answer_source"] == "annotated") or (made and worded):
            yield f"{identity}: it is annotated and made from another item, or neither"
        elif worded:
            yield from (f"{identity}: {problem}" for problem in _wording(row, pair))
        elif made and row["stage"] != "pair":
            yield from (f"{identity}: {problem}" for problem in _problems(row, rows_by_id, pair, margins))


def _wording(row: dict[str, Any], pair: Pair) -> Iterator[str]:
    """Yield the problems of an item whose question its source words differently."""
    if row["answer_source"] != "constructed" or "paraphrases" not in pair.mined:
        yield "its wording is not the source's, and no reason is given why its answer holds"
    if row["question"] == row["question_asked"] or plain(str(row["question"])) != plain(str(row["question_asked"])):
        yield "its wording differs from the source's by more than harmless changes, or not at all"


def _margins(verify: Verify, precision: Sequence[Precision]) -> Iterator[str]:
    """Yield the problems of the margins by which models verified, as the manifest states them."""
    for measured in precision:
        if measured.used and verify.precision is None and measured.margin != verify.margin:
            yield f"edits of {measured.source} were verified by another margin than the recipe's"
        if measured.used and verify.precision is not None and measured.low < verify.precision:
            yield f"edits of {measured.source} were verified with less precision than the recipe asks for"
        if not 0 <= measured.right <= measured.passed <= measured.claims or (measured.low, measured.high) != interval(
            measured.right, measured.passed
        ):
            yield f"the precision of models on {measured.source} does not follow from its counts"


def _problems(
    row: dict[str, Any], rows_by_id: dict[str, dict[str, Any]], pair: Pair, margins: Mapping[str, float]
) -> Iterator[str]:
    """Yield the problems of an edit."""
    base = rows_by_id.get(str(row["edit_of"]))
    if base is None or base["stage"] in ("filter", "pair"):
        yield f"the item that it was made from ({row['edit_of']}) is not there"
        return
    if row["answer_source"] not in ("constructed", "verified") or not (row["edit_kind"] and row["edit_note"]):
        yield "it does not say how its answer is known"
    yield from _scores(row, pair, margins)
    if root_of(str(row["id"])) != root_of(str(base["id"])):
        yield "its id is not that of the item that it was made from, with a mark"
    retrieved = is_retrieved(row["edit_kind"])
    carried = [name for name in CARRIED if not retrieved or name not in OF_IMAGE]
    if different := [name for name in carried if row[name] != base[name]]:
        yield f"its {' and '.join(different)} is not that of the item that it was made from"
    same_question, same_image = (row[name] == base[name] for name in ("question_key", "image_key"))
    if same_question == same_image or row["compared"] == base["compared"]:
        yield "it does not differ from the item that it was made from in one view and in the answer"
    words = tuple((int(a), int(b)) for a, b in _list(row["edit_words"]))
    boxes = [tuple(map(int, box)) for box in _list(row["edit_boxes"])]
    if retrieved:
        yield from _of_pool(row, base)
    if (bool(words), bool(boxes)) != (same_image, same_question and not retrieved) and not (retrieved and boxes):
        yield "its difference mask is not of the view that was changed"
    width, height = int(row["image_width"]), int(row["image_height"])
    if any(not (0 <= x0 < x1 <= width and 0 <= y0 < y1 <= height) for x0, y0, x1, y1 in boxes):
        yield "a box of its difference mask lies outside the picture"
    new, old = str(row["question"]), str(base["question"])
    if words and not outside_is_kept(new, old, words):
        yield "its question changes outside its difference mask"
    if words and word_distance(new, old) > pair.minimal.words:
        yield "its question changes more than the recipe allows"


def _of_pool(row: dict[str, Any], base: dict[str, Any]) -> Iterator[str]:
    """Yield the problems of an item that shows another image of the pool."""
    stated = json.loads(row["meta"]).get("image", {})
    if row["image_key"] == base["image_key"] or row["group"] == base["group"]:
        yield "its image is that of the item that it was made from, or nearly the same"
    if str(stated.get("license")) not in str(row["license"]).split(" and "):
        yield "its licence does not name that of its image"


def _scores(row: dict[str, Any], pair: Pair, used: Mapping[str, float]) -> Iterator[str]:
    """Yield the problems of an edit's scores."""
    scores = json.loads(row["edit_scores"]) if isinstance(row["edit_scores"], str) else {}
    fluency, margins = scores.pop("fluency", None), scores.get("margins")
    if (row["answer_source"] == "verified") != bool(scores):
        yield "its scores do not fit its answer source"
    if pair.grammar is not None and _list(row["edit_words"]) and (fluency is None or fluency < -pair.grammar.drop):
        yield "its question is less fluent than the recipe allows, or its fluency is not stated"
    if margins is None:
        return
    if pair.verify is None or sorted(margins) != sorted(pair.verify.models):
        yield "it was not verified by the models that the recipe names"
    elif any(
        min(margin["original"], margin["partner"]) < used.get(row["source"], pair.verify.margin)
        for margin in margins.values()
    ):
        yield "a model verified it by less than the recipe's margin"


def _list(cells: object) -> list[list[int]]:
    return [] if cells is None or isinstance(cells, float) else [list(cell) for cell in cells]  # type: ignore[attr-defined]
