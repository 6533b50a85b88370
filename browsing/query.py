"""Queries and their rows: filters are looked up in the index, words are searched in the texts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from twokeys.browsing.cells import Cells, Ints
from twokeys.browsing.index import Index

Bools = NDArray[np.bool_]
SEARCHED = ("question", "answer", "id")
"""Columns in which words are searched."""
_WORDS = re.compile(r'"([^"]+)"|(\S+)')
MOST_WORDS = 20
"""Largest number of words of a search."""


@dataclass(frozen=True)
class Query:
    """What is asked for; what is empty asks for nothing.

    Attributes:
        chosen: Facet and value, each of which an item must have.
        words: Words, each of which must stand in the question, the answer or the id; `"two words"` for a phrase.
        mark: What models answered: a key of `twokeys.browsing.answers.Answers.marks`.
    """

    chosen: tuple[tuple[str, str], ...] = ()
    words: str = ""
    mark: str = ""


def find(index: Index, query: Query, marks: Mapping[str, Bools]) -> Ints:
    """Rows of the items that are asked for, in file order; an item of two tiers once, if no set is chosen.

    Args:
        index: The folder's index.
        query: The query.
        marks: Mark -> (rows,) which rows have it.
    """
    wanted: Bools = np.ones(len(index), dtype=np.bool_)
    if not any(facet == "set" for facet, _ in query.chosen):
        wanted &= ~index.twin
    for facet, value in query.chosen:
        wanted &= index.facets[facet].has(value) if facet in index.facets else np.False_
    if query.mark:
        wanted &= marks.get(query.mark, np.False_)
    if parts := parts_of(query.words):
        wanted &= _with_words(index.cells, parts)
    return np.flatnonzero(wanted)


def parts_of(words: str) -> list[str]:
    """Words and phrases of a search.

    Example:
        >>> parts_of('is "a  circle" red')
        ['is', 'a  circle', 'red']
    """
    return [phrase or word for phrase, word in _WORDS.findall(words)][:MOST_WORDS]


def _with_words(cells: Cells, parts: Sequence[str]) -> Bools:
    """(rows,) rows of which question, answer and id together hold all parts, in any letter case."""
    matches = np.zeros(cells.count, dtype=np.bool_)
    for _, start, table in cells.scan(SEARCHED):
        columns = [pc.utf8_lower(_text(table.column(name))) for name in table.column_names]
        every: Bools = np.ones(len(table), dtype=np.bool_)
        for part in parts:
            somewhere: Bools = np.zeros(len(table), dtype=np.bool_)
            for column in columns:
                hits = pc.match_substring(column, part.lower())
                somewhere |= pc.fill_null(hits, fill_value=False).to_numpy()
            every &= somewhere
        matches[start : start + len(table)] = every
    return matches


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column if pa.types.is_string(column.type) else column.cast(pa.string())


@dataclass(frozen=True)
class Page:
    """A page of results.

    Attributes:
        rows: Its rows.
        number: Its number, from 1.
        pages: Number of pages; 1 if there are no results.
        found: Number of rows on all pages.
    """

    rows: tuple[int, ...]
    number: int
    pages: int
    found: int

    @classmethod
    def of(cls, items: Ints, number: int, size: int) -> Page:
        """The page with a number, or the first or last page if there is no such page."""
        pages = max(1, -(-len(items) // size))
        number = min(max(1, number), pages)
        return cls(tuple(items[(number - 1) * size : number * size].tolist()), number, pages, len(items))
