"""The minimal-pair lexicon: substitutions of a single phrase that flip answers, learned from the corpus itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twokeys.core.intervals.accuracy import wilson

Ints = NDArray[np.int64]
PHRASE = 3
"""Largest number of words of a phrase."""


@dataclass(frozen=True, slots=True)
class Substitution:
    """A phrase that may replace another phrase, and how often this flipped the answer about the same image.

    Attributes:
        before: The phrase in the annotated question; lower-case words with single spaces.
        after: The phrase that replaces it.
        support: Number of pairs of annotated items about the same image whose questions differ only by this
            substitution.
        flips: Number of these pairs whose answers differ.
        low: Lower end of the Wilson interval of `flips / support`.
    """

    before: str
    after: str
    support: int
    flips: int
    low: float

    @property
    def confidence(self) -> float:
        """Share of pairs whose answers differ."""
        return self.flips / self.support


def learn(items: pd.DataFrame, support: int, confidence: float) -> tuple[Substitution, ...]:
    """Learn substitutions from the questions that annotators asked about the same image.

    Args:
        items: Item table with `image_key`, `question`, `question_key`, `choices`, `answer`, `answer_source`; only
            annotated open questions are learned from.
        support: Smallest number of pairs of a substitution.
        confidence: Smallest `low` of a substitution.

    Returns:
        Substitutions in both directions, the most frequent flips first.
    """
    annotated = items[(items["choices"].map(len) == 0) & (items["answer_source"] == "annotated")]
    annotated = annotated.drop_duplicates(["image_key", "question_key"])
    code, keys = pd.factorize(annotated["question_key"], sort=True)
    texts = annotated.drop_duplicates("question_key").set_index("question_key")["question"]
    tokens = [words(str(texts[key])) for key in keys]
    counts: dict[tuple[str, str], tuple[int, int]] = {}
    image, answer = (pd.factorize(annotated[name], sort=True)[0] for name in ("image_key", "answer"))
    for first, second, pairs, flips in _question_pairs(image, code, answer):
        if (each := substitution(tokens[first], tokens[second])) is None:
            continue
        for way in (each, each[::-1]):
            seen = counts.get(way, (0, 0))
            counts[way] = (seen[0] + pairs, seen[1] + flips)
    learned = [
        Substitution(before, after, pairs, flips, wilson(flips / pairs, pairs)[0])
        for (before, after), (pairs, flips) in counts.items()
        if pairs >= support
    ]
    kept = [each for each in learned if each.low >= confidence]
    return tuple(sorted(kept, key=lambda each: (-each.flips, each.before, each.after)))


def words(question: str) -> tuple[str, ...]:
    """Lower-case words of a question, without the mark at its end."""
    return tuple(question.lower().rstrip("?.! ").split())


def substitution(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, str] | None:
    """The single phrase by which two questions differ; None if they differ in more, or a phrase is empty or long.

    Example:
        >>> substitution(("is", "it", "a", "red", "shape"), ("is", "it", "a", "blue", "shape"))
        ('red', 'blue')
    """
    shorter = min(len(first), len(second))
    start = next((i for i in range(shorter) if first[i] != second[i]), shorter)
    end = next((i for i in range(shorter - start) if first[-1 - i] != second[-1 - i]), shorter - start)
    before, after = first[start : len(first) - end], second[start : len(second) - end]
    if not 0 < len(before) <= PHRASE or not 0 < len(after) <= PHRASE or start + end == 0:
        return None
    return " ".join(before), " ".join(after)


def _question_pairs(image: Ints, question: Ints, answer: Ints) -> Iterator[tuple[int, int, int, int]]:
    """Pairs of questions about the same image: both codes, number of images, number of images with other answers."""
    order = np.lexsort((question, image))
    image, question, answer = image[order], question[order], answer[order]
    lower, upper, flips = [], [], []
    for step in range(1, int(np.bincount(image).max(initial=0))):
        same = np.flatnonzero(image[step:] == image[:-step])
        if not len(same):
            break
        lower.append(question[same])
        upper.append(question[same + step])
        flips.append(answer[same] != answer[same + step])
    if not lower:
        return
    size = int(question.max()) + 1
    pair, index, count = np.unique(
        np.concatenate(lower) * size + np.concatenate(upper), return_inverse=True, return_counts=True
    )
    flipped = np.bincount(index, weights=np.concatenate(flips)).astype(np.int64)
    yield from zip((pair // size).tolist(), (pair % size).tolist(), count.tolist(), flipped.tolist(), strict=True)
