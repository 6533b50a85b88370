"""What an evaluation counted, row by row, as terminal and page show it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from twokeys.core.intervals.means import Interval

if TYPE_CHECKING:
    from twokeys.audit.evaluation.result import Evaluation

KINDS = {
    "question": "one question, two images, both right",
    "image": "one image, two questions, both right",
    "group": "two questions by two images, all four right",
}
"""Kind of pairs -> what is counted."""
ALIKE = "answer types alike"
"""Name of a mean over answer types of the mean of each, by which sets of other shares of the types can be compared."""


SCORES = {"vqa_accuracy": "VQA accuracy: all annotators' answers", "anls": "ANLS: all annotators' answers"}
"""Score beside exact match -> what it is called."""


class Rate(NamedTuple):
    """One rate.

    Attributes:
        name: What it is called.
        own: How often it is right; its interval is NaN where there are too few groups for one.
        chance: How often uniform guesses would be; None where it is not known.
        counted: What is counted, where the name does not say it.
        part: Whether it is of a part of the items of the rate above it.
    """

    name: str
    own: Interval
    chance: float | None
    counted: str = ""
    part: bool = False

    @property
    def title(self) -> str:
        """The name and what is counted."""
        return f"{self.name}: {self.counted}" if self.counted else self.name

    @property
    def interval(self) -> str:
        """The interval as it is read; empty where there is none."""
        return "" if self.own.low != self.own.low else f"{self.own.low:.1%} to {self.own.high:.1%}"


def rates(evaluation: Evaluation) -> list[Rate]:
    """Exact match, of all items and of each answer type, what else replies score, blind, and over pairs.

    Where a set has several answer types, the figures that compare sets give every type the same weight.
    """
    rows = [Rate("accuracy, exact match", evaluation.accuracy["all"], evaluation.chance)]
    rows += [Rate(kind, interval, None, part=True) for kind, interval in evaluation.accuracy.items() if kind != "all"]
    rows += _alike(evaluation, "accuracy")
    rows += [Rate(SCORES[name], interval, None) for name, interval in evaluation.scores.items()]
    for view, masked in (("question", "image"), ("image", "question"), ("neither", "both")):
        rows += [
            Rate(f"blind: {masked} masked", evaluation.blind[view], evaluation.chance),
            *_alike(evaluation, f"blind.{view}"),
        ]
    return rows + [
        Rate(f"{kind} accuracy", pair.accuracy, pair.chance, KINDS[kind]) for kind, pair in evaluation.pairs.items()
    ]


def dividends(evaluation: Evaluation) -> dict[str, Interval]:
    """Mean dividend of each answer type, and with every type alike; empty where there is but one type."""
    return {**evaluation.dividends, ALIKE: evaluation.alike["dividend"]} if len(evaluation.dividends) > 1 else {}


def _alike(evaluation: Evaluation, figure: str) -> list[Rate]:
    return [Rate(ALIKE, evaluation.alike[figure], None, part=True)] if len(evaluation.dividends) > 1 else []
