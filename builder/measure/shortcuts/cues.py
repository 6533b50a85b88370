"""Cues: conditions on the wording of a question: how it begins, how it ends, which phrase it contains.

A cue depends on the text alone, and a reader can check it by eye. All cues that enough items share are computed at
once, as a sparse matrix of cues by texts. A phrase is considered only if its shorter beginning is frequent enough
(Agrawal and Srikant 1994: a longer phrase is never more frequent than its parts).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Ints = NDArray[np.int64]
BEGINS, ENDS, HOLDS = 4, 3, 3
"""Words of the longest beginning, ending and inner phrase."""
JOINED = tuple((begins, ends) for begins in (1, 2, 3) for ends in (1, 2))
"""Words of beginnings and endings that are combined in one cue."""
_WORD = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")


@dataclass(frozen=True, order=True)
class Cue:
    """A condition on a question's words; empty parts require nothing.

    Attributes:
        begins: First words of the question.
        ends: Last words of the question.
        holds: Consecutive words anywhere in the question.
    """

    begins: str = ""
    ends: str = ""
    holds: str = ""

    def __str__(self) -> str:
        """The condition, as a continuation of `questions that ...`."""
        parts = (("begin with", self.begins), ("end in", self.ends), ("contain", self.holds))
        return " and ".join(f"{verb} “{words}”" for verb, words in parts if words)

    def matches(self, text: str) -> bool:
        """Whether a question meets the condition.

        Example:
            >>> Cue(begins="is there", ends="red").matches("Is there a shape that is red?")
            True
        """
        words = split(text)
        begins, ends, holds = (part.split() for part in (self.begins, self.ends, self.holds))
        inside = any(words[at : at + len(holds)] == holds for at in range(len(words) - len(holds) + 1))
        apart = len(begins) + len(ends) <= len(words)
        return apart and words[: len(begins)] == begins and words[len(words) - len(ends) :] == ends and inside


def split(text: str) -> list[str]:
    """Return the words of a text in small letters, without punctuation."""
    return _WORD.findall(text.lower())


def cues(texts: Sequence[str], weights: Ints, support: int) -> tuple[list[Cue], csr_array]:
    """Find every cue that enough items share; of cues that match the same texts, only the shortest.

    Args:
        texts: Distinct questions.
        weights: (n,) number of items with each text; a text of weight 0 is matched but not counted.
        support: Fewest items of a cue.

    Returns:
        The cues, and a (cues, n) matrix with a one for each text that a cue matches.
    """
    phrases = _Texts([split(text) for text in texts], weights, support)
    names: dict[Cue, Ints] = {}
    seen: set[bytes] = set()
    for cue, rows in sorted(phrases.cues(), key=lambda pair: (_length(pair[0]), not pair[0].begins, pair[0])):
        mark = rows.tobytes()
        if mark not in seen:
            seen.add(mark)
            names[cue] = rows
    sizes = np.fromiter((len(rows) for rows in names.values()), dtype=np.int64, count=len(names))
    columns = np.concatenate(list(names.values())) if names else np.zeros(0, dtype=np.int64)
    pointers = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(sizes)])
    matrix = csr_array((np.ones(len(columns), dtype=np.int64), columns, pointers), shape=(len(names), len(texts)))
    return list(names), matrix


def _length(cue: Cue) -> float:
    """Words of a cue; a second condition counts as one more word, and a phrase without a place as one and a half."""
    parts = (cue.begins, cue.ends, cue.holds)
    return sum(len(part.split()) for part in parts) + sum(map(bool, parts)) - 1 + 1.5 * bool(cue.holds)


class _Texts:
    """Words of all texts as numbers, and the frequent phrases."""

    def __init__(self, words: Sequence[list[str]], weights: Ints, support: int) -> None:
        self.words, self.weights, self.support = words, weights, support
        self.lengths = np.array([len(of_text) for of_text in words], dtype=np.int64)
        width = max(1, int(self.lengths.max(initial=1)))
        codes: dict[str, int] = {}
        self.codes = np.full((len(words), width), -1, dtype=np.int64)
        for row, of_text in enumerate(words):
            self.codes[row, : len(of_text)] = [codes.setdefault(word, len(codes)) for word in of_text]
        self.vocabulary = len(codes)
        self.phrases = self._phrases()

    def _phrases(self) -> dict[int, Ints]:
        """Number of words -> (text, place) code of the phrase that starts there; -1 if it is rare or beyond the end."""
        phrases: dict[int, Ints] = {}
        for words in range(1, max(BEGINS, ENDS, HOLDS) + 1):
            if words == 1:
                joined = self.codes.copy()
            else:
                joined = np.full_like(self.codes, -1)
                head, last = phrases[words - 1][:, : 1 - words], self.codes[:, words - 1 :]
                whole = (head >= 0) & (last >= 0)
                joined[:, : 1 - words][whole] = (head * self.vocabulary + last)[whole]
            phrases[words] = self._frequent(joined)
        return phrases

    def _frequent(self, phrases: Ints) -> Ints:
        """Renumber phrases from 0; phrases in fewer items than `support` become -1."""
        row, place = np.nonzero(phrases >= 0)
        kept = np.full_like(phrases, -1)
        if len(row):
            _, code = np.unique(phrases[row, place], return_inverse=True)
            once = np.unique(code * np.int64(len(self.words)) + row)  # a text with a phrase twice counts once
            items = np.bincount(once // len(self.words), weights=self.weights[once % len(self.words)])
            kept[row, place] = np.where(items[code] >= self.support, code, -1)
        return kept

    def cues(self) -> Iterator[tuple[Cue, Ints]]:
        """Yield every frequent cue with the sorted texts that it matches."""
        rows = np.arange(len(self.words))
        first = {words: self.phrases[words][:, 0] for words in range(1, BEGINS + 1)}
        last = {
            words: np.where(self.lengths >= words, self.phrases[words][rows, np.maximum(self.lengths - words, 0)], -1)
            for words in range(1, ENDS + 1)
        }
        for words, codes in first.items():
            yield from self._named(codes, rows, words, 0)
        for words, codes in last.items():
            yield from self._named(codes, rows, 0, words)
        for begins, ends in JOINED:
            both = (first[begins] >= 0) & (last[ends] >= 0) & (self.lengths >= begins + ends)
            top = int(last[ends].max(initial=0)) + 1
            yield from self._named(np.where(both, first[begins] * top + last[ends], -1), rows, begins, ends)
        for words in range(1, HOLDS + 1):
            inside, place = np.nonzero(self.phrases[words] >= 0)
            yield from self._named(self.phrases[words][inside, place], inside, 0, 0, place, words)

    def _named(
        self, codes: Ints, rows: Ints, begins: int, ends: int, place: Ints | None = None, holds: int = 0
    ) -> Iterator[tuple[Cue, Ints]]:
        """Group texts by code, and yield the common cue of each group."""
        coded = np.flatnonzero(codes >= 0)
        if not len(coded):
            return
        order = coded[np.argsort(codes[coded], kind="stable")]
        for group in np.split(order, np.flatnonzero(np.diff(codes[order])) + 1):
            texts = np.unique(rows[group])
            if int(self.weights[texts].sum()) >= self.support:
                words = self.words[rows[group[0]]]
                at = 0 if place is None else int(place[group[0]])
                parts = words[:begins], words[len(words) - ends :], words[at : at + holds]
                yield Cue(*map(" ".join, parts)), texts.astype(np.int64)
