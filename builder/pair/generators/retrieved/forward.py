"""From an item: the nearest images about which its question has another answer."""

from __future__ import annotations

import numpy as np

from twokeys.builder.pair.generators.retrieved.asks import Asks, Ints, Pool
from twokeys.builder.pair.generators.retrieved.ranked import Floats, Found, nearest_among, ranks


def forward(asks: Asks, pool: Pool, k: int, depth: int | None) -> Found:
    """Find the k nearest images with another answer for each of what the corpus asks."""
    found = [Found.none()]
    for meaning in asks.meanings().tolist():
        rows = asks.of_meaning(meaning)
        if depth is None:
            found.append(_of_meaning(asks, pool, meaning, k))
        else:
            found.append(_of_lists(asks, pool, rows, k, depth))
    return found[0].joined(*found[1:])


def _of_meaning(asks: Asks, pool: Pool, meaning: int, k: int) -> Found:
    rows = asks.of_meaning(meaning)
    everything = np.arange(asks.size, dtype=np.int64)
    code = asks.book.answers(meaning, everything)
    code[asks.image[rows]] = -1  # asked already
    found = [Found.none()]
    for answer in np.unique(asks.answer[rows]).tolist():
        image = asks.image[rows][asks.answer[rows] == answer]
        row, place, similarity = nearest_among(pool, image, np.flatnonzero((code >= 0) & (code != answer)), k)
        found.append(_rows(meaning, image[row], place, code[place], similarity))
    return found[0].joined(*found[1:])


def _of_lists(asks: Asks, pool: Pool, rows: slice, k: int, depth: int) -> Found:
    meaning = int(asks.meaning[rows.start])
    image, answer = asks.image[rows], asks.answer[rows]
    unique = np.unique(image)
    row, place, similarity = nearest_among(pool, unique, np.arange(asks.size, dtype=np.int64), depth)
    images, where = np.unique(place, return_inverse=True)
    code = asks.book.answers(meaning, images)
    code[np.isin(images, image)] = -1
    found = [Found.none()]
    for each, own in zip(image.tolist(), answer.tolist(), strict=True):
        usable = np.flatnonzero((unique[row] == each) & (code[where] >= 0) & (code[where] != own))[:k]
        near = np.full(len(usable), each)
        found.append(_rows(meaning, near, place[usable], code[where][usable], similarity[usable]))
    return found[0].joined(*found[1:])


def _rows(meaning: int, near: Ints, image: Ints, answer: Ints, similarity: Floats) -> Found:
    n = len(near)
    return Found(np.full(n, meaning), image, answer, near, similarity, ranks(near), np.ones(n, dtype=bool))
