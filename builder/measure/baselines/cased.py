"""Text as published, with letter case, marks and spaces, which lower-casing hides from other families."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_array

from twokeys.builder.measure.baselines.baseline import Baseline
from twokeys.builder.measure.baselines.problem import Counts, Floats, Ints, Problem
from twokeys.builder.measure.baselines.screening import screened

FEATURES = 2**18
CHARACTERS = 4
"""Longest n-gram of characters."""
EDGE = 3
"""First and last words of a text whose places are features."""
LONGEST = 1_000
"""Characters of a text that are read at most."""
_WORD = re.compile(r"\w+|[^\w\s]|\s{2,}")


class Cased(Baseline):
    """Screened n-grams of words and characters in their own letter case, by logistic regression."""

    name = "cased"
    views = ("question", "choices")
    needs = "minutes"

    def predict(self, problem: Problem, train: Counts, test: Ints, seed: int) -> Floats:
        """Screen and fit on the training contents."""
        contents = np.unique(train.content)
        X, X_test = (grams([problem.text[content] for content in rows]) for rows in (contents, test))
        return screened(X, train, X_test, seed)


def grams(texts: Sequence[str]) -> csr_array:
    """(n, `FEATURES`) which hashed n-grams occur in each text; no vocabulary is learned."""
    rows = [_numbers(text) for text in texts]
    ends = np.cumsum([0, *map(len, rows)])
    indices = np.concatenate(rows) if rows else np.zeros(0, dtype=np.int32)
    return csr_array((np.ones(len(indices), dtype=np.float32), indices, ends), shape=(len(texts), FEATURES))


@lru_cache(maxsize=50_000)
def _numbers(text: str) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    hashes = {zlib.crc32(gram.encode("utf-8", "replace")) % FEATURES for gram in _grams(text[:LONGEST])}
    return np.array(sorted(hashes), dtype=np.int32)


def _grams(text: str) -> Iterator[str]:
    """Yield words, pairs of neighbouring words, words with their places, and n-grams of characters.

    Example:
        >>> " | ".join(gram for gram in _grams("A b?") if gram[0] != "c")
        'w A | 0 A | -3 A | w b | 1 b | -2 b | w ? | 2 ? | -1 ? | p A b | p b ?'
    """
    words = _WORD.findall(text)
    for place, word in enumerate(words):
        yield f"w {word}"
        if place < EDGE:
            yield f"{place} {word}"
        if len(words) - place <= EDGE:
            yield f"{place - len(words)} {word}"
    for first, second in pairwise(words):
        yield f"p {first} {second}"
    marked = f"\x02{text}\x03"
    for length in range(1, CHARACTERS + 1):
        for start in range(len(marked) - length + 1):
            yield f"c {marked[start : start + length]}"
