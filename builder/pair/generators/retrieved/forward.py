"""From an item: the nearest images about which its question has another answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twokeys.builder.measure.neighbours import Floats, Ints
from twokeys.builder.pair.generators.retrieved.asks import Asks
from twokeys.builder.pair.generators.retrieved.edges import Edges, ranks
from twokeys.builder.pair.generators.retrieved.judges.judge import UNSAID
from twokeys.builder.pair.generators.retrieved.search import Search

AROUND = 256
"""Nearest images that every image of the corpus has at hand, whatever is asked about it: most candidates are there."""
ASKING = 4096
"""Images whose neighbours are looked for at once."""
NONE = -1


@dataclass(frozen=True, eq=False)
class _Around:
    """The nearest images of each image of the corpus.

    Attributes:
        place: (images, n) places in the pool, the nearest first; `NONE` if there are no more.
        similarity: (images, n) their cosines.
    """

    place: NDArray[np.int32]
    similarity: Floats

    @classmethod
    def of(cls, images: Ints, search: Search, number: int) -> _Around:
        number = min(number, len(search.pool))
        place = np.full((len(images), number), NONE, dtype=np.int32)
        similarity = np.zeros((len(images), number), dtype=np.float32)
        for start in range(0, len(images), ASKING):
            row, other, cosine = search.nearest(images[start : start + ASKING], None, number)
            column = ranks(row)
            place[row + start, column] = other
            similarity[row + start, column] = cosine
        return cls(place, similarity)


def forward(asks: Asks, search: Search, k: int, depth: int | None) -> Edges:
    """Find the k nearest images with another answer, for all that a corpus asks.

    Args:
        asks: What the corpus asks.
        search: Looks for the nearest images.
        k: How many.
        depth: See `Limits`.
    """
    around = _Around.of(asks.images, search, max(AROUND, 4 * k) if depth is None else depth)
    parts = []
    for meaning, rows in asks.meanings:
        if depth is None:
            parts += _everywhere(asks, search, around, (meaning, rows), k)
        else:
            parts.append(_nearby(asks, around, (meaning, rows), k))
    return Edges.joined(parts)


def _everywhere(asks: Asks, search: Search, around: _Around, vertex: tuple[int, slice], k: int) -> list[Edges]:
    """Candidates of a meaning among all images: the images at hand, or a search if too few of these are of use."""
    meaning, rows = vertex
    code = asks.book.answers(meaning, np.arange(len(search.pool), dtype=np.int64))
    code[asks.image[rows]] = UNSAID
    place = around.place[np.searchsorted(asks.images, asks.image[rows])]
    answers = np.append(code, UNSAID)[place]  # `NONE` is the last
    chosen = _chosen(answers, asks.answer[rows], k)
    short = (chosen.sum(axis=1) < k) & (place.shape[1] < len(search.pool))
    chosen[short] = False
    parts = [_rows(asks, around, vertex, chosen, answers)]
    for answer in np.unique(asks.answer[rows][short]).tolist():
        near = asks.image[rows][short & (asks.answer[rows] == answer)]
        row, image, similarity = search.nearest(near, (code != UNSAID) & (code != answer), k)
        parts.append(_edges(meaning, image, code[image], near[row], similarity))
    return parts


def _nearby(asks: Asks, around: _Around, vertex: tuple[int, slice], k: int) -> Edges:
    """Candidates of a meaning among the images at hand."""
    meaning, rows = vertex
    place = around.place[np.searchsorted(asks.images, asks.image[rows])]
    images = np.unique(place[place != NONE]).astype(np.int64)
    code = asks.book.answers(meaning, images)
    code[np.isin(images, asks.image[rows])] = UNSAID
    answers = np.append(code, UNSAID)[np.where(place == NONE, len(images), np.searchsorted(images, place))]
    return _rows(asks, around, vertex, _chosen(answers, asks.answer[rows], k), answers)


def _chosen(answers: Ints, answer: Ints, k: int) -> NDArray[np.bool_]:
    """The first k in each row that have another answer."""
    other: NDArray[np.bool_] = (answers != UNSAID) & (answers != answer[:, None])
    other &= np.cumsum(other, axis=1) <= k
    return other


def _rows(asks: Asks, around: _Around, vertex: tuple[int, slice], chosen: NDArray[np.bool_], answers: Ints) -> Edges:
    """What was chosen of the images at hand."""
    meaning, rows = vertex
    row, column = np.nonzero(chosen)
    near = asks.image[rows][row]
    at = np.searchsorted(asks.images, near), column
    # An image that has two answers stands in two rows: they are ranked apart.
    return _edges(meaning, around.place[at].astype(np.int64), answers[row, column], near, around.similarity[at], row)


def _edges(meaning: int, image: Ints, answer: Ints, near: Ints, similarity: Floats, row: Ints | None = None) -> Edges:
    n = len(image)
    rank = ranks(near if row is None else row)
    meanings, never = np.full(n, meaning, dtype=np.int64), np.zeros(n, dtype=bool)
    return Edges(meanings, image, answer, near, similarity, rank, forward=~never, onward=never)
