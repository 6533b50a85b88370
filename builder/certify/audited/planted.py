"""Planted copies of a problem: the same contents and labels, with a cue of one kind and size in them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from twokeys.builder.certify.audited.labels import Labels
from twokeys.builder.certify.audited.planting import NUMBER, ORDER, POSITION, TWO_WAY, in_options, in_text
from twokeys.builder.certify.audited.sizes import bits_of, marks_of
from twokeys.builder.measure.baselines.problem import Problem
from twokeys.builder.measure.details import FILE, by_image
from twokeys.builder.measure.lexical import OPTION_FEATURES, option_features
from twokeys.builder.measure.looks import option_looks, text_looks
from twokeys.builder.measure.places import DIVISORS, FIELDS
from twokeys.core.intervals.excess import Ints

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float32]]
RARE = ("rare word",)
"""Kinds whose cue is on a few contents of one side alone."""


@dataclass(frozen=True, eq=False)
class Copies:
    """Makes copies of a set with a planted cue.

    Attributes:
        items: The set, with `question`, `choices`, `image_key`.
        labels: Labels of the set.
        view: The view that adversaries see.
        kind: Name of the kind of cue.
        pictures: Kind -> (m, 2, f) details of images with a 0 and with a 1, sorted by image key; details of several
            images are side by side. The two-way interaction has two kinds, file and pixels. None if the kind is not
            planted in images.
    """

    items: pd.DataFrame
    labels: Labels
    view: str
    kind: str
    pictures: dict[str, Floats] | None = None

    def attainable(self, golds: Ints) -> float:
        """Return the largest size that a cue of the kind can have under the given labels."""
        if self._of_options:
            return marks_of(*self._cases(golds)).attainable
        return bits_of(*self._contents(golds)).attainable

    def copy(self, problem: Problem, golds: Ints, size: float, seed: list[int]) -> Problem:
        """Return a copy of a problem with a cue; one seed plants the same cue in every problem."""
        rng = np.random.default_rng(seed)
        if self._of_options:
            case, place, options = self._cases(golds)
            marked = np.zeros(len(self.items), dtype=np.int64)
            marked[self._drawn] = marks_of(case, place, options).draw(size, rng)[case]
            coins = np.zeros((len(self.items), int(options.max())), dtype=np.int64)
            coins[self._drawn] = rng.integers(0, 2, (int(case.max()) + 1, coins.shape[1]))[case]
            return _with_marks(problem, self.kind, marked, coins)
        content, gold, cell = self._contents(golds)
        bits = bits_of(content, gold, cell).draw(size, rng, self.kind in RARE)
        others = rng.integers(0, 2, len(bits))
        jitter = rng.permutation(len(bits))
        bit, other, order = (np.zeros(len(self.items), dtype=np.int64) for _ in range(3))
        bit[self._named], other[self._named], order[self._named] = bits[content], others[content], jitter[content]
        first = np.zeros(len(problem.text), dtype=np.int64)
        first[problem.content[::-1]] = problem.item[::-1]
        if self.kind in (NUMBER, ORDER):
            return _with_places(problem, self.kind, bit[first], order[first], len(bits))
        if self.view == "image":
            return self._with_pictures(problem, bit[first], other[first], first)
        texts = [
            in_text(self.kind, text, int(cue), int(coin))
            for text, cue, coin in zip(problem.text, bit[first], other[first], strict=True)
        ]
        looks = {"looks": text_looks(texts)} if "looks" in problem.matrices else {}
        return replace(problem, text=texts, matrices={**problem.matrices, **looks})

    @property
    def _of_options(self) -> bool:
        return "option" in self.kind

    @property
    def _drawn(self) -> Ints:
        return np.flatnonzero(self.labels.options > 0)

    @property
    def _named(self) -> Ints:
        """Items in which the kind is planted, unless it marks options."""
        return np.arange(len(self.items)) if self.view == "image" else np.flatnonzero(self.labels.options == 0)

    def _contents(self, golds: Ints) -> tuple[Ints, Ints, Ints]:
        named = self._named
        if self.view == "image":
            keys, gold = self.items["image_key"], self.labels.gold(golds)
        else:
            keys, gold = self.items["question"].iloc[named], golds[named]
        cell = self.labels.kind[named]
        if self.kind in (NUMBER, ORDER) and self.view != "image":
            return np.arange(len(named)), gold, cell
        return pd.factorize(keys, sort=True)[0].astype(np.int64), gold, cell

    def _cases(self, golds: Ints) -> tuple[Ints, Ints, Ints]:
        part = self.items.iloc[self._drawn]
        keys = part["choices"].map("\n".join)
        if self.view == "question":
            keys = part["question"] + "\n" + keys
        case = pd.factorize(keys, sort=True)[0].astype(np.int64)
        return case, golds[self._drawn], self.labels.options[self._drawn]

    def _with_pictures(self, problem: Problem, bit: Ints, other: Ints, first: Ints) -> Problem:
        assert self.pictures is not None
        place = pd.factorize(self.items["image_key"], sort=True)[0][first]
        if self.kind == TWO_WAY:
            detail = self.pictures["corner pixel"][place, other].copy()
            by_image(detail)[:, :, :FILE] = by_image(self.pictures["file size"][place, bit ^ other])[:, :, :FILE]
        else:
            detail = self.pictures[self.kind][place, bit]
        return replace(problem, matrices={**problem.matrices, "detail": detail})


def _with_places(problem: Problem, kind: str, bit: Ints, order: Ints, n: int) -> Problem:
    """Make numbers odd or even by the bit, or move the rows with bit 1 behind all others."""
    place = np.array(problem.matrices["place"], dtype=np.float32)
    if kind == NUMBER:
        for divisor in DIVISORS:
            place[:, FIELDS.index(f"number modulo {divisor}")] = (2 * order + bit) % divisor
    else:
        place[:, FIELDS.index("rank in the source")] = order + bit * n
    return replace(problem, matrices={**problem.matrices, "place": place})


def _with_marks(problem: Problem, kind: str, marked: Ints, coins: Ints) -> Problem:
    text: list[str] = list(problem.text)
    matrices: dict[str, Floats] = {
        name: np.array(matrix, dtype=np.float32) if name in ("looks", "lexical") else matrix
        for name, matrix in problem.matrices.items()
    }
    start = np.flatnonzero(np.diff(problem.item, prepend=-1))
    cache: dict[Any, Any] = {}
    for rows in np.split(np.arange(len(problem.item)), start[1:]):
        item, contents = problem.item[rows[0]], problem.content[rows]
        if contents[0] in cache:
            continue
        cache[contents[0]] = True
        old, mark = [problem.text[content] for content in contents], int(marked[item])
        new = in_options(kind, old, mark, coins[item])
        for content, option in zip(contents, new, strict=True):
            text[content] = option
        if "looks" in matrices:
            matrices["looks"][contents] = _moved(new, mark, coins[item]) if kind == POSITION else option_looks(new)
        if "lexical" in matrices:
            matrices["lexical"][contents, -len(OPTION_FEATURES) :] = option_features(problem.context[contents[0]], new)
    return replace(problem, text=text, matrices=matrices)


def _moved(options: list[str], mark: int, coins: Ints) -> Floats:
    """Return the looks of options if the marked option stands first."""
    others = sorted((place for place in range(len(options)) if place != mark), key=lambda place: (coins[place], place))
    order = [mark, *others]
    looks = np.empty((len(options), option_looks(options).shape[1]), dtype=np.float32)
    looks[order] = option_looks([options[place] for place in order])
    return looks
