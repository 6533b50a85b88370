"""Choose the gold of a question that several people answered, if the source names no gold."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from twokeys.core.answers.normal import normalise

RULE = (
    "the answer that most annotators gave, or the one with the highest score if the source scores answers instead, "
    "compared in normal form; of answers that equally many gave, the one that comes first in the source's list"
)
"""How a gold is chosen by majority, in words that cards print."""


def majority(answers: Sequence[str]) -> str:
    """Return the answer that most people gave, in its most frequent spelling; `RULE` says how a tie ends.

    Args:
        answers: One or more answers, in the source's order.

    Example:
        >>> majority(["two", "a cat", "2", "cat", "The cat"]), majority(["red", "blue"])
        ('a cat', 'red')
    """
    forms = [normalise(answer) for answer in answers]
    # `most_common` keeps the order of first appearance among equals.
    winner = Counter(forms).most_common(1)[0][0]
    spellings = Counter(answer for answer, form in zip(answers, forms, strict=True) if form == winner)
    return spellings.most_common(1)[0][0]


def highest(scores: Mapping[str, float]) -> str:
    """Return the answer with the highest score: scores of equal normal forms are added, `RULE` resolves a tie.

    Args:
        scores: One or more answers with their scores, in the source's order.

    Example:
        >>> highest({"a cat": 0.6, "dog": 1, "cat": 0.6}), highest({"red": 1, "blue": 1})
        ('a cat', 'red')
    """
    sums: dict[str, float] = defaultdict(float)
    for answer, score in scores.items():
        sums[normalise(answer)] += score
    winner = max(sums, key=sums.__getitem__)  # the first of several highest
    return max((answer for answer in scores if normalise(answer) == winner), key=scores.__getitem__)
