"""Shortcuts in words: what a question's wording gives away about its answer, found on one half, counted on the other.

Of thousands of wordings some fit any answers by luck, and the ones that are picked because they fit best look better
than they are. So groups of items are dealt into two halves. One is searched: a cue
(`twokeys.builder.measure.shortcuts.cues`) and its most frequent answer score by how far the answer's count exceeds what
is expected, in standard errors; shortcuts are taken best first until none is left that adds anything. The other half,
which the search never saw, gives every number that is reported, with intervals that hold for all of them at once
(Bonferroni over the shortcuts that were tried there) and speak of other groups of items that are asked the same. A
shortcut holds when its interval lies above what is expected. How well they answer together is told of all that were
taken, whether they hold or not: to leave some out would be to search the other half, too.

Expected is the largest of three shares: of the answer among all items of the type; of guessing among the answers that
occur with the cue, since `which shape` tells that a shape is asked for, which is no bias, or of drawing among each
item's own options where there are some; and, in the search, what the shortcuts taken before it say already.

An answer type with few items is not halved: exact tests look at all of them
(`twokeys.builder.measure.shortcuts.small`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from heapq import heapify, heappop, heapreplace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from twokeys.builder.measure.shortcuts.cues import Cue, cues
from twokeys.builder.measure.shortcuts.small import SMALL, Tested, wordings
from twokeys.core.ceilings import codes
from twokeys.core.folds import fold_of
from twokeys.core.intervals.accuracy import Accuracy, accuracy, chance
from twokeys.core.intervals.exact import exact

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Interval = Callable[[NDArray[np.bool_], Ints, float], Accuracy]
MOST_ITEMS = 200_000
"""Items that are searched; of more, a seeded sample, so that time and memory stop growing."""
FEWEST = 15
"""Items of a cue in the half that is searched."""
LIFT = 0.10
"""Least excess of the answer's share over what is expected without any shortcut."""
NOBODY = Accuracy(0, 0, float("nan"), float("nan"))
"""The accuracy on no items."""
GAIN = 0.05
"""Least excess over what the shortcuts taken before it let expect."""
COUNTED = 10
"""Fewest items of a cue in the other half."""
ERRORS = 3.0
"""Standard errors by which a shortcut must exceed expectation in the half that is searched."""
TRIED = 24
"""Shortcuts that are counted on the other half at most."""


@dataclass(frozen=True)
class Shortcut:
    """A cue that gives an answer away, counted on the half that was not searched.

    Attributes:
        cue: What the questions have in common.
        answer: What they are answered.
        answer_type: The answer type that it was found in.
        found: The count, with an interval that holds for all shortcuts at once.
        usual: The answer's share among all items of the type, on the same items; where items have options, the share
            that items which offer the answer let expect.
        answers: Different answers that occur with the cue, there.
        drawn: How often an option drawn from each item's own is the answer; None where items have no options.
    """

    cue: Cue
    answer: str
    answer_type: str
    found: Accuracy
    usual: float
    answers: int
    drawn: float | None = None

    @property
    def share(self) -> float:
        """Share of the answer among items with the cue."""
        return self.found.right / self.found.items if self.found.items else float("nan")

    @property
    def expected(self) -> float:
        """The share that needs no shortcut."""
        return max(self.usual, guess(self.answers) if self.drawn is None else self.drawn)

    @property
    def holds(self) -> bool:
        """Whether the whole interval lies above what is expected, and the excess is worth a sentence."""
        enough = self.found.items >= COUNTED and self.share - self.expected >= LIFT
        return enough and self.found.low > self.expected

    def json(self) -> dict[str, object]:
        """The shortcut as JSON values, in the words of the report and in numbers."""
        return {
            "questions_that": str(self.cue),
            "answer": self.answer,
            "answer_type": self.answer_type,
            "right": self.found.right,
            "items": self.found.items,
            "interval": [round(self.found.low, 6), round(self.found.high, 6)],
            "expected": round(self.expected, 6),
        }

    @property
    def strength(self) -> float:
        """Excess over what is expected, in its standard errors: for ordering."""
        spread = np.sqrt(max(self.expected * (1 - self.expected), 1e-9))
        return float((self.share - self.expected) * np.sqrt(self.found.items) / spread) if self.found.items else 0.0


@dataclass(frozen=True)
class Mined:
    """What was mined.

    Attributes:
        items: Items that were looked at.
        halved: Those in answer types that were halved.
        searched: Items in the half that was searched.
        tried: Shortcuts that were counted on the other half.
        shortcuts: Those that hold there, strongest first.
        together: Accuracy on the other half of answering by all shortcuts that were tried, and where none applies by
            what is most frequent, all as the searched half has it.
        chance: The accuracy that needs no look at the question, on the other half.
        tested: What exact tests looked at: all items of answer types that are too small to be halved; None if none is.
    """

    items: int
    halved: int
    searched: int
    tried: int
    shortcuts: list[Shortcut]
    together: Accuracy
    chance: float
    tested: Tested | None = None


def mine(items: pd.DataFrame, confidence: float = 0.95, seed: int = 0) -> Mined:
    """Mine shortcuts.

    Args:
        items: Item table with `question`, `compared`, `answer_type`, `choices` and `group`.
        confidence: Of all intervals together.
        seed: Of the deal into halves, and of the sample.
    """
    if len(items) > MOST_ITEMS:
        drawn = np.random.default_rng(seed).choice(len(items), MOST_ITEMS, replace=False)
        items = items.iloc[np.sort(drawn)]
    items = _narrow(items)
    few = items["answer_type"].map(items["answer_type"].value_counts()).to_numpy(dtype=np.int64) < SMALL
    if items["group"].nunique() < 2:
        return Mined(len(items), 0, 0, 0, [], NOBODY, float("nan"))
    alpha = 1 - confidence  # of each way of looking by itself
    found, tested = _tested(items[few], alpha) if few.any() else ([], None)
    mined = _halved(items[~few], alpha, seed)
    held = sorted([*found, *mined.shortcuts], key=lambda one: (-one.strength, one.cue, one.answer))
    return replace(mined, items=len(items), shortcuts=held, tested=tested)


def _tested(items: pd.DataFrame, alpha: float) -> tuple[list[Shortcut], Tested]:
    """Shortcuts of answer types that are too small to be halved, counted on all of their items."""
    hits, tested = wordings(items, alpha)
    level = 1 - alpha / max(tested.able, 1)
    counted = [count(items, hit.cue, hit.answer, hit.answer_type, level, exact) for hit in hits]
    held = [one for one in counted if one.share - one.expected >= LIFT]
    return held, replace(tested, held=len(held))


def _halved(items: pd.DataFrame, alpha: float, seed: int) -> Mined:
    """Search one half of the groups, and count on the other one."""
    if items["group"].nunique() < 2:
        return Mined(len(items), 0, 0, 0, [], NOBODY, float("nan"))
    half = fold_of(items["group"], 2, seed)
    searched, other = items[half == 0], items[half == 1]
    found = [
        one
        for kind, part in searched.groupby("answer_type", observed=True, sort=True)
        for one in _search(part, str(kind))
    ]
    taken = sorted(found, key=lambda one: (-one.score, one.cue, one.answer))[:TRIED]
    level = 1 - alpha / max(len(taken), 1)
    counted = [count(other, one.cue, one.answer, one.answer_type, level) for one in taken]
    held = [one for one in counted if one.holds]
    right = _answered(searched, other, taken) == other["compared"].to_numpy(dtype=object)
    together = accuracy(right, codes(other["group"]).astype(np.int64), 1 - alpha)
    return Mined(len(items), len(items), len(searched), len(taken), held, together, chance(other, "question"))


def count(
    items: pd.DataFrame, cue: Cue, answer: str, answer_type: str, confidence: float, interval: Interval = accuracy
) -> Shortcut:
    """Count a cue's answer on items."""
    of_type = (items["answer_type"] == answer_type).to_numpy(dtype=bool)
    right = (items["compared"] == answer).to_numpy(dtype=bool)
    inside = matching(items["question"], cue) & of_type
    found = interval(right[inside], codes(items["group"][inside]).astype(np.int64), confidence)
    answers = items["compared"][inside].nunique()
    options = items["choices"].map(len).to_numpy(dtype=np.int64)
    if not inside.any() or not (options[of_type] > 0).all():
        usual = float(right[of_type].mean()) if of_type.any() else float("nan")
        return Shortcut(cue, answer, answer_type, found, usual, answers)
    offered = of_type & np.array([answer in own for own in items["choices"]], dtype=bool)
    drawn = offered / np.maximum(options, 1)
    usual = float(right[offered].mean() * offered[inside].mean()) if offered.any() else 0.0
    return Shortcut(cue, answer, answer_type, found, usual, answers, float(drawn[inside].mean()))


def guess(answers: int) -> float:
    """Share that guessing among so many answers gets right; where but one occurs, there could have been another."""
    return 1 / max(answers, 2)


def matching(questions: pd.Series[str], cue: Cue) -> NDArray[np.bool_]:
    """Which questions have a cue, (n,)."""
    text, texts = pd.factorize(questions)
    return np.fromiter(map(cue.matches, texts), dtype=bool, count=len(texts))[text]


def _narrow(items: pd.DataFrame) -> pd.DataFrame:
    """What is read of the items, every text once."""
    texts = dict.fromkeys(("question", "compared", "answer_type", "group"), "category")
    return items[[*texts, "choices"]].astype(texts).reset_index(drop=True)


def _answered(searched: pd.DataFrame, other: pd.DataFrame, taken: list[Taken]) -> NDArray[np.object_]:
    """Answer the other half: by the shortcut of the highest share, or by what is most frequent where none applies.

    Shares and frequencies are those of the searched half; no answer of the other half is read.
    """
    given = np.full(len(other), None, dtype=object)
    for kind, part in searched.groupby("answer_type", observed=True, sort=True):
        told = [one.cue for one in taken if one.answer_type == kind]
        rest = part[~np.any([matching(part["question"], cue) for cue in told], axis=0)] if told else part
        counts = (rest if len(rest) else part)["compared"].value_counts().sort_index()
        given[(other["answer_type"] == kind).to_numpy(dtype=bool)] = counts.idxmax()
    for one in sorted(taken, key=lambda one: (one.share, one.score)):
        inside = matching(other["question"], one.cue) & (other["answer_type"] == one.answer_type).to_numpy(dtype=bool)
        given[inside] = one.answer
    return given


# ------------------------------------------------------------------------------------------------------- search


@dataclass(frozen=True)
class Taken:
    """A shortcut as the searched half has it.

    Attributes:
        cue: What the questions have in common.
        answer: Their most frequent answer there.
        answer_type: The answer type that was searched.
        score: Standard errors by which the answer exceeded expectation when it was taken.
        share: Share of the answer among items with the cue.
    """

    cue: Cue
    answer: str
    answer_type: str
    score: float
    share: float


def _search(part: pd.DataFrame, kind: str) -> Iterator[Taken]:
    """Take shortcuts of one answer type, best first."""
    text, texts = pd.factorize(part["question"])
    answer, answers = pd.factorize(part["compared"].astype(object), sort=True)
    asked = np.bincount(text, minlength=len(texts)).astype(np.int64)
    names, matrix = cues(list(texts), asked, FEWEST)
    if not names:
        return
    counts = csr_array((np.ones(len(part), dtype=np.int64), (text, answer)), shape=(len(texts), len(answers)))
    search = _Search(
        matrix, asked, counts, np.bincount(answer) / len(part), _offers(part, text, list(map(str, answers)))
    )
    queue = [(-search.score(cue), names[cue], cue) for cue in range(len(names))]
    queue = [entry for entry in queue if entry[0] < 0]
    heapify(queue)
    taken = 0
    while queue and taken < TRIED:
        # Scores only fall as shortcuts are taken, so one that is still the best after a recount is the best.
        score, name, cue = queue[0]
        fresh = -search.score(cue)
        if fresh >= 0:
            heappop(queue)
        elif fresh > score + 1e-9:
            heapreplace(queue, (fresh, name, cue))
        else:
            heappop(queue)
            search.take(cue)
            taken += 1
            share = float(search.hits[cue] / search.items[cue])
            yield Taken(name, str(answers[search.top[cue]]), kind, -score, share)


def _offers(part: pd.DataFrame, text: Ints, answers: Sequence[str]) -> tuple[csr_array, csr_array] | None:
    """(texts, answers) items that offer an answer, and how often an option drawn from each is it; None: no options."""
    if not part["choices"].map(len).all():
        return None
    code = {answer: number for number, answer in enumerate(answers)}
    cells = [
        (row, code[option], 1 / len(own))
        for row, own in zip(text, part["choices"], strict=True)
        for option in own
        if option in code
    ]
    rows, columns, drawn = (np.array(column) for column in zip(*cells, strict=True))
    shape = (int(text.max()) + 1, len(answers))
    return csr_array((np.ones(len(rows)), (rows, columns)), shape=shape), csr_array(
        (drawn, (rows, columns)), shape=shape
    )


@dataclass
class _Search:
    """What is expected of every cue's answer, given what was taken.

    Attributes:
        matrix: (cues, texts) ones where a cue holds.
        asked: (texts,) items that ask each text.
        counts: (texts, answers) items by text and answer.
        usual: (answers,) share of each answer in the type.
        offers: What items offer, as `_offers` has it; None where they have no options.
        expected: Answer -> (texts,) share that is expected of it, where a shortcut to it was taken.
    """

    matrix: csr_array
    asked: Ints
    counts: csr_array
    usual: Floats
    offers: tuple[csr_array, csr_array] | None = None
    expected: dict[int, Floats] = field(default_factory=dict)

    def __post_init__(self) -> None:
        found = csr_array(self.matrix @ self.counts)
        self.items = np.asarray(self.matrix @ self.asked, dtype=np.float64)
        self.top = np.zeros(len(self.items), dtype=np.int64)
        self.hits = np.zeros(len(self.items))
        self.guess = np.array([guess(int(answers)) for answers in np.diff(found.indptr)])
        for cue in range(len(self.items)):
            inside = slice(found.indptr[cue], found.indptr[cue + 1])
            # Of answers that are equally frequent, the one that is rarer elsewhere, then the first by name.
            order = np.lexsort((found.indices[inside], self.usual[found.indices[inside]], -found.data[inside]))
            self.top[cue], self.hits[cue] = found.indices[inside][order[0]], found.data[inside][order[0]]
        self.least = np.maximum(self.usual[self.top], self.guess)
        if self.offers is not None:
            offered, drawn = (csr_array(self.matrix @ one) for one in self.offers)
            rate = self.usual * self.asked.sum() / np.maximum(self.offers[0].sum(axis=0), 1)
            rows = np.arange(len(self.items))
            there = [np.asarray(one[rows, self.top]).ravel() / np.maximum(self.items, 1) for one in (offered, drawn)]
            self.least = np.maximum(there[0] * rate[self.top], there[1])

    def score(self, cue: int) -> float:
        """Standard errors by which a cue's answer exceeds expectation; 0 where that is too little to be taken."""
        answer, items = int(self.top[cue]), self.items[cue]
        least = float(self.least[cue])
        if self.hits[cue] / items - least < LIFT:
            return 0.0
        mean, variance = items * least, items * least * (1 - least)
        if answer in self.expected:
            texts = self.matrix.indices[self.matrix.indptr[cue] : self.matrix.indptr[cue + 1]]
            asked, share = self.asked[texts], np.maximum(self.expected[answer][texts], least)
            mean, variance = float((asked * share).sum()), float((asked * share * (1 - share)).sum())
        excess = self.hits[cue] - mean
        score = float(excess / np.sqrt(max(variance, 1.0)))
        return score if excess >= GAIN * items and score >= ERRORS else 0.0

    def take(self, cue: int) -> None:
        """Expect from now on what this shortcut says."""
        answer = int(self.top[cue])
        texts = self.matrix.indices[self.matrix.indptr[cue] : self.matrix.indptr[cue + 1]]
        share = self.expected.setdefault(answer, np.full(len(self.asked), self.usual[answer]))
        share[texts] = np.maximum(share[texts], self.hits[cue] / self.items[cue])
