"""Check text and order: question keys, canonical text, the order of options inside an item, and the order of rows."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from typing import TYPE_CHECKING

import pandas as pd

from twokeys.builder.checks.finding import Checked, counts
from twokeys.builder.publish.rows import in_order
from twokeys.builder.read.option_order import decided, ordered
from twokeys.core.answers.normal import compared
from twokeys.core.colours import accepted_tokens
from twokeys.core.items import ANSWER_TYPES, TextRule, question_key
from twokeys.core.option_places import clash, freedom, pins

if TYPE_CHECKING:
    from twokeys.builder.publish.folder import Folder


SOLVERS = ("ortools", "scipy")
"""Packages that decide how tight a bound on the largest balanced set is, if it is not the optimum."""


def keys(folder: Folder) -> Checked:
    """Question keys, canonical text, spelling, option order and tokens of golds follow from the text."""
    for rows in (folder.balanced, folder.audited):
        again = zip(rows["id"], rows["accepted"], accepted_tokens(rows), strict=True)
        wrong = [identity for identity, published, tokens in again if tuple(published) != tokens]
        yield from (
            f"{identity}: what a right reply is read as does not follow from its answer" for identity in wrong[:5]
        )
    text = TextRule(folder.recipe.text.unicode, folder.recipe.text.lowercase)
    columns = ["id", "question", "choices", "answer", "compared", "answer_type", "question_key"]
    sound = folder.rows[(folder.rows["stage"] != "pair") | folder.rows["edit_of"].isna()]
    rows = pd.concat([sound, folder.items[folder.items["question_asked"].notna()]])[columns]
    yield from orders_of_options(folder, rows, same_solvers(folder))
    texts: dict[str, str] = {}
    for row in rows.to_dict("records"):
        question, choices = row["question"], list(row["choices"])
        if texts.setdefault(row["question_key"], question) != question:
            yield f"{row['id']}: its question is spelt otherwise than that of another item of its key"
        key = question_key(question, choices)
        if key != row["question_key"]:
            yield f"{row['id']}: its question key does not follow from its text"
        elif any(text(part) != part for part in (question, *choices)):
            yield f"{row['id']}: its text is not canonical"
        elif text(row["answer"]) != row["answer"] or (choices and row["answer"] not in choices):
            yield f"{row['id']}: its answer is not canonical text, or not among its options"
        elif row["compared"] != compared(row["answer_type"], choices, row["answer"]):
            yield f"{row['id']}: what its answer is compared as does not follow from it"
        elif row["answer_type"] not in ANSWER_TYPES:
            yield f"{row['id']}: {row['answer_type']!r} is no answer type"
    return counts(row=rows, question=texts)


def same_solvers(folder: Folder) -> bool:
    """Whether the installed packages that compute the largest balanced set are those of the build."""
    return all(folder.manifest.packages.get(name) == version(name) for name in SOLVERS)


def orders_of_options(folder: Folder, rows: pd.DataFrame, again: bool) -> Iterator[str]:
    """Items of one question have one order of options, and options that are letters stand at these letters' places.

    Args:
        folder: The folder.
        rows: Rows of the folder whose text is published or was read, with `question_key`.
        again: Whether the chosen order can be recomputed: the packages that decide it are those of the build.
    """
    if again:
        items = folder.items
        recomputed = ordered(items)["choices"]
        for identity, published, expected in zip(items["id"], items["choices"], recomputed, strict=True):
            if list(published) != list(expected):
                yield f"{identity}: its options are not in the order that is chosen for its question"
    orders: dict[str, list[str]] = {}
    for row in rows[rows["choices"].map(len) > 0].to_dict("records"):
        question, choices = row["question"], list(row["choices"])
        if choices != orders.setdefault(row["question_key"], choices):
            yield f"{row['id']}: its options are in another order than those of another item of its question"
        elif clash(question, choices) or not _pinned(question, choices):
            yield f"{row['id']}: an option that is a letter does not stand at its place"
    removed = folder.removed
    counted = decided(folder.items, removed.loc[removed["stage"] == "read", "reason"])
    if counted != folder.manifest.options:
        yield f"the order of options is decided by {counted}, the manifest says {folder.manifest.options}"


def _pinned(question: str, choices: list[str]) -> bool:
    """Whether options that are or carry letters stand at their places, if these are fixed."""
    if freedom(question, choices) != "pinned":
        return True
    return all(choices[place] == option for option, place in pins(choices).items())


def order_of_rows(folder: Folder) -> Checked:
    """Rows of every config and split are sorted by their image, and within an image by a hash of the id."""
    tiers = pd.concat([folder.balanced, folder.audited]).drop_duplicates("id").set_index("id")["image_key"]
    for name in folder.manifest.configs:
        rows = folder.rows_of(name, ("id", "image_key"))
        keyed = rows if "image_key" in rows else rows.assign(image_key=rows["id"].map(tiers))
        for split, part in keyed.groupby("split"):
            if part["id"].tolist() != in_order(part)["id"].tolist():
                yield f"{name}, {split}: rows are not in the order of their images and of a hash of their ids"
    return counts(config=folder.manifest.configs)
