"""The search for orders of options: at every image no letter shall be the gold of more than half of the items.

It starts at a given order, goes through questions in the order of a hash, and gives each the arrangement after which
fewest golds are too many of one letter at an image; ties go to the arrangement that spreads letters most. It ends where
no question can be improved. Few items are searched from several starts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, permutations

import numpy as np
from numpy.typing import NDArray

from twokeys.core.items import digest

Ints = NDArray[np.int64]

PASSES = 20
"""Times that all questions are gone through at most."""
WHOLE = 4
"""Options up to which a question's arrangements are all tried; of more, those that swap two options."""
ROOM = 10**7
"""Counts that are held at once."""
STARTS, SMALL = 8, 2_000
"""Starts of the search, and items up to which more than one is tried."""


def arranged(
    items: Sequence[tuple[str, str, str]],
    orders: dict[str, list[str]],
    free: dict[str, list[str]],
    starts: Sequence[int] = range(STARTS),
) -> dict[str, list[str]]:
    """Arrange options so that at every image no letter is the gold of more than half of the items, as far as can be.

    Args:
        items: Question, image and gold option of each.
        orders: Options of each question in an order to start from.
        free: Options of each question that may change places among themselves; a question that is missing has none.
        starts: Numbers of the starts, 0 for the order that is given; the first alone where items are many.

    Returns:
        The best order of each question that was come by.

    Example:
        >>> items = [("q", "x", "a"), ("q", "y", "b"), ("r", "x", "c"), ("r", "y", "d")]
        >>> found = arranged(items, {"q": ["a", "b"], "r": ["c", "d"]}, {"q": ["a", "b"], "r": ["c", "d"]})
        >>> {key: order.index(gold) for key, order, gold in [("q", found["q"], "a"), ("r", found["r"], "c")]}
        {'q': 0, 'r': 1}
    """
    keys = list(dict.fromkeys(key for key, _, _ in items))
    images = {image: number for number, image in enumerate(dict.fromkeys(image for _, image, _ in items))}
    size = np.bincount([images[image] for _, image, _ in items])
    golds: dict[str, Counter[tuple[int, int]]] = {key: Counter() for key in keys}
    for key, image, gold in items:
        if gold in orders[key]:  # several options at once are no letter
            golds[key][images[image], orders[key].index(gold)] += 1
    questions = [_question(golds[key], orders[key], free.get(key, [])) for key in keys]
    movable = [number for number, question in enumerate(questions) if len(question.free) > 1]
    turns = sorted(movable, key=lambda number: digest("turn", keys[number]))
    best = None
    for start in starts if len(items) <= SMALL else starts[:1]:
        mixed = [_mixed(key, orders[key], question.free, start) for key, question in zip(keys, questions, strict=True)]
        search = _Search(questions, mixed, size)
        search.run(turns)
        if best is None or search.excess < best.excess:
            best = search
        if not best.excess:
            break
    held = [] if best is None else best.orders
    return {key: [orders[key][option] for option in order] for key, order in zip(keys, held, strict=True)}


def _question(golds: Counter[tuple[int, int]], order: Sequence[str], free: Sequence[str]) -> _Question:
    images, row = np.unique(np.array([image for image, _ in golds], dtype=np.int64), return_inverse=True)
    counts = np.zeros((len(images), len(order)), dtype=np.int64)
    counts[row, [option for _, option in golds]] = list(golds.values())
    return _Question(images, counts, np.array([order.index(option) for option in free], dtype=np.int64))


def excess(items: Sequence[tuple[str, str, str]], orders: dict[str, list[str]]) -> int:
    """Golds, twice counted, by which letters exceed one half of the items at their images; 0 where none does."""
    letters = Counter((image, orders[key].index(gold)) for key, image, gold in items if gold in orders[key])
    all_of = Counter(image for _, image, _ in items)
    return sum(max(0, 2 * count - all_of[image]) for (image, _), count in letters.items())


def neighbours(order: Ints, free: Ints, golds: NDArray[np.bool_]) -> Ints:
    """Orders, (k, n), that one may be changed to, itself first: all where few options are free, else swaps of two.

    Args:
        order: Numbers of options, by place.
        free: Options that may change places among themselves.
        golds: (n,) which options are a gold somewhere: two others need not be swapped.

    Example:
        >>> neighbours(np.arange(3), np.array([0, 2]), np.ones(3, dtype=bool)).tolist()
        [[0, 1, 2], [2, 1, 0]]
    """
    places = np.flatnonzero(np.isin(order, free)).tolist()
    if len(places) <= WHOLE:
        changes = [(places, list(held)) for held in permutations(order[places])][1:]
    else:
        pairs = [[first, second] for first, second in combinations(places, 2) if golds[order[[first, second]]].any()]
        changes = [(pair, order[pair[::-1]].tolist()) for pair in pairs]
    orders = np.tile(order, (len(changes) + 1, 1))
    for row, (at, held) in zip(orders[1:], changes, strict=True):
        row[at] = held
    return orders


def _mixed(key: str, order: Sequence[str], free: Ints, start: int) -> Ints:
    """The order to start from, as numbers of options: the given one first, others by a hash."""
    mixed = np.arange(len(order))
    if start:
        mixed[np.sort(free)] = sorted(free, key=lambda option: digest("start", str(start), key, order[option]))
    return mixed


@dataclass(frozen=True)
class _Question:
    """A question of a search.

    Attributes:
        images: (m,) images that it is asked about.
        golds: (m, n) how often each of its options is the gold there.
        free: Options that may change places among themselves.
    """

    images: Ints
    golds: Ints
    free: Ints


class _Search:
    """Local search over the orders of questions.

    Attributes:
        orders: Options of each question by place: numbers of options.
        letters: (images, places) how often each letter is the gold.
    """

    def __init__(self, questions: Sequence[_Question], orders: list[Ints], size: Ints) -> None:
        self.questions, self.orders, self.size = questions, orders, size
        self.letters = np.zeros((len(size), max(map(len, orders))), dtype=np.int64)
        for question, order in zip(questions, orders, strict=True):
            self.letters[question.images, : len(order)] += question.golds[:, order]

    @property
    def excess(self) -> int:
        """Golds, twice counted, by which letters exceed one half."""
        return int(np.maximum(2 * self.letters - self.size[:, None], 0).sum())

    def run(self, turns: Sequence[int]) -> None:
        """Improve questions in turn until none can be."""
        for _ in range(PASSES):
            improved = [self._turn(number) for number in turns]
            if not any(improved) or not self.excess:
                break

    def _turn(self, number: int) -> bool:
        """Give a question its best arrangement; says whether it had another."""
        question, order = self.questions[number], self.orders[number]
        tried = neighbours(order, question.free, question.golds.sum(axis=0) > 0)
        here = self.letters[question.images]
        here[:, : len(order)] -= question.golds[:, order]
        best, least = 0, None
        step = max(1, ROOM // here.size)
        for start in range(0, len(tried), step):
            some = tried[start : start + step]
            counts = np.repeat(here[None], len(some), axis=0)
            counts[:, :, : len(order)] += question.golds.T[some].transpose(0, 2, 1)
            over = np.maximum(2 * counts - self.size[question.images][None, :, None], 0).sum(axis=(1, 2))
            spread = (counts**2).sum(axis=(1, 2))
            first = int(np.lexsort((spread, over))[0])  # the present order is the first of all that are as good
            cost = (int(over[first]), int(spread[first]))
            if least is None or cost < least:
                best, least = start + first, cost
        here[:, : len(order)] += question.golds[:, tried[best]]
        self.letters[question.images] = here
        self.orders[number] = tried[best]
        return best > 0
