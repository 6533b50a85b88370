"""Texts on answers that models verified: how often they are right, by margin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twokeys.data_cards.tables import Cells, count, interval, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twokeys.data_cards.pairing import Precision

HEADER: Cells = ("corpus", "margin", "claims", "passed", "right", "precision")
LEGEND = (
    "Each answer that an annotated item could have was claimed, and a claim passed if every model preferred it by the "
    "margin, in nats. None of these items decided whether a model has a say. The share of right claims among those "
    "that passed is an estimate for verified answers, not a bound: annotated answers are wrong at times, an image that "
    "was put in the place of an item's is not a random one, and nothing here says whether a question that takes "
    "something for granted applies to it."
)
"""The explanation of the table under `HEADER`."""


def rows(precision: Sequence[Precision]) -> list[Cells]:
    """Return one row for each corpus and margin, under `HEADER`; the margin that verified the edits is marked."""
    return [
        (
            measured.source,
            f"{measured.margin:g}{' (used)' if measured.used else ''}",
            *map(count, (measured.claims, measured.passed, measured.right)),
            f"{percent(measured.right / measured.passed)} {interval(measured.low, measured.high)}"
            if measured.passed
            else "-",
        )
        for measured in precision
    ]
