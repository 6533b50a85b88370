"""The answers of a panel of models without the image, in the manifest."""

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
"""What a model sees -> its description; `recall` shows the question of an item with options without its options."""


class BlindScore(Fact):
    """Accuracy of one model without the image."""

    model: str
    asked: Asked
    part: str
    """`all`, or a column and its value."""
    items: int
    right: int
    low: float
    high: float
    chance: float | None
    """None if there are no answers to choose from."""


class BlindExample(Fact):
    """An item that most models answer right without its image."""

    id: str
    question: str
    choices: list[str]
    answer: str
    replies: dict[str, str]


class Panel(Fact):
    """The answers of a panel of models without the image."""

    models: dict[str, str]
    """Name in columns -> the model, with its settings."""
    scores: list[BlindScore]
    right_by: list[int]
    """Number of items that no model answers right, exactly one model, exactly two models, and so on."""
    agreement: float | None
    """Share of items with the same answer of two models, mean over all pairs; None for a single model."""
    examples: list[BlindExample]

    def of(self, model: str, asked: Asked) -> BlindScore | None:
        """Return the score of a model on all items; None if the model was not asked this way."""
        for score in self.scores:
            if (score.model, score.asked, score.part) == (model, asked, "all"):
                return score
        return None
