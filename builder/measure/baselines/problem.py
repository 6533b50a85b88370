"""A blind prediction problem: unique contents, the rows that show them, and labels.

Many items show a blind predictor the same content (one question about a hundred images), so everything is computed once
for each unique content and weighted by counts.

Two forms cover all views. In the `answer` form a row is an item, and its label is the answer. In the `option` form, for
multiple choice, a row is an (item, option) pair, its content is the option in its context, and its label is whether the
option is gold; an item's options compete.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from twokeys.builder.run.files import write_json
from twokeys.core.disk import whole

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]
Form = Literal["answer", "option"]


def no_numbers() -> Ints:
    """Return an empty array: contents without rivals, or rows without sets of answers."""
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class Problem:
    """Everything that a baseline of one view may see, and the labels for fitting.

    Attributes:
        form: `answer` or `option`.
        item: (n,) position of each row's item in the item table.
        content: (n,) index of each row's content.
        label: (n,) answer code, or 1 for the gold option and 0 for the others.
        fold: (n,) fold of the row's item.
        context: (u,) text around each content: the question, or empty if the view hides it.
        text: (u,) the content itself: the question, or the option; empty for images.
        matrices: Name -> (u, d) features of each content, besides its text, made by
            `twokeys.builder.measure.matrices`. Only available matrices that a chosen baseline reads are made. Feature
            maps are 16-bit floats.
        rivals: (u,) number of the set of options that holds each content, in the `option` form; contents with one
            number compete.
        names: Answer code -> answer text, in the `answer` form.
        language: The recipe's name of the language model that a baseline may run.
        candidates: The answers of the columns of the matrix `likelihoods`, in the `answer` form.
        offer: (n,) number of the set of answers from which each row's answer is taken; empty if there is one set.
        offered: The sets: (o,) sorted numbers and (o,) answer codes.
    """

    form: Form
    item: Ints
    content: Ints
    label: Ints
    fold: Ints
    context: list[str]
    text: list[str]
    matrices: Mapping[str, Floats] = field(default_factory=dict)
    rivals: Ints = field(default_factory=no_numbers)
    names: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    language: str = ""
    offer: Ints = field(default_factory=no_numbers)
    offered: tuple[Ints, Ints] = field(default_factory=lambda: (no_numbers(), no_numbers()))

    def save(self, folder: Path) -> None:
        """Write the problem to a folder that the workers of any engine can read."""
        rows = {name: getattr(self, name) for name in ("item", "content", "label", "fold")}
        with whole(folder / "rows.parquet") as path:
            pq.write_table(pa.table(rows).replace_schema_metadata({"form": self.form}), path)
        with whole(folder / "contents.parquet") as path:
            pq.write_table(pa.table({"context": self.context, "text": self.text}), path)
        answers = {"names": self.names, "candidates": self.candidates, "language": self.language}
        write_json(folder / "answers.json", answers | {"matrices": sorted(self.matrices)})
        arrays = {"rivals": self.rivals, "offer": self.offer, "offered": np.stack(self.offered)}
        for name, array in (arrays | {_file(name): matrix for name, matrix in self.matrices.items()}).items():
            with whole(folder / f"{name}.npy") as path, path.open("wb") as file:
                np.save(file, array, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> Problem:
        """Read a saved problem; the matrices are memory-mapped, not copied."""
        rows = pq.read_table(folder / "rows.parquet")
        contents = pq.read_table(folder / "contents.parquet")
        form = rows.schema.metadata[b"form"].decode()
        item, content, label, fold = (rows[name].to_numpy() for name in ("item", "content", "label", "fold"))
        context, text = contents["context"].to_pylist(), contents["text"].to_pylist()
        answers = json.loads((folder / "answers.json").read_text(encoding="utf-8"))
        arrays = {
            name: np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
            for name in ("rivals", "offer", "offered", *map(_file, answers["matrices"]))
        }
        names, candidates = tuple(answers["names"]), tuple(answers["candidates"])
        matrices = {name: arrays[_file(name)] for name in answers["matrices"]}
        return cls(
            form, item, content, label, fold, context, text, matrices,
            rivals=arrays["rivals"], names=names, candidates=candidates, language=answers["language"],
            offer=arrays["offer"], offered=(arrays["offered"][0], arrays["offered"][1]),
        )  # fmt: skip


def _file(matrix: str) -> str:
    return f"matrix {matrix}"


@dataclass(frozen=True)
class Counts:
    """Counted training rows: how often each label goes with each content.

    Attributes:
        content: (m,) content index.
        label: (m,) class from 0 to `classes` - 1; in the `option` form 1 is the gold option.
        count: (m,) rows.
        classes: Number of classes.
        names: (classes,) answer texts, in the `answer` form.
    """

    content: Ints
    label: Ints
    count: Floats
    classes: int
    names: tuple[str, ...] = ()

    @property
    def prior(self) -> Floats:
        """(classes,) share of each class."""
        total = np.bincount(self.label, weights=self.count, minlength=self.classes)
        return (total / max(total.sum(), 1)).astype(np.float32)  # type: ignore[no-any-return]

    def by_content(self) -> tuple[Ints, Floats]:
        """Return the distinct contents, (c,), and their label counts, (c, classes)."""
        contents, row = np.unique(self.content, return_inverse=True)
        table = np.zeros((len(contents), self.classes), dtype=np.float32)
        np.add.at(table, (row, self.label), self.count)
        return contents, table


def count(content: Ints, label: Ints, classes: int, names: tuple[str, ...] = ()) -> Counts:
    """Count (content, label) pairs."""
    pairs, counts = np.unique(content * classes + label, return_counts=True)
    return Counts(pairs // classes, pairs % classes, counts.astype(np.float32), classes, names)
