"""What a panel of models answers without the image: facts."""

from __future__ import annotations

from typing import Literal

from twokeys.data_cards.fact import Fact

Asked = Literal["question", "calibrated", "choices", "recall"]
WORDS: dict[Asked, str] = {
    "question": "question",
    "calibrated": "question, prior removed",
    "choices": "options alone",
    "recall": "options removed",
}
"""What a model is shown -> in words; `recall` shows the question of an item with options and not the options."""


class BlindScore(Fact):
    """How often a model is right without the image."""

    model: str
    asked: Asked
    part: str
    """`all`, or a column and its value."""
    items: int
    right: int
    low: float
    high: float
    chance: float | None
    """None where nothing is to be chosen from."""


class BlindExample(Fact):
    """An item that most models answer without its image."""

    id: str
    question: str
    choices: list[str]
    answer: str
    replies: dict[str, str]


class Panel(Fact):
    """What a panel of models answers without the image."""

    models: dict[str, str]
    """Name in columns -> the model with what tells it from others."""
    scores: list[BlindScore]
    right_by: list[int]
    """Items that no model answers, that one does, that two do, and so on."""
    agreement: float | None
    """Share of the items to which two models give one answer, over all pairs; None of a single model."""
    examples: list[BlindExample]

    def of(self, model: str, asked: Asked) -> BlindScore | None:
        """The score of a model on all items; None where it was not asked so."""
        whole = (one for one in self.scores if (one.model, one.asked, one.part) == (model, asked, "all"))
        return next(whole, None)
