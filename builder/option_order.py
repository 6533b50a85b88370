"""The order in which options are published: one a question, chosen so that letters tell nothing beside an image.

A reply of one letter is right wherever the gold stands at its place, so a function of the image alone may answer "B"
about all questions. The order of a question's options is free where no option speaks of places
(`builder.option_places`), and it is the same for all items of the question. It is chosen for the items that a balanced
set can hold by their answers alone: where at every image no letter is the gold of more than half of these, no item has
to go for its letter.

The search starts at the order of a hash, goes through questions in the order of a hash, and gives each the arrangement
after which fewest golds are too many of one letter at an image; ties go to the arrangement that spreads letters most.
It ends where no question can be improved. The result is a function of the items, whatever the order of the rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, permutations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from builder.balance import Graph, components, largest_balanced
from builder.colours import colours
from builder.items import digest, hashed_order
from builder.option_places import CLASH, freedom, pins
from data_cards.manifest import OptionPlaces

Ints = NDArray[np.int64]

PASSES = 20
"""Times that all questions are gone through at most."""
WHOLE = 4
"""Options up to which a question's arrangements are all tried; of more, those that swap two options."""
ROOM = 10**7
"""Counts that are held at once."""
STARTS, SMALL = 8, 2_000
"""Starts of the search, and items of a connected component up to which it is searched from more than one."""


def ordered(items: pd.DataFrame) -> pd.DataFrame:
    """Put the options of all items in published order.

    Args:
        items: Item table with `question`, `choices` in the order of the source, `answer`, keys and `split`.
    """
    there = items["choices"].map(len) > 0
    if not there.any():
        return items
    asked = items[there].sort_values("id", ignore_index=True)
    texts = asked.drop_duplicates("question_key")
    orders = {
        key: hashed_order(question, list(choices))
        for key, question, choices in zip(texts["question_key"], texts["question"], texts["choices"], strict=True)
    }
    free = {
        key: [option for option in orders[key] if kind == "free" or option not in pins(orders[key])]
        for key, question in zip(texts["question_key"], texts["question"], strict=True)
        if (kind := freedom(question, orders[key])) != "source order"
    }
    _improve(asked[_by_answers(asked, orders)], orders, free)
    empty: list[str] = []
    return items.assign(
        choices=pd.Series(
            [orders[key] if has else empty for key, has in zip(items["question_key"], there, strict=True)],
            index=items.index, dtype=object,
        )
    )  # fmt: skip


def decided(items: pd.DataFrame, reasons: pd.Series[str]) -> OptionPlaces | None:
    """Count what decides the order of options; None where no item has any.

    Args:
        items: The items that were read, with `question` and `choices`.
        reasons: Why rows could not be read as items.
    """
    asked = items[items["choices"].map(len) > 0]
    aside = int(reasons.fillna("").str.contains(CLASH, regex=False).sum())
    if not len(asked) and not aside:
        return None
    texts = zip(asked["question"], asked["choices"], strict=True)
    kinds = Counter(freedom(question, list(options)) for question, options in texts)
    return OptionPlaces(free=kinds["free"], pinned=kinds["pinned"], source=kinds["source order"], set_aside=aside)


def _by_answers(asked: pd.DataFrame, orders: dict[str, list[str]]) -> np.ndarray:
    """Which items a balanced set of each split can hold, going by answers alone."""
    keep = np.zeros(len(asked), dtype=bool)
    for _, part in asked.groupby("split", sort=True):
        question, image = (pd.factorize(part[f"{view}_key"], sort=True)[0] for view in ("question", "image"))
        found = colours(part.assign(choices=part["question_key"].map(orders)))
        graph = Graph(question, image, found.question, np.ones_like(question), found.text[:, None])
        keep[part.index] = largest_balanced(graph).keep
    return keep


def _improve(items: pd.DataFrame, orders: dict[str, list[str]], free: dict[str, list[str]]) -> None:
    """Rearrange `orders`, component by component of the graph of questions and images."""
    if items.empty:
        return
    images = items["split"] + " " + items["image_key"]
    question, image = (pd.factorize(column, sort=True)[0] for column in (items["question_key"], images))
    graph = Graph.plain(question, image, np.zeros_like(question), np.ones_like(question))
    rows = list(zip(items["question_key"], images, items["answer"], strict=True))
    for edges in components(graph, np.arange(len(graph))):
        part = [rows[edge] for edge in edges]
        orders |= arranged(part, {key: orders[key] for key, _, _ in part}, free)


def arranged(
    items: Sequence[tuple[str, str, str]], orders: dict[str, list[str]], free: dict[str, list[str]]
) -> dict[str, list[str]]:
    """Arrange options so that at every image no letter is the gold of more than half of the items, as far as can be.

    Args:
        items: Question, image and gold option of each.
        orders: Options of each question in an order to start from.
        free: Options of each question that may change places among themselves; a question that is missing has none.

    Returns:
        The best order of each question that was come by.

    Example:
        >>> items = [("q", "x", "a"), ("q", "y", "b"), ("r", "x", "c"), ("r", "y", "d")]
        >>> found = arranged(items, {"q": ["a", "b"], "r": ["c", "d"]}, {"q": ["a", "b"], "r": ["c", "d"]})
        >>> {key: order.index(gold) for key, order, gold in [("q", found["q"], "a"), ("r", found["r"], "c")]}
        {'q': 1, 'r': 0}
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
    for start in range(STARTS if len(items) <= SMALL else 1):
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
    images, row = np.unique([image for image, _ in golds], return_inverse=True)
    counts = np.zeros((len(images), len(order)), dtype=np.int64)
    counts[row, [option for _, option in golds]] = list(golds.values())
    return _Question(images, counts, np.array([order.index(option) for option in free], dtype=np.int64))


def excess(items: Sequence[tuple[str, str, str]], orders: dict[str, list[str]]) -> int:
    """Golds, twice counted, by which letters exceed one half of the items at their images; 0 where none does."""
    letters = Counter((image, orders[key].index(gold)) for key, image, gold in items if gold in orders[key])
    all_of = Counter(image for _, image, _ in items)
    return sum(max(0, 2 * count - all_of[image]) for (image, _), count in letters.items())


def _mixed(key: str, order: Sequence[str], free: Ints, start: int) -> Ints:
    """The order to start from, as numbers of options: the given one first, others by a hash."""
    found = np.arange(len(order))
    if start:
        found[np.sort(free)] = sorted(free, key=lambda option: digest("start", str(start), key, order[option]))
    return found


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

    def arrangements(self, order: Ints) -> Ints:
        """Orders, (k, n), that come of one: all where few options are free, else those that swap two, one a gold."""
        places = np.flatnonzero(np.isin(order, self.free))
        if len(places) <= WHOLE:
            changes = [(places, list(held)) for held in permutations(order[places])]
        else:
            golds = set(np.flatnonzero(self.golds.sum(axis=0)[order]).tolist())
            pairs = [pair for pair in combinations(places.tolist(), 2) if golds & {*pair}]
            changes = [(np.array(pair), [order[pair[1]], order[pair[0]]]) for pair in pairs]
        found = np.tile(order, (len(changes) + 1, 1))
        for row, (at, held) in zip(found[1:], changes, strict=True):
            row[at] = held
        return found


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
        tried = question.arrangements(order)
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
