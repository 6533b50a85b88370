"""From an image: the questions that have a certain answer about it, and a different one about images that are near.

Onward: the questions that have a certain answer about it, and no other one about any image of the corpus. Such an edge
is of use only if candidates of that question have another answer. Then an image that came in for a `yes`, of a question
whose items all say `no`, is balanced by a further image.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twokeys.builder.measure.neighbours import Floats, Ints
from twokeys.builder.pair.generators.retrieved.asks import Asks, MinedPool, spread
from twokeys.builder.pair.generators.retrieved.edges import Edges, first, ranks
from twokeys.builder.pair.generators.retrieved.judges.judge import UNSAID
from twokeys.builder.pair.generators.retrieved.search import BLOCK, CLOSE, best, inside, nearest_among

Codes = NDArray[np.int32]
ANSWER = np.uint64(32)
"""Bits of a score below those of the answer."""
STEPS = np.uint64(128)
"""Numbers between 1 and 3 that are so many steps of 32 bits apart differ by more than `CLOSE`."""
SHOWN = 4096
"""Images whose nearest questions are looked for at once."""


@dataclass(frozen=True)
class Backward:
    """How much is looked for; see `Limits`."""

    candidates: int
    per_image: int | None
    depth: int | None


def backward(asks: Asks, pool: MinedPool, images: Ints, limits: Backward) -> Edges:
    """Find meanings for each of some images and each answer.

    Args:
        asks: What the corpus asks.
        pool: The images.
        images: Places of the images, sorted.
        limits: How much is looked for.
    """
    if not len(asks.meaning):
        return Edges.joined([])
    if limits.depth is not None:
        edges = _nearby(asks, pool, images, limits.depth)
        return Edges.joined(_ranked(edges.part(edges.onward == onward), limits) for onward in (False, True))
    everything = _Everything(asks, pool, limits)
    step = max(1, BLOCK // len(asks.meanings))
    return Edges.joined(everything.about(images[start : start + step]) for start in range(0, len(images), step))


def _ranked(edges: Edges, limits: Backward) -> Edges:
    """The nearest meanings of each image and answer."""
    edges = edges.part(np.lexsort((edges.meaning, -edges.similarity, edges.answer, edges.image)))
    edges.rank[:] = ranks(edges.image, edges.answer)
    edges = edges.part(edges.rank < limits.candidates)
    if limits.per_image is None:
        return edges
    order = np.lexsort((edges.meaning, -edges.similarity, edges.rank, edges.image))
    return edges.part(order[first(edges.image[order], None, limits.per_image)])


def _edges(meaning: Ints, image: Ints, answer: Ints, near: Ints, similarity: Floats, onward: bool) -> Edges:
    n = len(image)
    never = np.zeros(n, dtype=bool)
    return Edges(meaning, image, answer, near, similarity, np.zeros(n, dtype=np.int64), never, never | onward)


class _Everything:
    """All questions of a corpus, put to images block by block.

    Args:
        asks: What the corpus asks.
        pool: The images.
        limits: How much is looked for.
    """

    def __init__(self, asks: Asks, pool: MinedPool, limits: Backward) -> None:
        self.asks, self.pool, self.limits = asks, pool, limits
        self.vectors = pool.vectors[asks.images].astype(np.float32)
        self.column = np.searchsorted(asks.images, asks.image)
        """Row of each ask's image in `vectors`."""
        self.start = np.array([rows.start for _, rows in asks.meanings], dtype=np.int64)
        self.count = np.array([rows.stop - rows.start for _, rows in asks.meanings], dtype=np.int64)
        self.number = np.repeat(np.arange(len(self.count), dtype=np.int64), self.count)
        """Place of each ask's meaning among all."""
        kinds = np.flatnonzero(ranks(asks.meaning, asks.answer) == 0)
        self.kinds = list(zip(kinds.tolist(), [*kinds[1:].tolist(), len(asks.meaning)], strict=True))
        """Rows of each meaning and answer, from and to."""
        lone = np.bincount(self.number[kinds], minlength=len(self.count)) == 1
        self.lone = [rows for rows in self.kinds if lone[self.number[rows[0]]]]
        """The same of meanings with one answer alone."""
        self.step = max(1, BLOCK // max(len(asks.images), 4 * len(self.count)))  # of these, some numbers of 64 bits

    def about(self, images: Ints) -> Edges:
        """The best meanings for some images."""
        code = np.empty((len(self.count), len(images)), dtype=np.int32)
        for number, (meaning, _) in enumerate(self.asks.meanings):
            code[number] = self.asks.book.answers(meaning, images)
        row, ask = self.asks.about(images)
        code[self.number[ask], row] = UNSAID  # asked already
        blocks = [slice(start, start + self.step) for start in range(0, len(images), self.step)]
        return Edges.joined(part for block in blocks for part in self._block(images[block], code[:, block]))

    def _block(self, images: Ints, code: Codes) -> Iterator[Edges]:
        """The best, and the best onward; `code` is the answer to each meaning about each image."""
        cosine = self.vectors @ self.pool.vectors[images].astype(np.float32).T
        column, row = inside(self.pool, images, self.asks.images)
        cosine[row, column] = -np.inf
        yield _ranked(self._best(images, code, cosine, onward=False), self.limits)
        if self.lone:
            yield _ranked(self._best(images, code, cosine, onward=True), self.limits)

    def _best(self, images: Ints, code: Codes, cosine: Floats, onward: bool) -> Edges:
        """Pairs that may be the best."""
        meaning, column = _first(code, self._nearest(cosine, code, onward), self.limits.candidates)
        # Pairs are split so that a block holds what was asked with their meanings, however often that is.
        size = np.cumsum(self.count[meaning]) // BLOCK
        cuts = np.flatnonzero(np.diff(size)) + 1
        pairs = zip(np.split(meaning, cuts), np.split(column, cuts), strict=True)
        return Edges.joined(self._near(images, code, cosine, each, onward) for each in pairs)

    def _near(self, images: Ints, code: Codes, cosine: Floats, pairs: tuple[Ints, Ints], onward: bool) -> Edges:
        """Pairs of a meaning and an image: the nearest image of an item with another answer; onward: of any item."""
        asks, (meaning, column) = self.asks, pairs
        answer = code[meaning, column].astype(np.int64)
        row, along = spread(self.count[meaning])
        ask = self.start[meaning][row] + along
        score = cosine[self.column[ask], column[row]]
        if not onward:
            score[asks.answer[ask] == answer[row]] = -np.inf
        most = np.maximum.reduceat(score, np.flatnonzero(along == 0)) if len(row) else score
        close = score >= most[row] - CLOSE
        pair, near, similarity = best(self.pool, images[column], row[close], asks.image[ask[close]], 1)
        names = asks.meaning[self.start[meaning[pair]]]
        return _edges(names, images[column[pair]], answer[pair], near, similarity, onward)

    def _nearest(self, cosine: Floats, code: Codes, onward: bool) -> Floats:
        """The largest cosine to an item with another answer, for each meaning and image; -inf if none.

        Onward: to an item of a meaning that has the image's answer alone.
        """
        score = np.full(code.shape, -np.inf, dtype=np.float32)
        for start, stop in self.lone if onward else self.kinds:
            number = self.number[start]
            near = cosine[self.column[start:stop]].max(axis=0)
            other = (code[number] == self.asks.answer[start]) == onward
            np.maximum(score[number], near, out=score[number], where=other)
        score[code == UNSAID] = -np.inf
        return score


def _first(code: Codes, score: Floats, k: int) -> tuple[Ints, Ints]:
    """The k meanings of the largest score for each image and answer, and all that may equal the k-th, as pairs."""
    # One number sorts by answer, then by score: bits of a positive number are in its order.
    key = code.astype(np.uint64) << ANSWER | (2 - score).view(np.uint32)
    never = np.iinfo(np.uint64).max
    key[score == -np.inf] = never
    key = np.ascontiguousarray(key.T)
    order = np.argsort(key, axis=1)
    key = np.take_along_axis(key, order, axis=1)
    start = np.tile(np.arange(key.shape[1]), (len(key), 1))
    start[:, 1:][(key[:, 1:] ^ key[:, :-1]) >> ANSWER == 0] = 0
    np.maximum.accumulate(start, axis=1, out=start)
    last = np.take_along_axis(key, np.minimum(start + (k - 1), key.shape[1] - 1), axis=1)
    kept = (key <= last + STEPS) | ((key ^ last) >> ANSWER != 0)  # fewer than k have another answer at that place
    image, column = np.nonzero(kept & (key != never))
    return order[image, column], image.astype(np.int64)


def _nearby(asks: Asks, pool: MinedPool, images: Ints, depth: int) -> Edges:
    """Put to each image the questions of the nearest images, and find the nearest that has another answer, if any."""
    meaning, image = _put(asks, pool, images, depth)
    start = np.flatnonzero(ranks(meaning) == 0)
    rows_of = dict(asks.meanings)
    parts = []
    for shown, name in zip(np.split(image, start[1:]), meaning[start].tolist(), strict=False):
        rows = rows_of[name]
        unasked = shown[~np.isin(shown, asks.image[rows])]
        code = asks.book.answers(name, unasked)
        for answer in np.unique(code[code != UNSAID]).tolist():
            asking = unasked[code == answer]
            other = asks.answer[rows] != answer
            onward = not other.any()
            row, near, similarity = nearest_among(pool, asking, np.unique(asks.image[rows][other | onward]), 1)
            n = len(row)
            parts.append(_edges(np.full(n, name), asking[row], np.full(n, answer), near, similarity, onward))
    return Edges.joined(parts)


def _put(asks: Asks, pool: MinedPool, images: Ints, depth: int) -> tuple[Ints, Ints]:
    """Which meanings are put to which images, as pairs, sorted: the `depth` meanings of the nearest images."""
    parts = [np.zeros((2, 0), dtype=np.int64)]
    for begin in range(0, len(images), SHOWN):
        shown = images[begin : begin + SHOWN]
        row, near, similarity = nearest_among(pool, shown, asks.images, depth)
        pair, ask = asks.about(near)
        row, similarity, meaning = row[pair], similarity[pair], asks.meaning[ask]
        order = np.lexsort((-similarity, meaning, row))
        order = order[first(row[order], meaning[order], 1)]
        order = order[np.lexsort((meaning[order], -similarity[order], row[order]))]
        order = order[first(row[order], None, depth)]
        parts.append(np.stack([meaning[order], shown[row[order]]]))
    meaning, image = np.concatenate(parts, axis=1)
    order = np.lexsort((image, meaning))
    return meaning[order], image[order]
