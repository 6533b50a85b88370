"""Shortcuts in words: wordings of questions that reveal answers, searched on one half and counted on the other.

Among thousands of wordings some fit any answers by luck, and wordings that are chosen because they fit best look better
than they are. So groups of items are dealt into two halves. One half is searched. The score of a cue
(`twokeys.builder.measure.shortcuts.cues`) is how far the count of its most frequent answer exceeds the expected count,
in standard errors. Shortcuts are taken best first, until no cue adds anything. The other half, which the search never
saw, gives every reported number. Its intervals hold for all shortcuts at once (Bonferroni over the shortcuts that were
tried there) and generalise to other groups of items with the same questions. A shortcut holds if its interval lies
above the expected share. The accuracy of all shortcuts together includes those that do not hold: leaving some out would
amount to a search of the other half.

The expected share is the largest of three: the share of the answer among all items of the type; the accuracy of a guess
among the answers that occur with the cue (`which shape` reveals that a shape is asked for, which is no bias), or among
the options of each item if there are some; and, in the search, the share that earlier shortcuts already predict.

An answer type with few items is not halved: exact tests use all of them
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
"""Most items that are searched; of more items a seeded sample, which limits time and memory."""
FEWEST = 15
"""Fewest items of a cue in the half that is searched."""
LIFT = 0.10
"""Smallest excess of the answer's share over the share that is expected without any shortcut."""
NO_ITEMS = Accuracy(0, 0, float("nan"), float("nan"))
"""The accuracy on no items."""
GAIN = 0.05
"""Smallest excess over the share that earlier shortcuts predict."""
COUNTED = 10
"""Fewest items of a cue in the other half."""
ERRORS = 3.0
"""Standard errors by which a shortcut must exceed the expected count in the half that is searched."""
TRIED = 24
"""Most shortcuts that are counted on the other half."""


@dataclass(frozen=True)
class Shortcut:
    """A cue that reveals an answer, counted on the half that was not searched.

    Attributes:
        cue: The common wording of the questions.
        answer: The answer.
        answer_type: The answer type.
        found: The count, with an interval that holds for all shortcuts at once.
        usual: Share of the answer among all items of the type; if items have options, the share that follows from how
            often the answer is offered.
        answers: Number of different answers that occur with the cue there.
        drawn: How often a random option of each item is the answer; None if items have no options.
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
        """The share that is expected without a shortcut."""
        return max(self.usual, guess(self.answers) if self.drawn is None else self.drawn)

    @property
    def holds(self) -> bool:
        """Whether the whole interval lies above the expected share, and the excess is worth a sentence."""
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
        """Excess over the expected share in standard errors, for ordering."""
        spread = np.sqrt(max(self.expected * (1 - self.expected), 1e-9))
        return float((self.share - self.expected) * np.sqrt(self.found.items) / spread) if self.found.items else 0.0


@dataclass(frozen=True)
class Mined:
    """Shortcuts in the wordings of a set.

    Attributes:
        items: Number of items that were used.
        halved: Items of answer types that were halved.
        searched: Items in the half that was searched.
        tried: Shortcuts that were counted on the other half.
        shortcuts: Shortcuts that hold there, strongest first.
        together: Accuracy on the other half of all shortcuts that were tried; if none applies, the most frequent answer
            is given. Shortcuts and frequencies are those of the searched half.
        chance: Accuracy on the other half without any look at the question.
        tested: The exact tests on answer types that are too small for halves; None if there are none.
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
        confidence: Confidence of all intervals together.
        seed: Seed of the halves and of the sample.
    """
    if len(items) > MOST_ITEMS:
        drawn = np.random.default_rng(seed).choice(len(items), MOST_ITEMS, replace=False)
        items = items.iloc[np.sort(drawn)]
    items = _narrow(items)
    few = items["answer_type"].map(items["answer_type"].value_counts()).to_numpy(dtype=np.int64) < SMALL
    if items["group"].nunique() < 2:
        return Mined(len(items), 0, 0, 0, [], NO_ITEMS, float("nan"))
    alpha = 1 - confidence  # for each of both methods
    significant, tested = _tested(items[few], alpha) if few.any() else ([], None)
    mined = _halved(items[~few], alpha, seed)
    held = sorted([*significant, *mined.shortcuts], key=lambda each: (-each.strength, each.cue, each.answer))
    return replace(mined, items=len(items), shortcuts=held, tested=tested)


def _tested(items: pd.DataFrame, alpha: float) -> tuple[list[Shortcut], Tested]:
    """Return shortcuts of answer types that are too small for halves, counted on all of their items."""
    hits, tested = wordings(items, alpha)
    level = 1 - alpha / max(tested.able, 1)
    counted = [count(items, hit.cue, hit.answer, hit.answer_type, level, exact) for hit in hits]
    held = [shortcut for shortcut in counted if shortcut.share - shortcut.expected >= LIFT]
    return held, replace(tested, held=len(held))


def _halved(items: pd.DataFrame, alpha: float, seed: int) -> Mined:
    """Search one half of the groups, and count on the other half."""
    if items["group"].nunique() < 2:
        return Mined(len(items), 0, 0, 0, [], NO_ITEMS, float("nan"))
    half = fold_of(items["group"], 2, seed)
    searched, other = items[half == 0], items[half == 1]
    candidates = [
        shortcut
        for kind, part in searched.groupby("answer_type", observed=True, sort=True)
        for shortcut in _search(part, str(kind))
    ]
    taken = sorted(candidates, key=lambda each: (-each.score, each.cue, each.answer))[:TRIED]
    level = 1 - alpha / max(len(taken), 1)
    counted = [count(other, each.cue, each.answer, each.answer_type, level) for each in taken]
    held = [shortcut for shortcut in counted if shortcut.holds]
    right = _answered(searched, other, taken) == other["compared"].to_numpy(dtype=object)
    together = accuracy(right, codes(other["group"]).astype(np.int64), 1 - alpha)
    return Mined(len(items), len(items), len(searched), len(taken), held, together, chance(other, "question"))


def count(
    items: pd.DataFrame, cue: Cue, answer: str, answer_type: str, confidence: float, interval: Interval = accuracy
) -> Shortcut:
    """Count the answer of a cue on items."""
    of_type = (items["answer_type"] == answer_type).to_numpy(dtype=bool)
    right = (items["compared"] == answer).to_numpy(dtype=bool)
    inside = matching(items["question"], cue) & of_type
    counted = interval(right[inside], codes(items["group"][inside]).astype(np.int64), confidence)
    answers = items["compared"][inside].nunique()
    options = items["choices"].map(len).to_numpy(dtype=np.int64)
    if not inside.any() or not (options[of_type] > 0).all():
        usual = float(right[of_type].mean()) if of_type.any() else float("nan")
        return Shortcut(cue, answer, answer_type, counted, usual, answers)
    offered = of_type & np.array([answer in choices for choices in items["choices"]], dtype=bool)
    drawn = offered / np.maximum(options, 1)
    usual = float(right[offered].mean() * offered[inside].mean()) if offered.any() else 0.0
    return Shortcut(cue, answer, answer_type, counted, usual, answers, float(drawn[inside].mean()))


def guess(answers: int) -> float:
    """Accuracy of a guess among some answers; there are at least two, even if only one occurs."""
    return 1 / max(answers, 2)


def matching(questions: pd.Series[str], cue: Cue) -> NDArray[np.bool_]:
    """(n,) which questions match a cue."""
    text, texts = pd.factorize(questions)
    return np.fromiter(map(cue.matches, texts), dtype=bool, count=len(texts))[text]


def _narrow(items: pd.DataFrame) -> pd.DataFrame:
    """Return the columns that are needed, with every text stored once."""
    texts = dict.fromkeys(("question", "compared", "answer_type", "group"), "category")
    return items[[*texts, "choices"]].astype(texts).reset_index(drop=True)


def _answered(searched: pd.DataFrame, other: pd.DataFrame, taken: list[Taken]) -> NDArray[np.object_]:
    """Answer the other half by the shortcut with the highest share, or by the most frequent answer if none applies.

    Shares and frequencies are those of the searched half; the answers of the other half are not read.
    """
    given = np.full(len(other), None, dtype=object)
    for kind, part in searched.groupby("answer_type", observed=True, sort=True):
        of_kind = [shortcut.cue for shortcut in taken if shortcut.answer_type == kind]
        rest = part[~np.any([matching(part["question"], cue) for cue in of_kind], axis=0)] if of_kind else part
        counts = (rest if len(rest) else part)["compared"].value_counts().sort_index()
        given[(other["answer_type"] == kind).to_numpy(dtype=bool)] = counts.idxmax()
    for shortcut in sorted(taken, key=lambda each: (each.share, each.score)):
        of_type = (other["answer_type"] == shortcut.answer_type).to_numpy(dtype=bool)
        given[matching(other["question"], shortcut.cue) & of_type] = shortcut.answer
    return given


# ------------------------------------------------------------------------------------------------------- search


@dataclass(frozen=True)
class Taken:
    """A shortcut with the numbers of the searched half.

    Attributes:
        cue: The common wording of the questions.
        answer: The most frequent answer to these questions.
        answer_type: The answer type that was searched.
        score: Standard errors by which the answer exceeded the expected count when the shortcut was taken.
        share: Share of the answer among items with the cue.
    """

    cue: Cue
    answer: str
    answer_type: str
    score: float
    share: float


def _search(part: pd.DataFrame, kind: str) -> Iterator[Taken]:
    """Yield shortcuts of one answer type, best first."""
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
        # Scores only fall as shortcuts are taken, so a cue that is still the best after a recount is the best of all.
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
    """(texts, answers) numbers of items that offer an answer, and of hits by random options; None without options."""
    if not part["choices"].map(len).all():
        return None
    code = {answer: number for number, answer in enumerate(answers)}
    cells = [
        (row, code[option], 1 / len(choices))
        for row, choices in zip(text, part["choices"], strict=True)
        for option in choices
        if option in code
    ]
    rows, columns, drawn = (np.array(column) for column in zip(*cells, strict=True))
    shape = (int(text.max()) + 1, len(answers))
    return csr_array((np.ones(len(rows)), (rows, columns)), shape=shape), csr_array(
        (drawn, (rows, columns)), shape=shape
    )


@dataclass
class _Search:
    """The expected share of every cue's answer, given the shortcuts that were taken.

    Attributes:
        matrix: (cues, texts) a one for each text that a cue matches.
        asked: (texts,) number of items with each text.
        counts: (texts, answers) number of items by text and answer.
        usual: (answers,) share of each answer in the type.
        offers: The result of `_offers`; None if items have no options.
        expected: Answer of a shortcut that was taken -> (texts,) expected share of the answer.
    """

    matrix: csr_array
    asked: Ints
    counts: csr_array
    usual: Floats
    offers: tuple[csr_array, csr_array] | None = None
    expected: dict[int, Floats] = field(default_factory=dict)

    def __post_init__(self) -> None:
        by_cue = csr_array(self.matrix @ self.counts)
        self.items = np.asarray(self.matrix @ self.asked, dtype=np.float64)
        self.top = np.zeros(len(self.items), dtype=np.int64)
        self.hits = np.zeros(len(self.items))
        self.guess = np.array([guess(int(answers)) for answers in np.diff(by_cue.indptr)])
        for cue in range(len(self.items)):
            inside = slice(by_cue.indptr[cue], by_cue.indptr[cue + 1])
            answers, numbers = by_cue.indices[inside], by_cue.data[inside]
            # Among equally frequent answers, the answer that is rarest in the type, then the first by name.
            order = np.lexsort((answers, self.usual[answers], -numbers))
            self.top[cue], self.hits[cue] = answers[order[0]], numbers[order[0]]
        self.least = np.maximum(self.usual[self.top], self.guess)
        if self.offers is not None:
            offered, drawn = (csr_array(self.matrix @ table) for table in self.offers)
            rate = self.usual * self.asked.sum() / np.maximum(self.offers[0].sum(axis=0), 1)
            rows = np.arange(len(self.items))
            offered_share, drawn_share = (
                np.asarray(table[rows, self.top]).ravel() / np.maximum(self.items, 1) for table in (offered, drawn)
            )
            self.least = np.maximum(offered_share * rate[self.top], drawn_share)

    def score(self, cue: int) -> float:
        """Standard errors by which a cue's answer exceeds the expected count; 0 if the excess is too small."""
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
        """Take a shortcut: its share becomes an expected share."""
        answer = int(self.top[cue])
        texts = self.matrix.indices[self.matrix.indptr[cue] : self.matrix.indptr[cue + 1]]
        share = self.expected.setdefault(answer, np.full(len(self.asked), self.usual[answer]))
        share[texts] = np.maximum(share[texts], self.hits[cue] / self.items[cue])
