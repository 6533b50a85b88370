"""The published order of options: the same for all items of a question, chosen so that letters balance at every image.

A reply of a single letter is right if the gold is at its place, so that a function of the image alone may answer "B" to
all questions. The order of a question's options is free if no option refers to places (`twokeys.core.option_places`),
and it is the same for all items of the question. It is chosen in two steps:

1. for the items that a balanced set can hold by their answers alone, letters are spread at every image
   (`twokeys.builder.read.option_search`): if no letter is the gold of more than half of them, no item is dropped for
   its letter;
2. if some items must be dropped, other orders are tried, and compared by the size of the balanced set itself.

The result is a function of the items and does not depend on the order of the rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twokeys.builder.graph.graph import Graph, components
from twokeys.builder.graph.largest import largest_balanced
from twokeys.builder.read.option_search import SMALL, STARTS, arranged, excess, neighbours
from twokeys.core.colours import colours, contradicted
from twokeys.core.items import digest, hashed_order
from twokeys.core.option_places import CLASH, freedom, pins
from twokeys.data_cards.manifest import OptionPlaces

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Edge = tuple[str, str, str]
"""Question, image and gold of an item."""

BUDGET = 100_000
"""Budget of the second step: number of items, summed over all solved sets."""


def ordered(items: pd.DataFrame) -> pd.DataFrame:
    """Put the options of all items into their published order.

    Args:
        items: Item table with `question`, `choices` in the order of the source, `answer`, keys and `split`.
    """
    there = items["choices"].map(len) > 0
    if not there.any():
        return items
    with_options = items[there].sort_values("id", ignore_index=True)
    texts = with_options.drop_duplicates("question_key")
    orders = {
        key: hashed_order(question, list(choices))
        for key, question, choices in zip(texts["question_key"], texts["question"], texts["choices"], strict=True)
    }
    free = {
        key: [option for option in orders[key] if kind == "free" or option not in pins(orders[key])]
        for key, question in zip(texts["question_key"], texts["question"], strict=True)
        if (kind := freedom(question, orders[key])) != "source order"
    }
    # Items that contradict each other cannot be kept, whatever the order.
    clear = with_options[
        ~contradicted(with_options.assign(choices=with_options["question_key"].map(orders)))
    ].reset_index(drop=True)
    keep = _by_answers(clear, orders)
    _balance(clear[keep], orders, free)
    _refine(clear, keep, orders, free)
    empty: list[str] = []
    return items.assign(
        choices=pd.Series(
            [orders[key] if has else empty for key, has in zip(items["question_key"], there, strict=True)],
            index=items.index, dtype=object,
        )
    )  # fmt: skip


def decided(items: pd.DataFrame, reasons: pd.Series[str]) -> OptionPlaces | None:
    """Count what decides the order of options; None if no item has options.

    Args:
        items: The items that were read, with `question` and `choices`.
        reasons: Why rows could not be read as items.
    """
    with_options = items[items["choices"].map(len) > 0]
    aside = int(reasons.fillna("").str.contains(CLASH, regex=False).sum())
    if not len(with_options) and not aside:
        return None
    texts = zip(with_options["question"], with_options["choices"], strict=True)
    kinds = Counter(freedom(question, list(options)) for question, options in texts)
    return OptionPlaces(free=kinds["free"], pinned=kinds["pinned"], source=kinds["source order"], set_aside=aside)


def _by_answers(with_options: pd.DataFrame, orders: dict[str, list[str]]) -> Bools:
    """Whether a balanced set of each split can hold each item, judged by answers alone."""
    keep = np.zeros(len(with_options), dtype=bool)
    for _, part in with_options.groupby("split", sort=True):
        graph = _graph(part, orders)
        keep[part.index] = largest_balanced(replace(graph, tokens=graph.tokens[:, :1])).keep
    return keep


def _graph(items: pd.DataFrame, orders: dict[str, list[str]]) -> Graph:
    """The graph of the items of a split, with options in some order."""
    question, image = (pd.factorize(items[f"{view}_key"], sort=True)[0] for view in ("question", "image"))
    colour = colours(items.assign(choices=items["question_key"].map(orders)))
    return Graph(question, image, colour.question, np.ones_like(question), colour.image)


def _balance(items: pd.DataFrame, orders: dict[str, list[str]], free: dict[str, list[str]]) -> None:
    """Arrange options so that letters balance at the images of some items, one connected component after another."""
    for rows in _components(items):
        edges = _edges(items.iloc[rows])
        orders |= arranged(edges, {key: orders[key] for key, _, _ in edges}, free)


def _refine(with_options: pd.DataFrame, keep: Bools, orders: dict[str, list[str]], free: dict[str, list[str]]) -> None:
    """If letters still cost items, compare other orders by the size of the balanced set itself, within `BUDGET`.

    Answers alone can often balance as many items in several ways, and not all of them also balance letters.
    """
    budget = BUDGET
    for rows in _components(with_options):
        part, bound = with_options.iloc[rows], int(keep[rows].sum())
        if not bound or len(part) > SMALL or excess(_edges(part[keep[rows]]), orders) == 0:
            continue
        climb = _Climb(part, {key: orders[key] for key in part["question_key"]}, free, bound, budget)
        climb.run(_edges(part[keep[rows]]))
        orders |= climb.orders
        budget = climb.budget


class _Climb:
    """Hill climbing over the orders of the questions of some items, for the largest balanced set.

    Attributes:
        orders: The best orders so far.
        kept: Number of items that can be balanced with them.
        budget: The remaining budget, see `BUDGET`.
    """

    def __init__(
        self, items: pd.DataFrame, orders: dict[str, list[str]], free: dict[str, list[str]], bound: int, budget: int
    ) -> None:
        self.items, self.orders, self.free, self.bound, self.budget = items, orders, free, bound, budget
        self.kept = -1
        self.better(orders)

    @property
    def over(self) -> bool:
        """Whether all items are balanced, or the budget is spent."""
        return self.kept >= self.bound or self.budget < len(self.items)

    def better(self, orders: dict[str, list[str]]) -> bool:
        """Take other orders if more items can be balanced with them."""
        if self.over:
            return False
        self.budget -= len(self.items)
        parts = self.items.groupby("split", sort=True)
        kept = sum(int(largest_balanced(_graph(part, orders)).keep.sum()) for _, part in parts)
        if kept > self.kept:
            self.orders, self.kept = orders, kept
            return True
        return False

    def run(self, edges: Sequence[Edge]) -> None:
        """Try other starts of the search, then every arrangement of each question in turn."""
        first, keys = self.orders, sorted(self.orders, key=lambda key: digest("turn", key))
        for start in range(1, STARTS):
            if not self.over:
                self.better(first | arranged(edges, {key: first[key] for key, _, _ in edges}, self.free, [start]))
        improved = True
        while improved and not self.over:
            improved = sum(self._turn(key) for key in keys) > 0

    def _turn(self, key: str) -> bool:
        held = self.orders[key]
        free = np.array([held.index(option) for option in self.free.get(key, [])], dtype=np.int64)
        orders = neighbours(np.arange(len(held)), free, np.ones(len(held), dtype=bool))[1:]
        return sum(self.better(self.orders | {key: [held[option] for option in order]}) for order in orders) > 0


def _components(items: pd.DataFrame) -> list[Ints]:
    """Rows of each connected component of the graph of questions and images; images of different splits differ."""
    if items.empty:
        return []
    images = items["split"] + " " + items["image_key"]
    question, image = (pd.factorize(column, sort=True)[0] for column in (items["question_key"], images))
    graph = Graph.plain(question, image, np.zeros_like(question), np.ones_like(question))
    return components(graph, np.arange(len(graph)))


def _edges(items: pd.DataFrame) -> list[Edge]:
    images = items["split"] + " " + items["image_key"]
    return list(zip(items["question_key"], images, items["answer"], strict=True))
