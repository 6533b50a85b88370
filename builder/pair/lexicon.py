"""The minimal-pair lexicon: one-phrase substitutions that flip answers, learned from the corpus itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twokeys.core.intervals.accuracy import wilson

Ints = NDArray[np.int64]
PHRASE = 3
"""Words that a phrase may have."""


@dataclass(frozen=True, slots=True)
class Substitution:
    """A phrase that may stand in for another, and how often that flipped the answer about one and the same image.

    Attributes:
        before: The phrase in the question as asked; lower-case words with single spaces.
        after: The phrase that replaces it.
        support: Pairs of annotated items of one image whose questions differ by this substitution alone.
        flips: Those of them whose answers differ.
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
    """Learn substitutions from the questions that people asked of one and the same image.

    Args:
        items: Item table with `image_key`, `question`, `question_key`, `choices`, `answer`, `answer_source`; only
            annotated open questions are learned from.
        support: Pairs that a substitution needs.
        confidence: Smallest `low` that a substitution needs.

    Returns:
        Substitutions in both directions, those that flipped most answers first.
    """
    asked = items[(items["choices"].map(len) == 0) & (items["answer_source"] == "annotated")]
    asked = asked.drop_duplicates(["image_key", "question_key"])
    code, keys = pd.factorize(asked["question_key"], sort=True)
    texts = asked.drop_duplicates("question_key").set_index("question_key")["question"]
    tokens = [words(str(texts[key])) for key in keys]
    counts: dict[tuple[str, str], tuple[int, int]] = {}
    image, answer = (pd.factorize(asked[name], sort=True)[0] for name in ("image_key", "answer"))
    for left, right, pairs, flips in _question_pairs(image, code, answer):
        if (found := substitution(tokens[left], tokens[right])) is None:
            continue
        for way in (found, found[::-1]):
            seen = counts.get(way, (0, 0))
            counts[way] = (seen[0] + pairs, seen[1] + flips)
    learned = [
        Substitution(before, after, pairs, flips, wilson(flips / pairs, pairs)[0])
        for (before, after), (pairs, flips) in counts.items()
        if pairs >= support
    ]
    kept = [found for found in learned if found.low >= confidence]
    return tuple(sorted(kept, key=lambda found: (-found.flips, found.before, found.after)))


def words(question: str) -> tuple[str, ...]:
    """Lower-case words of a question, without the mark at its end."""
    return tuple(question.lower().rstrip("?.! ").split())


def substitution(left: tuple[str, ...], right: tuple[str, ...]) -> tuple[str, str] | None:
    """The one phrase by which two questions differ; None where they differ in more, or a phrase is empty or long.

    Example:
        >>> substitution(("is", "it", "a", "red", "shape"), ("is", "it", "a", "blue", "shape"))
        ('red', 'blue')
    """
    shorter = min(len(left), len(right))
    start = next((i for i in range(shorter) if left[i] != right[i]), shorter)
    end = next((i for i in range(shorter - start) if left[-1 - i] != right[-1 - i]), shorter - start)
    before, after = left[start : len(left) - end], right[start : len(right) - end]
    if not 0 < len(before) <= PHRASE or not 0 < len(after) <= PHRASE or start + end == 0:
        return None
    return " ".join(before), " ".join(after)


def _question_pairs(image: Ints, question: Ints, answer: Ints) -> Iterator[tuple[int, int, int, int]]:
    """Pairs of questions asked of one image: both codes, in how many images, in how many with other answers."""
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
