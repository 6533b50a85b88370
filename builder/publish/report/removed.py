"""Examples of the items that each step removed, with their nearest neighbours."""

from __future__ import annotations

from collections.abc import Container, Hashable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from twokeys.builder.measure.shortcuts.cues import split
from twokeys.builder.publish.report.material import Material
from twokeys.builder.publish.report.thumbnails import Thumbnails
from twokeys.core.spread import spread
from twokeys.data_cards.report import Departure, Neighbour, Removed

EXAMPLES = 4
"""Examples of each step."""
DRAWN = 40
"""Number of items among which examples with an image are searched."""
SAME_PICTURE, WORDED_ALIKE = 2, 2
"""Neighbours of each kind."""
LISTED = 4
"""Largest number of listed answers to the same question about other images."""
ALIKE = 0.5
"""Least share of words that two wordings have in common."""
PLACES = ("id", "stage", "rule", "reason", "image_key")
"""Columns for the choice of examples; whole rows are read only for chosen examples."""
Row = dict[Hashable, Any]


def departures(material: Material, thumbnail: Thumbnails, shown: Container[str]) -> list[Departure]:
    """Examples step by step, in the order of the steps.

    Args:
        material: All rows.
        thumbnail: Makes images.
        shown: Keys of available images; examples with an available image are preferred.
    """
    near = Near(material)
    removals = []
    if len(material.aside):
        examples = [_aside(row) for row in _spread(material.aside, EXAMPLES).to_dict("records")]
        removals.append(Departure("set aside when read", len(material.aside), examples))
    places = material.rows[list(PLACES)]
    gone = places[places["stage"].notna() & ~places["id"].isin(material.published)]
    for name, part in _steps(material, gone):
        if not len(part):
            continue
        drawn = _spread(part, DRAWN)
        at_hand = drawn[[key in shown for key in drawn["image_key"]]]
        chosen = _spread(at_hand if len(at_hand) >= EXAMPLES else drawn, EXAMPLES)
        rows = material.rows.loc[chosen.index]
        examples = [near.beside(row, thumbnail) for row in rows.to_dict("records")]
        removals.append(Departure(name, len(part), examples))
    return removals


def _steps(material: Material, gone: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """The items that were removed by each rule, then by pairing, then by balance and its reasons."""
    rules = [report.id for report in material.manifest.rules] if material.manifest else []
    for rule in rules:
        yield f"rule {rule}", gone[(gone["stage"] == "filter") & (gone["rule"] == rule)]
    yield "pairing", gone[gone["stage"] == "pair"]
    balance = gone[gone["stage"] == "balance"]
    first = balance["reason"].astype(object).map(lambda reason: str(reason).partition(";")[0])
    counts = first.value_counts()
    for reason in sorted(counts.index, key=lambda name: (-int(counts[name]), name)):
        yield f"balance: {reason}", balance[first == reason]


def _spread(part: pd.DataFrame, most: int) -> pd.DataFrame:
    """Some rows, spread over all of them in the order of ids."""
    part = part.sort_values("id")
    return part.iloc[spread(len(part), most)]


def _aside(row: Row) -> Removed:
    question = row.get("question")
    return Removed(
        id=str(row["id"]),
        question=question if isinstance(question, str) else "",
        choices=[],
        answer="",
        reason=str(row["reason"]),
        picture=None,
        asked="",
        neighbours=[],
    )


@dataclass(frozen=True)
class Near:
    """Finds the neighbours of an item: the same question, the same image, other wordings.

    Attributes:
        material: All rows.
    """

    material: Material

    @cached_property
    def _told(self) -> pd.DataFrame:
        """The columns of neighbours that are shown, in the order of ids."""
        return self.material.rows[["id", "question", "answer", "question_key", "image_key"]].sort_values("id")

    @cached_property
    def _texts(self) -> pd.DataFrame:
        """The first item of each wording."""
        return self._told.drop_duplicates("question_key", ignore_index=True)

    @cached_property
    def _words(self) -> tuple[dict[str, int], csr_array]:
        """Column of each word, and a (wordings, words) indicator matrix."""
        columns: dict[str, int] = {}
        indices = [
            sorted({columns.setdefault(word, len(columns)) for word in split(text)}) for text in self._texts["question"]
        ]
        ends = np.cumsum([0, *map(len, indices)])
        inside = np.fromiter((word for words in indices for word in words), dtype=np.int64, count=int(ends[-1]))
        ones = np.ones(len(inside), dtype=np.int64)
        return columns, csr_array((ones, inside, ends), shape=(len(indices), max(len(columns), 1)))

    def beside(self, row: Row, thumbnail: Thumbnails) -> Removed:
        """A removed item with its neighbours."""
        rows = self._told
        alike = rows["question_key"] == row["question_key"]
        others = rows[alike & (rows["id"] != row["id"])]
        pictured = rows[~alike & (rows["image_key"] == row["image_key"])]
        near = [
            self._neighbour("same image", neighbour)
            for neighbour in _first(pictured, self.material.published, SAME_PICTURE)
        ]
        near += [self._neighbour("worded alike", neighbour) for neighbour in self._worded(str(row["question"]), row)]
        return Removed(
            id=str(row["id"]),
            question=str(row["question"]),
            choices=list(row["choices"]) if row["choices"] is not None else [],
            answer=str(row["answer"]),
            reason=str(row["reason"]),
            picture=thumbnail(str(row["image_key"])),
            asked=_asked(others),
            neighbours=near,
        )

    def _worded(self, question: str, row: Row) -> list[Row]:
        """Items whose questions have most words in common with a question, by Jaccard's index, ties by id."""
        columns, matrix = self._words
        weights = np.zeros(matrix.shape[1], dtype=np.int64)
        weights[[columns[word] for word in set(split(question))]] = 1
        common = np.asarray(matrix @ weights, dtype=np.float64)
        sizes: NDArray[np.float64] = np.diff(matrix.indptr) + weights.sum() - common
        alike = common / np.maximum(sizes, 1)
        order = np.argsort(-alike, kind="stable")[: WORDED_ALIKE + 1]
        nearest = self._texts.iloc[[place for place in order if alike[place] >= ALIKE]].to_dict("records")
        return [neighbour for neighbour in nearest if neighbour["question_key"] != row["question_key"]][:WORDED_ALIKE]

    def _neighbour(self, relation: str, row: Row) -> Neighbour:
        fate = "kept" if row["id"] in self.material.published else "removed"
        return Neighbour(relation, str(row["question"]), str(row["answer"]), fate)


def _first(part: pd.DataFrame, published: set[str], most: int) -> list[Row]:
    """Published rows before others."""
    inside = part["id"].isin(published)
    return pd.concat([part[inside].head(most), part[~inside].head(most)]).head(most).to_dict("records")


def _asked(others: pd.DataFrame) -> str:
    """How the same question is answered for other items."""
    if not len(others):
        return "Its question is asked once."
    counts = others["answer"].value_counts()
    names = sorted(map(str, counts.index), key=lambda name: (-int(counts[name]), name))
    listed = ", ".join(f"{name} {counts[name]:,}" for name in names[:LISTED])
    more = f" and {len(names) - LISTED:,} other answers" if len(names) > LISTED else ""
    return f"The same question is asked {len(others):,} more time{'s' if len(others) > 1 else ''}: {listed}{more}."
