"""Shortcuts in options: what marks out one option of a multiple-choice item, and how often that one is right.

A mark is told from the options alone: the longest, the one that shares most words with the others, the largest number,
the only one that holds a word, a certain text, the one at a certain letter.
As with wordings (`twokeys.builder.measure.shortcuts.wordings`), groups are dealt into two halves: one is searched, and
the other gives every number, with intervals that hold for all marks that were tried. Few items are not halved: exact
tests look at all of them. Chance is drawing an option. A
mark that is seldom right is a shortcut, too: who knows it draws among fewer.
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

KNOWN = 0.5
"""Share of its items in which a mark may single out the very option that one taken before it does."""
TEXT = 40
"""Characters of the longest text that is a mark of its own."""
NUMBER = re.compile(r"[+-]?(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
"""An option that is a number, with commas between thousands at most. `float` would also take `1_000` and `nan`."""


@dataclass(frozen=True, order=True)
class Mark:
    """What one option of an item is, and no other.

    Attributes:
        kind: Which kind of mark.
        text: The word or text that it speaks of, if any.
    """

    kind: str
    text: str = ""

    def __str__(self) -> str:
        """The mark as a sentence goes on after `the option that ...`."""
        return f"{self.kind} “{self.text}”" if self.text else self.kind


LONGEST, SHORTEST = Mark("is the longest"), Mark("is the shortest")
LIKE, UNLIKE = Mark("shares most words with the others"), Mark("shares fewest words with the others")
LARGEST, SMALLEST = Mark("is the largest number"), Mark("is the smallest number")
HOLDS, BEGINS, IS, AT = "alone holds", "alone begins with", "is", "stands at"
OPENING = 3
"""Words of the longest beginning that marks out an option."""


@dataclass(frozen=True)
class OptionShortcut:
    """A mark that tells which option is right, or wrong, counted on the half that was not searched.

    Attributes:
        mark: What marks the option out.
        found: How often it is right, with an interval that holds for all marks at once.
        chance: How often an option drawn at random is right, on the same items.
    """

    mark: Mark
    found: Accuracy
    chance: float

    @property
    def share(self) -> float:
        """How often the option is right."""
        return self.found.right / self.found.items if self.found.items else float("nan")

    @property
    def holds(self) -> bool:
        """Whether chance lies outside the interval, far enough from what was found to be worth a sentence."""
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
    """What was found of the items that have options.

    Attributes:
        all: Items with options.
        items: Those that were looked at, both halves: a sample where there are very many.
        searched: Those in the half that was searched.
        tried: Marks that were counted on the other half.
        shortcuts: Those that hold there, the most telling first.
        tested: What exact tests looked at, where items are too few to be halved.
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
        confidence: Of all intervals together.
        seed: Of the deal into halves, and of the sample where there are very many items.
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
    tried = searched.telling()
    level = 1 - (1 - confidence) / max(len(tried), 1)
    counted = [other.count(mark, level) for mark in tried]
    held = [one for one in counted if one.holds]
    return MinedOptions(every, len(items), int((half == 0).sum()), len(tried), sorted(held, key=_strength))


def _tested(items: pd.DataFrame, alpha: float) -> MinedOptions:
    """Test all marks of few items against drawing an option, in both directions; items of one group count once."""
    marked = _Marked.of(items)
    known = {mark: rows for mark, rows in marked.rows.items() if len(rows) >= SUPPORT}
    p = {mark: marked.p_value(mark) for mark in known}
    number = able(np.array([least for _, least in p.values()]), alpha)
    level = alpha / max(number, 1)
    hits = sorted((mark for mark in known if number and p[mark][0] <= level), key=lambda mark: (p[mark], _simple(mark)))
    counted = [marked.count(mark, 1 - level, exact) for mark in marked.news(hits)]
    held = sorted((one for one in counted if abs(one.share - one.chance) >= LIFT), key=_strength)
    return MinedOptions(len(items), len(items), 0, 0, held, Tested(len(items), len(known), number, len(held)))


def _simple(mark: Mark) -> tuple[int, Mark]:
    """Of marks that tell the same, a whole text before a length, and a single word last."""
    return (mark.kind != IS) + (mark.kind == HOLDS), mark


def _strength(one: OptionShortcut) -> tuple[float, Mark]:
    spread = np.sqrt(one.chance * (1 - one.chance) / one.found.items)
    return -abs(one.share - one.chance) / float(spread), one.mark


def marks(options: Sequence[str]) -> dict[Mark, int]:
    """The marks of one item's options, and the option that each singles out.

    Example:
        >>> {str(mark): place for mark, place in marks(["a red cat", "a dog"]).items()}["alone holds “dog”"]
        1
        >>> marks(["12", "7"])[LARGEST]
        0
    """
    words = [frozenset(split(option)) for option in options]
    found = _extremes([float(len(option)) for option in options], LONGEST, SHORTEST)
    if len(options) > 2:
        common = [
            sum(len(own & other) / max(len(own | other), 1) for at, other in enumerate(words) if at != place)
            for place, own in enumerate(words)
        ]
        found |= _extremes(common, LIKE, UNLIKE)
    if (numbers := _numbers(options)) is not None:
        found |= _extremes(numbers, LARGEST, SMALLEST)
    found |= {Mark(AT, letter): place for place, letter in enumerate(ascii_uppercase[: len(options)])}
    holders = Counter(word for own in words for word in own)
    openings = [
        [" ".join(said[:size]) for size in range(2, min(OPENING, len(said)) + 1)] for said in map(split, options)
    ]
    begun = Counter(opening for own in openings for opening in own)
    for place, (option, own) in enumerate(zip(options, words, strict=True)):
        text = option.lower()
        if len(text) <= TEXT:
            found[Mark(IS, text)] = place
        if len(own) > 1:
            found |= {Mark(HOLDS, word): place for word in own if holders[word] == 1}
        found |= {Mark(BEGINS, opening): place for opening in openings[place] if begun[opening] == 1}
    return found


def _extremes(values: Sequence[float], most: Mark, least: Mark) -> dict[Mark, int]:
    """Which option has the most and which the least, where it is one alone."""
    found = {}
    for mark, value in ((most, max(values)), (least, min(values))):
        if values.count(value) == 1:
            found[mark] = values.index(value)
    return found


def _numbers(options: Sequence[str]) -> list[float] | None:
    """The options as finite numbers; None where one is none."""
    if not all(NUMBER.fullmatch(option.strip()) for option in options):
        return None
    found = [float(option.replace(",", "")) for option in options]
    return found if all(map(np.isfinite, found)) else None


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
        known: dict[tuple[str, ...], dict[Mark, int]] = {}
        for row, (choices, answer) in enumerate(zip(items["choices"], items["answer"], strict=True)):
            options = tuple(map(str, choices))
            gold[row], count[row] = options.index(str(answer)), len(options)
            if options not in known:
                known[options] = marks(options)
            for mark, at in known[options].items():
                rows.setdefault(mark, []).append(row)
                place.setdefault(mark, []).append(at)
        group = codes(items["group"]).astype(np.int64)
        return cls(
            {mark: np.array(own) for mark, own in rows.items()},
            {mark: np.array(own) for mark, own in place.items()},
            gold, 1 / count, group,
        )  # fmt: skip

    def telling(self) -> list[Mark]:
        """Marks that stand out, the most telling first, without those that mostly repeat one before them."""
        scored = []
        for mark, rows in self.rows.items():
            if len(rows) < FEWEST:
                continue
            right, expected = (self.gold[rows] == self.place[mark]).mean(), self.chance[rows].mean()
            score = abs(right - expected) * np.sqrt(len(rows) / (expected * (1 - expected)))
            if abs(right - expected) >= LIFT and score >= ERRORS:
                scored.append((-round(float(score), 9), _simple(mark)))
        return self.news([mark for _, (_, mark) in sorted(scored)])

    def news(self, marks: Sequence[Mark]) -> list[Mark]:
        """Marks that do not mostly repeat one before them, at most so many as are tried."""
        taken: list[Mark] = []
        told: set[tuple[int, int]] = set()
        for mark in marks:
            own = set(zip(self.rows[mark].tolist(), self.place[mark].tolist(), strict=True))
            if len(own & told) <= KNOWN * len(own) and len(taken) < TRIED:
                taken.append(mark)
                told |= own | {(row, 1 - place) for row, place in own if self.chance[row] == 1 / 2}
        return taken

    def p_value(self, mark: Mark) -> tuple[float, float]:
        """Two-sided p-value of a mark against drawing an option, and the smallest that so many groups can reach."""
        rows = self.rows[mark]
        right, chance = self.gold[rows] == self.place[mark], float(self.chance[rows].mean())
        hit, miss = (len(np.unique(self.group[rows][one])) for one in (right, ~right))
        shown = hit + miss
        tails = binom.sf(hit - 1, shown, chance), binom.cdf(hit, shown, chance)
        return min(1.0, 2 * float(min(tails))), min(1.0, 2 * min(chance, 1 - chance) ** shown)

    def count(self, mark: Mark, confidence: float, interval: Interval = accuracy) -> OptionShortcut:
        """How often the marked option is right."""
        rows = self.rows.get(mark, np.zeros(0, dtype=np.int64))
        right = self.gold[rows] == self.place[mark] if len(rows) else np.zeros(0, dtype=np.bool_)
        expected = float(self.chance[rows].mean()) if len(rows) else float("nan")
        return OptionShortcut(mark, interval(right, self.group[rows], confidence), expected)
