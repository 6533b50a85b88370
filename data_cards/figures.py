"""What the figures of a report show; each is also an image and a table in files of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twokeys.data_cards.blindness import Blindness
    from twokeys.data_cards.categories import Categories
    from twokeys.data_cards.manifest import Step


@dataclass(frozen=True)
class Share:
    """How frequent an answer is in each set.

    Attributes:
        answer: The answer.
        counts: Items with it, set by set.
    """

    answer: str
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Distribution:
    """The answers of one kind of question.

    Attributes:
        name: Which questions.
        totals: Items of the kind, set by set.
        answers: The most frequent answers, in the first set.
        others: Further answers there.
    """

    name: str
    totals: tuple[int, ...]
    answers: list[Share]
    others: int


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What a report draws.

    Attributes:
        title: Of the benchmark or corpus.
        funnel: Step by step.
        before: Blindness of all items read.
        after: Blindness of the published ones; None for a diagnosis.
        categories: The best blind adversary of each category; None in a folder of an older version.
        categories_after: Likewise of the published items; None for a diagnosis.
        sets: Names of the sets whose answers are counted.
        answers: Answers by answer type.
    """

    title: str
    funnel: list[Step]
    before: Blindness
    after: Blindness | None
    categories: Categories | None
    categories_after: Categories | None
    sets: list[str]
    answers: list[Distribution]
