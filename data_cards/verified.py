"""What is said of answers that models verified: how often they are right, by margin."""

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
"""What stands under `HEADER`."""


def rows(precision: Sequence[Precision]) -> list[Cells]:
    """One row a corpus and margin, under `HEADER`; the margin by which edits were verified is marked."""
    return [
        (
            one.source,
            f"{one.margin:g}{' (used)' if one.used else ''}",
            *map(count, (one.claims, one.passed, one.right)),
            f"{percent(one.right / one.passed)} {interval(one.low, one.high)}" if one.passed else "-",
        )
        for one in precision
    ]
