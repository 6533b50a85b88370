"""Questions that are worded alike: by the share of words that two of them have in common."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from scipy.sparse import csr_array

from twokeys.browsing.cells import Ints
from twokeys.browsing.index import Index
from twokeys.builder.measure.shortcuts.cues import split

ALIKE = 0.5
"""Least share of words in common (Jaccard's index)."""
MOST = 4
"""Questions that are named."""


class Wordings:
    """The words of every question, once for each question; read at first use.

    Args:
        index: The index of the folder.
    """

    def __init__(self, index: Index) -> None:
        self._index = index

    def near(self, question: str, place: int) -> list[int]:
        """Rows of other questions that have most words in common with one, published ones first among equals.

        Args:
            question: Its text.
            place: Its row, whose own question is left out.
        """
        columns, matrix, rows = self._words
        places = sorted({columns[word] for word in set(split(question)) if word in columns})
        query = np.zeros(matrix.shape[1], dtype=np.int64)
        query[places] = 1
        common = np.asarray(matrix @ query, dtype=np.float64)
        alike = common / np.maximum(np.diff(matrix.indptr) + len(set(split(question))) - common, 1)
        keys = self._index.shared["question_key"]
        alike[keys[rows] == keys[place]] = 0
        order = np.argsort(-alike, kind="stable")[:MOST]
        return [int(rows[at]) for at in order if alike[at] >= ALIKE]

    @cached_property
    def _words(self) -> tuple[dict[str, int], csr_array, Ints]:
        """Column of each word, a (questions, words) matrix of ones, and a row that asks each question."""
        keys = self._index.shared["question_key"]
        first = np.zeros(len(keys), dtype=np.bool_)
        first[np.unique(keys, return_index=True)[1]] = True
        columns: dict[str, int] = {}
        inside: list[int] = []
        ends, rows = [0], np.flatnonzero(first)
        for _, start, table in self._index.cells.scan(["question"]):
            questions = table.column("question").filter(first[start : start + len(table)])
            for text in questions.to_pylist():
                inside.extend(sorted({columns.setdefault(word, len(columns)) for word in split(str(text or ""))}))
                ends.append(len(inside))
        shape = (len(rows), max(len(columns), 1))
        return columns, csr_array((np.ones(len(inside), dtype=np.int64), inside, ends), shape=shape), rows
