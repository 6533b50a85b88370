"""How questions are answered: the frequencies of answers by answer type, and by a question's first words."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from twokeys.builder.measure.shortcuts.cues import split
from twokeys.data_cards.figures import Distribution, Share

ANSWERS = 8
"""Answers shown of each kind of question."""
OPENINGS = 6
"""Openings shown."""
WORDS = 2
"""Words of an opening."""


def by_type(sets: Sequence[pd.DataFrame]) -> list[Distribution]:
    """Answers by answer type, most frequent types first.

    Args:
        sets: Item tables; the frequencies in the first table decide which answers are shown.
    """
    return [
        _distribution(f"Items of type {kind}", [part["compared"][part["answer_type"] == kind] for part in sets])
        for kind in _frequent(sets[0]["answer_type"], len(sets[0]))
    ]


def by_opening(sets: Sequence[pd.DataFrame]) -> list[Distribution]:
    """Answers by the first words, most frequent openings first."""
    opened = [part["question"].map({text: opening(text) for text in part["question"].unique()}) for part in sets]
    return [
        _distribution(
            f"Questions that begin with “{name}”",
            [part["compared"][first_words == name] for part, first_words in zip(sets, opened, strict=True)],
        )
        for name in _frequent(opened[0], OPENINGS)
    ]


def opening(text: str) -> str:
    """First words of a question.

    Example:
        >>> opening("Is there a circle?")
        'is there'
    """
    return " ".join(split(text)[:WORDS])


def _frequent(values: pd.Series[str], most: int) -> list[str]:
    counts = values.value_counts()
    return sorted(map(str, counts.index), key=lambda name: (-int(counts[name]), name))[:most]


def _distribution(name: str, answers: Sequence[pd.Series[str]]) -> Distribution:
    counts = [counted.value_counts() for counted in answers]
    shown = _frequent(answers[0], ANSWERS)
    return Distribution(
        name=name,
        totals=tuple(map(len, answers)),
        answers=[Share(answer, tuple(int(counted.get(answer, 0)) for counted in counts)) for answer in shown],
        others=len(counts[0]) - len(shown),
    )
