"""The answers of a panel of models without the image: rows of tables, and sentences."""

from __future__ import annotations

from twokeys.data_cards.panel import WORDS, Panel
from twokeys.data_cards.tables import count, interval, percent

HEADER = ("model", "sees", "part", "items", "accuracy", "chance")
LEGEND = (
    "Accuracy without the image, with its interval over images and questions. Prior removed: less what the model says "
    "where nothing is asked. Options alone: what the options give away. Options removed: right though the options were "
    "not shown, which no choosing explains: the model knows the item, or the world answers it."
)


def rows(panel: Panel) -> list[tuple[str, ...]]:
    """Return the scores as rows under `HEADER`."""
    return [
        (
            score.model,
            WORDS[score.asked],
            score.part,
            count(score.items),
            f"{percent(score.right / score.items)} {interval(score.low, score.high)}",
            "" if score.chance is None else percent(score.chance),
        )
        for score in panel.scores
    ]


def sentences(panel: Panel) -> list[str]:
    """Describe the panel: accuracies without the image, agreement, and right answers that no options explain."""
    lines = []
    for model in panel.models:
        if (score := panel.of(model, "question")) is None:
            continue
        share, chance = score.right / score.items, score.chance or 0.0
        side = "above" if score.low > chance else "below" if score.high < chance else "not told apart from"
        lines.append(
            f"Of {count(score.items)} items {model} answers without the image {percent(share)} "
            f"{interval(score.low, score.high)}: {side} chance ({percent(chance)})."
        )
        alone, recall = panel.of(model, "choices"), panel.of(model, "recall")
        if alone is not None and recall is not None:
            recalled = f"{percent(recall.right / recall.items)} {interval(recall.low, recall.high)}"
            lines.append(
                f"Of the items with options it is right in {percent(alone.right / alone.items)} from the options "
                f"alone, and in {recalled} though the options are removed."
            )
    if panel.agreement is not None:
        every, none, total = panel.right_by[-1], panel.right_by[0], sum(panel.right_by)
        lines.append(
            f"All {len(panel.models)} models are right on {percent(every / total)} of the items and none on "
            f"{percent(none / total)}; two of them give one answer to {percent(panel.agreement)}."
        )
    return lines


def named(panel: Panel) -> str:
    """Explain in one sentence which model each name stands for."""
    return f"Models: {'; '.join(f'{name} is {key}' for name, key in panel.models.items())}."
