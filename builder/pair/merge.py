"""From edits to items: refuse contradictions and repetitions, store the images, write the rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from twokeys.builder.pair.edit import root_of
from twokeys.builder.read.spelling import spelled
from twokeys.core.answers.normal import compared
from twokeys.core.columns import is_retrieved
from twokeys.core.disk import whole
from twokeys.core.files import sha256
from twokeys.core.items import canonical_json, hashed_order, question_key
from twokeys.core.pictures.facts import describe
from twokeys.core.pictures.limits import Images

STORE = ":pair"
"""Source of new images in the table of images; no corpus can have this name. Its root is the folder of the stage."""
_IMAGE = ("image_key", "image_width", "image_height")
There = dict[tuple[str, str], dict[tuple[str, str], str]]
"""Question and image -> split and answer -> the first item with all of them."""
CARRIED = ("group", "links", "license")
"""Columns of a retrieved partner that depend on its image: group and links for its folds, and the licence."""


def as_items(edits: pd.DataFrame, originals: pd.DataFrame, read: pd.DataFrame) -> pd.DataFrame:
    """Write edits as rows of the item table.

    Args:
        edits: Edits, each after the edit that it was made from, with `image_key`, `image_width` and `image_height` of
            the new image (missing for question edits, and if the image is not whole); retrieved partners also have
            the columns `CARRIED`.
        originals: The items that the edits go back to, with `group`.
        read: All items that were read: a question that is among them, or among earlier edits, takes over their
            spelling and their order of options.

    Returns:
        A row for each edit in the same order, with `view`, `generator`, `problem` and
        `twokeys.core.columns.EDIT_COLUMNS`.
    """
    bases = {row["id"]: row for row in originals.to_dict("records")}
    there = dict(zip(read["question_key"], zip(read["question"], read["choices"], strict=True), strict=True))
    rows = []
    for edit in edits.to_dict("records"):
        base, root = bases[edit["edit_of"]], bases[edit["root"]]
        question = edit["question"] if edit["view"] == "question" else base["question"]
        choices = list(base["choices"] if edit["choices"] is None else edit["choices"])
        key = question_key(question, choices)
        text, order = there[key] if key in there else (question, hashed_order(question, choices))
        if not isinstance(edit["problem"], str):
            there.setdefault(key, (text, order))
        answer = spelled({"choices": choices, "answer": edit["answer"]}, text, order).get("answer", edit["answer"])
        row = dict(root) | {
            "id": edit["id"],
            "source_id": root["source_id"] + edit["id"][len(edit["root"]) :],
            "question": text,
            "choices": list(order),
            "question_key": key,
            **{name: (base if edit["view"] == "question" else edit)[name] for name in _IMAGE},
            "image_keys": list(base["image_keys"]) if edit["view"] == "question" else [edit["image_key"]],
            "answer": answer,
            "compared": compared(root["answer_type"], order, answer),
            "answers": [],
            "answer_source": edit["answer_source"],
            "meta": edit["meta"] or (base["meta"] if edit["view"] == "question" else "{}"),
            "view": edit["view"],
            "problem": edit["problem"],
            "generator": edit["generator"],
            "edit_of": edit["edit_of"],
            "edit_kind": edit["kind"],
            "edit_note": edit["note"],
            "edit_words": edit["words"],
            "edit_boxes": edit["boxes"],
            "edit_scores": edit["scores"],
            "question_asked": None,
        }
        if edit["image"] is not None:
            both = " and ".join(sorted({str(root["license"]), str(edit["license"])}))
            row |= {"group": edit["group"], "links": list(edit["links"]), "license": both}
        bases[edit["id"]] = row
        rows.append(row)
    return pd.DataFrame(rows)


def with_categories(rows: pd.DataFrame, items: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Add the categories of original items to the `meta` of edits, so that each edit is in the part of its original.

    A category that is already in an edit's `meta` stays.

    Args:
        rows: Edits as rows of the item table.
        items: The annotated items.
        names: Fields of `meta` that divide the items into balanced parts.
    """
    if not len(rows) or not names:
        return rows
    of = dict(zip(items["id"], items["meta"], strict=True))
    metas = zip(rows["meta"], rows["id"].map(lambda identity: of[root_of(str(identity))]), strict=True)
    return rows.assign(meta=[_with_fields(meta, root, names) for meta, root in metas])


def _with_fields(meta: str, root: str, names: Sequence[str]) -> str:
    fields, other = json.loads(meta), json.loads(root)
    for name in names:
        here, there = fields, other
        for step in name.split(".")[:-1]:
            there = there.get(step) if isinstance(there, dict) else None
            here = here.setdefault(step, {}) if isinstance(here, dict) and isinstance(there, dict) else None
        last = name.rpartition(".")[2]
        if isinstance(here, dict) and isinstance(there, dict) and last in there:
            here.setdefault(last, there[last])
    return canonical_json(fields)


def store(picture: bytes, folder: Path, limits: Images) -> dict[str, Any]:
    """Store an image's bytes under their hash; returns its row in the table of images."""
    name = hashlib.sha256(picture).hexdigest()
    ending = "jpg" if picture.startswith(b"\xff\xd8") else "png"
    path = folder / "pictures" / name[:2] / f"{name}.{ending}"
    if not path.is_file() or sha256(path) != name:
        with whole(path) as temporary:
            temporary.write_bytes(picture)
    locator = f"file:{path.relative_to(folder).as_posix()}"
    return {"source": STORE, "image": locator, "problem": None, **asdict(describe(picture, locator, limits))}


def refuse(rows: pd.DataFrame, items: pd.DataFrame) -> pd.Series[Any]:
    """The reasons why edits are refused because of the items, or because of each other.

    Args:
        rows: Edits with keys, `answer`, `edit_of` and `problem` (an earlier reason), each edit after its base.
        items: All items that were read.

    Returns:
        Reasons in the order of `rows`; None for edits that become items.
    """
    there: There = {}
    groups = dict(zip(items["id"], items["group"], strict=True))
    for identity, question, image, split, answer in zip(
        *(items[name] for name in ("id", "question_key", "image_key", "split", "compared")), strict=True
    ):
        there.setdefault((question, image), {}).setdefault((split, answer), identity)
    answers = rows[rows["problem"].isna()].groupby(["question_key", "image_key"])["compared"].nunique()
    disputed = set(answers.index[answers > 1])
    reasons: dict[str, str | None] = {}
    records: list[dict[str, Any]] = rows.to_dict("records")  # type: ignore[assignment]
    for row in records:
        reasons[row["id"]] = _refused(row, there, disputed, reasons)
        if reasons[row["id"]] is None and _same_group(row, groups):
            reasons[row["id"]] = "its image is nearly the same as that of the item that it was made from"
        if reasons[row["id"]] is None:
            of_place = there.setdefault((row["question_key"], row["image_key"]), {})
            of_place[row["split"], row["compared"]] = row["id"]
    return rows["id"].map(reasons)


def _same_group(row: dict[str, Any], groups: dict[str, str]) -> bool:
    """Whether a retrieved partner shows an image from the group of its original."""
    return is_retrieved(row["edit_kind"]) and row["group"] == groups.get(row["edit_of"])


def _refused(
    row: dict[str, Any], there: There, disputed: set[tuple[str, str]], reasons: dict[str, str | None]
) -> str | None:
    if isinstance(row["problem"], str):
        return row["problem"]
    if reasons.get(row["edit_of"]) is not None:
        return "the edit that it was made from is refused"
    place = (row["question_key"], row["image_key"])
    if place in disputed:
        return "another edit gives the same question about the same picture another answer"
    for (split, answer), other in there.get(place, {}).items():
        if answer != row["compared"]:
            return f"the same question about the same picture is there with another answer ({answer}): {other}"
        if split == row["split"]:
            return f"the same question about the same picture is there with the same answer: {other}"
    return None
