"""From an image: the questions that have a certain answer about it, and another about images that are near."""

from __future__ import annotations

import numpy as np

from twokeys.builder.pair.generators.retrieved.asks import Asks, Ints, Pool
from twokeys.builder.pair.generators.retrieved.ranked import Found, first, nearest_among, ranks


def backward(asks: Asks, pool: Pool, images: Ints, k: int, depth: int | None) -> Found:
    """Find up to k meanings for each of some images and each answer."""
    allowed = None if depth is None else _allowed(asks, pool, images, depth)
    found = [Found.none()]
    for meaning in asks.meanings().tolist():
        rows = asks.of_meaning(meaning)
        shown = images if allowed is None else allowed.get(meaning, images[:0])
        shown = shown[~np.isin(shown, asks.image[rows])]
        if len(shown):
            found.append(_of_meaning(asks, pool, rows, shown))
    every = found[0].joined(*found[1:])
    order = np.lexsort((every.meaning, -every.similarity, every.answer, every.image))
    every = every.part(order)
    rank = ranks(every.image, every.answer)
    every.rank[:] = rank
    return every.part(rank < k)


def _of_meaning(asks: Asks, pool: Pool, rows: slice, images: Ints) -> Found:
    """The nearest image of another answer, for each image about which the judge tells an answer."""
    meaning = int(asks.meaning[rows.start])
    code = asks.book.answers(meaning, images)
    found = [Found.none()]
    for answer in np.unique(code[code >= 0]).tolist():
        shown = images[code == answer]
        near = np.unique(asks.image[rows][asks.answer[rows] != answer])
        row, place, similarity = nearest_among(pool, shown, near, 1)
        n = len(row)
        found.append(
            Found(
                np.full(n, meaning), shown[row], np.full(n, answer), place, similarity,
                np.zeros(n, dtype=np.int64), np.zeros(n, dtype=bool),
            )
        )  # fmt: skip
    return found[0].joined(*found[1:])


def _allowed(asks: Asks, pool: Pool, images: Ints, depth: int) -> dict[int, Ints]:
    """The images that each meaning is asked about: an image gets the `depth` meanings of the nearest images."""
    own = np.unique(asks.image)
    row, place, similarity = nearest_among(pool, images, own, depth)
    order = np.argsort(asks.image, kind="stable")
    start, stop = (np.searchsorted(asks.image[order], place, side=side) for side in ("left", "right"))
    count = stop - start
    source = np.repeat(np.arange(len(row)), count)
    offset = np.arange(len(source)) - np.repeat(np.cumsum(count) - count, count)
    meaning = asks.meaning[order[start[source] + offset]]
    pair = np.lexsort((-similarity[source], meaning, row[source]))
    pair = pair[first(row[source][pair], meaning[pair], 1)]
    pair = pair[np.lexsort((meaning[pair], -similarity[source][pair], row[source][pair]))]
    pair = pair[first(row[source][pair], None, depth)]
    by = pair[np.lexsort((row[source][pair], meaning[pair]))]
    shown = images[row[source][by]]
    names, begin = np.unique(meaning[by], return_index=True)
    return dict(zip(names.tolist(), np.split(shown, begin[1:])[: len(names)], strict=True))
