"""The index of a folder: numbers that stand for the small columns of every item, about a hundred bytes an item.

Texts and images stay on disk. What items share (a question, an image, a group, a quad) is told by hashes of 64 bits.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from twokeys.browsing.cells import Cells, Ints
from twokeys.browsing.types import check
from twokeys.core.bad_rows import general
from twokeys.core.columns import REMOVED, TIERS
from twokeys.core.errors import BadInput
from twokeys.core.strata import STRATA, value_of
from twokeys.data_cards.published import PublishedFolder, split_of

SETS = (*TIERS, REMOVED)
"""Configs with a row for each item."""
FACETS = ("set", "split", "answer type", "source", "rule", "reason")
"""Facets by which items are filtered, in addition to the recipe's categories."""
_COLUMN = {"answer type": "answer_type", "source": "source", "rule": "rule", "reason": "reason"}
SHARED = ("id", "question_key", "image_key", "group", "quad")
"""Columns of which a hash is kept."""
Hashes = NDArray[np.uint64]
NOTHING = ""
"""Value of an item without a value, such as the rule of a published item."""


def hashed(texts: Iterable[object]) -> Hashes:
    """Hashes of texts; 0 for what is none.

    Example:
        >>> hashed(["a", None, "a"]).tolist() == [*hashed(["a"]), 0, *hashed(["a"])]
        True
    """
    cells = np.array([text if isinstance(text, str) else "" for text in texts], dtype=object)
    made: Hashes = np.asarray(pd.util.hash_array(cells, categorize=len(cells) > 1), dtype=np.uint64)
    return np.where(cells == "", np.uint64(0), made)


@dataclass
class Facet:
    """A column of few values.

    Attributes:
        values: Its values, in the order in which they came.
        code: (rows,) place of each row's value.
    """

    values: list[str]
    code: NDArray[np.int32]

    def counts(self, ordered: bool = True) -> list[tuple[str, int]]:
        """Values with the number of rows that have them; `NOTHING` is left out.

        Args:
            ordered: Whether the most frequent comes first; else they stand as they came.
        """
        counts = np.bincount(self.code, minlength=len(self.values))
        named = [(value, int(n)) for value, n in zip(self.values, counts, strict=True) if n and value != NOTHING]
        return sorted(named, key=lambda each: (-each[1], each[0])) if ordered else named

    def has(self, value: str) -> NDArray[np.bool_]:
        """(rows,) which rows have a value."""
        if value not in self.values:
            return np.zeros(len(self.code), dtype=np.bool_)
        items: NDArray[np.bool_] = self.code == self.values.index(value)
        return items


class Index:
    """All items of a folder, row by row of its configs `balanced`, `audited` and `removed`.

    Attributes:
        cells: The rows themselves.
        facets: Name -> facet; those of `FACETS`, then categories.
        shared: Column of `SHARED` -> (rows,) hashes.
        pictured: (rows,) whether the row's config holds images.
        twin: (rows,) whether an earlier row is the same item: in both tiers.
    """

    def __init__(self, folder: PublishedFolder) -> None:
        files = [(name, path) for name in SETS for path in folder.files(name)]
        if not files:
            allowed = f"a folder with one of {', '.join(SETS)}"
            problem = "the folder holds no published items"
            raise BadInput(folder.path, None, problem, allowed, "name a folder that `twokeys build` wrote")
        self.cells = Cells([path for _, path in files])
        named = folder.manifest.recipe.get("categories") or [] if folder.claims else []
        categories = [name for name in named if name not in STRATA]
        for file, (_, path) in enumerate(files):
            check(path, self.cells.schema(file))
        coded = {name: _Coded() for name in (*FACETS, *categories)}
        shared: dict[str, list[Hashes]] = {name: [] for name in SHARED}
        pictured = []
        wanted = [*SHARED, *_COLUMN.values(), "stage", *(["meta"] if categories else [])]
        for file, _, table in self.cells.scan(wanted):
            config, path = files[file]
            for name in SHARED:
                shared[name].append(hashed(_texts(table, name)))
            for facet, values in _facets(config, split_of(path), table, categories).items():
                coded[facet].add(values)
            there = bool({"image", "images"} & set(self.cells.columns(file)))
            pictured.append(np.full(len(table), there))
        self.facets = {name: each.facet() for name, each in coded.items()}
        self.shared = {name: np.concatenate(parts) for name, parts in shared.items()}
        self.pictured: NDArray[np.bool_] = np.concatenate(pictured)
        self.twin: NDArray[np.bool_] = pd.Series(self.shared["id"]).duplicated().to_numpy()

    def __len__(self) -> int:
        return self.cells.count

    def of(self, identity: str, within: str = "") -> int | None:
        """The row of an item.

        Args:
            identity: Its id.
            within: The set whose row is wanted if the item is in several; the first one if it is not in this one.
        """
        rows = self.same("id", hashed([identity])[0])[:8].tolist()
        for row in sorted(rows, key=lambda each: self.set_of(each) != within):
            if str(self.cells.read([row], ["id"])[0]["id"]) == identity:
                return int(row)
        return None

    def same(self, column: str, value: np.uint64) -> Ints:
        """Rows that have a hash in a column of `SHARED`, in order; none for 0."""
        if not value:
            return np.array([], dtype=np.int64)
        order, ordered = self._order[column]
        first, end = np.searchsorted(ordered, [value, value], side="left"), np.searchsorted(ordered, value, "right")
        return np.sort(order[int(first[0]) : int(end)]).astype(np.int64)

    def picture(self, row: int) -> int | None:
        """A row that holds the image of a row: itself, or another one with the same image."""
        if self.pictured[row]:
            return row
        others = self.same("image_key", self.shared["image_key"][row])
        held = others[self.pictured[others]]
        return int(held[0]) if len(held) else None

    def set_of(self, row: int) -> str:
        """The config of a row."""
        return self.value("set", row)

    def value(self, facet: str, row: int) -> str:
        """The value of a row in a facet."""
        return self.facets[facet].values[int(self.facets[facet].code[row])]

    @cached_property
    def _order(self) -> dict[str, tuple[NDArray[np.int32], Hashes]]:
        """Column -> rows in the order of their hashes, and these in order."""
        made = {}
        for name, values in self.shared.items():
            order = np.argsort(values, kind="stable").astype(np.int32)
            made[name] = (order, values[order])
        return made


class _Coded:
    """Values that come in parts, as codes."""

    def __init__(self) -> None:
        self._code: dict[str, int] = {}
        self._parts: list[NDArray[np.int32]] = []

    def add(self, values: Sequence[str]) -> None:
        code = self._code
        numbers = [code.setdefault(value, len(code)) for value in values]
        self._parts.append(np.array(numbers, dtype=np.int32))

    def facet(self) -> Facet:
        return Facet(list(self._code), np.concatenate(self._parts))


def _texts(table: pa.Table, name: str) -> list[Any]:
    return table.column(name).to_pylist() if name in table.column_names else [None] * len(table)


def _facets(config: str, split: str, table: pa.Table, categories: Sequence[str]) -> dict[str, list[str]]:
    rows = len(table)
    facets = {name: [str(cell or NOTHING) for cell in _texts(table, column)] for name, column in _COLUMN.items()}
    stages = _texts(table, "stage")
    kinds = {cell: reason_kind(*cell) for cell in set(zip(stages, facets["reason"], strict=True))}
    facets["reason"] = [kinds[cell] for cell in zip(stages, facets["reason"], strict=True)]
    if categories:
        metas = pd.DataFrame({"meta": [_json(cell) for cell in _texts(table, "meta")]})
        facets |= {name: list(value_of(metas, name)) for name in categories}
    return {"set": [config] * rows, "split": [split] * rows, **facets}


def _json(cell: object) -> str:
    """A cell of `meta`; an empty object where it holds none."""
    try:
        return cell if isinstance(cell, str) and isinstance(json.loads(cell), dict) else "{}"
    except (ValueError, RecursionError):
        return "{}"


def reason_kind(stage: object, reason: str) -> str:
    """A reason without what is particular to one item.

    Example:
        >>> reason_kind("filter", "the answer 'red' is in the question")
        'the answer ... is in the question'
        >>> reason_kind("read", '{"problem": "the answer is empty", "row": 7}')
        'the answer is empty'
    """
    return general(told(stage, reason).partition(";")[0])


def told(stage: object, reason: str) -> str:
    """A reason in words; rows that could not be read have theirs as an object of JSON."""
    if stage != "read":
        return reason
    try:
        parts = json.loads(reason)
    except ValueError:
        return reason
    return str(parts.get("problem", reason)) if isinstance(parts, dict) else reason
