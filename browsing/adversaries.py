"""What each blind adversary answered for an item, and how surely."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from twokeys.browsing.index import Index
from twokeys.browsing.items import Item
from twokeys.browsing.named import Named
from twokeys.core.columns import MEASUREMENTS, inside
from twokeys.core.measured import FITS, P_GOLD, PREDICTION, Measured
from twokeys.data_cards.published import PublishedFolder


@dataclass(frozen=True)
class Said:
    """What one adversary said of an item.

    Attributes:
        view: What it sees: `question`, `choices` or `image`.
        family: Its name without the view.
        fit: What it was fitted on, in words.
        answer: What it answered.
        right: Whether that is the gold; None if it answered nothing.
        sure: The probability that it gave the gold; None where none is published.
    """

    view: str
    family: str
    fit: str
    answer: str
    right: bool | None
    sure: float | None


class Adversaries:
    """Reads what adversaries said: of published items from `measurements`, of removed ones from their own row."""

    def __init__(self, folder: PublishedFolder, index: Index) -> None:
        self._measured, self._index = Named(folder.files(MEASUREMENTS)), index

    def of(self, item: Item) -> list[Said]:
        """What was said of an item: the best of each view first; what has no place in the folder is not there."""
        cells, place = self._measured.cells, self._measured.of(item.id)
        if place is None:
            cells, place = self._index.cells, item.place
        names = sorted({
            name for file in range(len(cells.files)) for name in cells.columns(file) if Measured.of(name) is not None
        })  # fmt: skip
        return said(cells.read([place], names)[0], str(item.cells.get("compared") or item.answer))


def said(row: Mapping[str, Any], gold: str) -> list[Said]:
    """What a row of measurements says.

    Args:
        row: Published column -> value; other columns are passed over.
        gold: What predictions are compared with.
    """
    by_adversary: dict[tuple[str, str], dict[str, Any]] = {}
    for name, value in row.items():
        measured = Measured.of(inside(name))
        if measured is not None and value is not None and value == value:
            by_adversary.setdefault((measured.baseline, measured.fit), {})[measured.kind] = value
    answers = []
    for (baseline, fit), cells in by_adversary.items():
        view, _, family = baseline.partition(".")
        answer = cells.get(PREDICTION)
        sure = cells.get(P_GOLD)
        right = None if answer is None else str(answer) == gold
        answers.append(
            Said(
                view,
                family,
                FITS[fit],
                str(answer or ""),
                right,
                float(sure) if isinstance(sure, int | float) else None,
            )
        )
    return sorted(answers, key=lambda each: (each.fit, each.view, -(each.sure or 0.0), each.family))
