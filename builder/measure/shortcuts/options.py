"""Shortcuts in options: marks that single out an option of a multiple-choice item, and how often that option is right.

A mark depends on the options alone: the longest option, the option that shares most words with the others, the largest
number, the only option with a certain word, a certain text, the option at a certain letter.

As with wordings (`twokeys.builder.measure.shortcuts.wordings`), groups are dealt into two halves: one half is searched,
and the other half gives every number, with intervals that hold for all marks that were tried. Small sets are not
halved: exact tests use all of their items. Chance is drawing an option at random. A mark that is seldom right is a
shortcut, too: it excludes an option.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from string import ascii_uppercase

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import binom

from twokeys.builder.measure.shortcuts.cues import split
from twokeys.builder.measure.shortcuts.small import SMALL, SUPPORT, Tested
from twokeys.builder.measure.shortcuts.wordings import COUNTED, ERRORS, FEWEST, LIFT, MOST_ITEMS, TRIED, Interval
from twokeys.core.ceilings import codes
from twokeys.core.folds import fold_of
from twokeys.core.intervals.accuracy import Accuracy, accuracy
from twokeys.core.intervals.exact import exact
from twokeys.core.intervals.tarone import able

REPEATED = 0.5
"""Largest share of items on which a mark may single out the same option as the marks before it."""
TEXT = 40
"""Characters of the longest text that is a mark."""
NUMBER = re.compile(r"[+-]?(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
"""An option that is a number, with commas between thousands at most. `float` would also take `1_000` and `nan`."""


@dataclass(frozen=True, order=True)
class Mark:
    """A property of exactly one option of an item.

    Attributes:
        kind: Kind of the mark.
        text: The word or text in the mark, if any.
    """

    kind: str
    text: str = ""

    def __str__(self) -> str:
        """The mark, as a continuation of `the option that ...`."""
        return f"{self.kind} “{self.text}”" if self.text else self.kind


LONGEST, SHORTEST = Mark("is the longest"), Mark("is the shortest")
LIKE, UNLIKE = Mark("shares most words with the others"), Mark("shares fewest words with the others")
LARGEST, SMALLEST = Mark("is the largest number"), Mark("is the smallest number")
HOLDS, BEGINS, IS, AT = "alone holds", "alone begins with", "is", "stands at"
OPENING = 3
"""Words of the longest beginning that is a mark."""


@dataclass(frozen=True)
class OptionShortcut:
    """A mark that reveals which option is right, or wrong, counted on the half that was not searched.

    Attributes:
        mark: The mark.
        found: How often the marked option is right, with an interval that holds for all marks at once.
        chance: How often a random option is right, on the same items.
    """

    mark: Mark
    found: Accuracy
    chance: float

    @property
    def share(self) -> float:
        """How often the marked option is right."""
        return self.found.right / self.found.items if self.found.items else float("nan")

    @property
    def holds(self) -> bool:
        """Whether chance lies outside the interval, and far enough from the share to be worth a sentence."""
        apart = not self.found.low <= self.chance <= self.found.high
        return self.found.items >= COUNTED and abs(self.share - self.chance) >= LIFT and apart

    def json(self) -> dict[str, object]:
        """The shortcut as JSON values, in the words of the report and in numbers."""
        return {
            "option_that": str(self.mark),
            "right": self.found.right,
            "items": self.found.items,
            "interval": [round(self.found.low, 6), round(self.found.high, 6)],
            "chance": round(self.chance, 6),
        }


@dataclass(frozen=True)
class MinedOptions:
    """Shortcuts in the options of a set.

    Attributes:
        all: Items with options.
        items: Items that were used, in both halves: a sample if there are very many.
        searched: Items in the half that was searched.
        tried: Marks that were counted on the other half.
        shortcuts: Marks that hold there, the strongest first.
        tested: The exact tests, if there are too few items for halves.
    """

    all: int
    items: int
    searched: int
    tried: int
    shortcuts: list[OptionShortcut]
    tested: Tested | None = None


def mine_options(items: pd.DataFrame, confidence: float = 0.95, seed: int = 0) -> MinedOptions:
    """Search one half of the groups for marks, and count them on the other.

    Args:
        items: Item table with `answer`, `choices` and `group`.
        confidence: Confidence of all intervals together.
        seed: Seed of the halves, and of the sample if there are very many items.
    """
    items = items.loc[items["choices"].map(len) > 1, ["answer", "choices", "group"]].reset_index(drop=True)
    every = len(items)
    if every > MOST_ITEMS:
        drawn = np.random.default_rng(seed).choice(every, MOST_ITEMS, replace=False)
        items = items.iloc[np.sort(drawn)].reset_index(drop=True)
    if items["group"].nunique() < 2:
        return MinedOptions(every, len(items), 0, 0, [])
    if len(items) < SMALL:
        return replace(_tested(items, 1 - confidence), all=every)
    half = fold_of(items["group"], 2, seed)
    searched, other = _Marked.of(items[half == 0]), _Marked.of(items[half == 1])
    tried = searched.strongest()
    level = 1 - (1 - confidence) / max(len(tried), 1)
    counted = [other.count(mark, level) for mark in tried]
    held = [shortcut for shortcut in counted if shortcut.holds]
    return MinedOptions(every, len(items), int((half == 0).sum()), len(tried), sorted(held, key=_strength))


def _tested(items: pd.DataFrame, alpha: float) -> MinedOptions:
    """Test all marks of a small set against random options, in both directions; items of one group count once."""
    marked = _Marked.of(items)
    frequent = [mark for mark, rows in marked.rows.items() if len(rows) >= SUPPORT]
    p = {mark: marked.p_value(mark) for mark in frequent}
    number = able(np.array([least for _, least in p.values()]), alpha)
    level = alpha / max(number, 1)
    hits = [mark for mark in frequent if number and p[mark][0] <= level]
    hits.sort(key=lambda mark: (p[mark], _simple(mark)))
    counted = [marked.count(mark, 1 - level, exact) for mark in marked.without_repeats(hits)]
    held = sorted((each for each in counted if abs(each.share - each.chance) >= LIFT), key=_strength)
    return MinedOptions(len(items), len(items), 0, 0, held, Tested(len(items), len(frequent), number, len(held)))


def _simple(mark: Mark) -> tuple[int, Mark]:
    """Sort key of equivalent marks: a whole text before a length, and a single word last."""
    return (mark.kind != IS) + (mark.kind == HOLDS), mark


def _strength(shortcut: OptionShortcut) -> tuple[float, Mark]:
    spread = np.sqrt(shortcut.chance * (1 - shortcut.chance) / shortcut.found.items)
    return -abs(shortcut.share - shortcut.chance) / float(spread), shortcut.mark


def marks(options: Sequence[str]) -> dict[Mark, int]:
    """Return the marks of an item's options, and the option that each singles out.

    Example:
        >>> {str(mark): place for mark, place in marks(["a red cat", "a dog"]).items()}["alone holds “dog”"]
        1
        >>> marks(["12", "7"])[LARGEST]
        0
    """
    words = [frozenset(split(option)) for option in options]
    place_of = _extremes([float(len(option)) for option in options], LONGEST, SHORTEST)
    if len(options) > 2:
        common = [
            sum(len(option & other) / max(len(option | other), 1) for at, other in enumerate(words) if at != place)
            for place, option in enumerate(words)
        ]
        place_of |= _extremes(common, LIKE, UNLIKE)
    if (numbers := _numbers(options)) is not None:
        place_of |= _extremes(numbers, LARGEST, SMALLEST)
    place_of |= {Mark(AT, letter): place for place, letter in enumerate(ascii_uppercase[: len(options)])}
    holders = Counter(word for of_option in words for word in of_option)
    openings = [_openings(split(option)) for option in options]
    begun = Counter(opening for of_option in openings for opening in of_option)
    for place, (option, of_option) in enumerate(zip(options, words, strict=True)):
        text = option.lower()
        if len(text) <= TEXT:
            place_of[Mark(IS, text)] = place
        if len(of_option) > 1:
            place_of |= {Mark(HOLDS, word): place for word in of_option if holders[word] == 1}
        place_of |= {Mark(BEGINS, opening): place for opening in openings[place] if begun[opening] == 1}
    return place_of


def _openings(words: Sequence[str]) -> list[str]:
    """Return the beginnings of two words or more, up to `OPENING` words."""
    return [" ".join(words[:size]) for size in range(2, min(OPENING, len(words)) + 1)]


def _extremes(values: Sequence[float], most: Mark, least: Mark) -> dict[Mark, int]:
    """Return the option with the largest value and the option with the smallest, if each is unique."""
    place_of = {}
    for mark, value in ((most, max(values)), (least, min(values))):
        if values.count(value) == 1:
            place_of[mark] = values.index(value)
    return place_of


def _numbers(options: Sequence[str]) -> list[float] | None:
    """Return the options as finite numbers; None if some option is no number."""
    if not all(NUMBER.fullmatch(option.strip()) for option in options):
        return None
    values = [float(option.replace(",", "")) for option in options]
    return values if all(map(np.isfinite, values)) else None


@dataclass(frozen=True)
class _Marked:
    """Items with the marks of their options.

    Attributes:
        rows: Mark -> items that have it.
        place: Mark -> the option that it singles out, item by item.
        gold: (n,) place of the right option.
        chance: (n,) one over the number of options.
        group: (n,) group codes.
    """

    rows: dict[Mark, NDArray[np.int64]]
    place: dict[Mark, NDArray[np.int64]]
    gold: NDArray[np.int64]
    chance: NDArray[np.float64]
    group: NDArray[np.int64]

    @classmethod
    def of(cls, items: pd.DataFrame) -> _Marked:
        rows: dict[Mark, list[int]] = {}
        place: dict[Mark, list[int]] = {}
        gold = np.zeros(len(items), dtype=np.int64)
        count = np.ones(len(items))
        marks_of: dict[tuple[str, ...], dict[Mark, int]] = {}
        for row, (choices, answer) in enumerate(zip(items["choices"], items["answer"], strict=True)):
            options = tuple(map(str, choices))
            gold[row], count[row] = options.index(str(answer)), len(options)
            if options not in marks_of:
                marks_of[options] = marks(options)
            for mark, at in marks_of[options].items():
                rows.setdefault(mark, []).append(row)
                place.setdefault(mark, []).append(at)
        group = codes(items["group"]).astype(np.int64)
        return cls(
            {mark: np.array(numbers) for mark, numbers in rows.items()},
            {mark: np.array(numbers) for mark, numbers in place.items()},
            gold, 1 / count, group,
        )  # fmt: skip

    def strongest(self) -> list[Mark]:
        """Return marks that differ from chance, strongest first, without marks that mostly repeat earlier ones."""
        scored = []
        for mark, rows in self.rows.items():
            if len(rows) < FEWEST:
                continue
            right, expected = (self.gold[rows] == self.place[mark]).mean(), self.chance[rows].mean()
            score = abs(right - expected) * np.sqrt(len(rows) / (expected * (1 - expected)))
            if abs(right - expected) >= LIFT and score >= ERRORS:
                scored.append((-round(float(score), 9), _simple(mark)))
        return self.without_repeats([mark for _, (_, mark) in sorted(scored)])

    def without_repeats(self, marks: Sequence[Mark]) -> list[Mark]:
        """Return at most `TRIED` marks, without marks that mostly repeat earlier ones."""
        taken: list[Mark] = []
        covered: set[tuple[int, int]] = set()
        for mark in marks:
            singled_out = set(zip(self.rows[mark].tolist(), self.place[mark].tolist(), strict=True))
            if len(singled_out & covered) <= REPEATED * len(singled_out) and len(taken) < TRIED:
                taken.append(mark)
                # Of two options, a mark on one says as much about the other.
                covered |= singled_out
                covered |= {(row, 1 - place) for row, place in singled_out if self.chance[row] == 1 / 2}
        return taken

    def p_value(self, mark: Mark) -> tuple[float, float]:
        """Return the two-sided p-value of a mark against random options, and the smallest value it could reach."""
        rows = self.rows[mark]
        right, chance = self.gold[rows] == self.place[mark], float(self.chance[rows].mean())
        hit, miss = (len(np.unique(self.group[rows][part])) for part in (right, ~right))
        shown = hit + miss
        tails = binom.sf(hit - 1, shown, chance), binom.cdf(hit, shown, chance)
        return min(1.0, 2 * float(min(tails))), min(1.0, 2 * min(chance, 1 - chance) ** shown)

    def count(self, mark: Mark, confidence: float, interval: Interval = accuracy) -> OptionShortcut:
        """Count how often the marked option is right."""
        rows = self.rows.get(mark, np.zeros(0, dtype=np.int64))
        right = self.gold[rows] == self.place[mark] if len(rows) else np.zeros(0, dtype=np.bool_)
        expected = float(self.chance[rows].mean()) if len(rows) else float("nan")
        return OptionShortcut(mark, interval(right, self.group[rows], confidence), expected)
