"""How often models are right about what they verify, measured on annotated items that did not decide on their fitness.

To such an item every answer is claimed that could be its: the annotated one and its rivals. A claim passes as it would
of an edit, if every model prefers it by the margin; the share of right ones among those that pass is their precision.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from twokeys.core.intervals.accuracy import wilson
from twokeys.data_cards.pairing import Precision

STATED = (0.5, 1.0, 2.0, 4.0)
"""Margins for which precision is stated in any case, in nats."""
LADDER = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0)
"""Margins among which a recipe chooses that asks for precision."""


@dataclass(frozen=True)
class Tried:
    """An answer that was claimed to an annotated item.

    Attributes:
        item: The item.
        nats: By how much the model prefers it that prefers it least.
        right: Whether it is the annotated answer.
    """

    item: str
    nats: float
    right: bool


def measured(source: str, tried: Sequence[Tried], margin: float, used: bool) -> Precision:
    """The precision of a corpus's claims at one margin.

    Example:
        >>> tried = [Tried(str(n), nats, nats < 3) for n, nats in enumerate((1.0, 2.0, 3.0))]
        >>> found = measured("toy", tried, 1.5, used=True)
        >>> found.claims, found.passed, found.right, round(found.low, 2), round(found.high, 2)
        (3, 2, 1, 0.09, 0.91)
    """
    passed = [each.right for each in tried if each.nats >= margin]
    low, high = interval(sum(passed), len(passed))
    return Precision(
        source=source,
        margin=margin,
        used=used,
        items=len({each.item for each in tried}),
        claims=len(tried),
        passed=len(passed),
        right=sum(passed),
        low=low,
        high=high,
    )


def interval(right: int, passed: int) -> tuple[float, float]:
    """Wilson's interval of 95 %; of nothing that passed nothing is known."""
    return wilson(right / passed, passed) if passed else (0.0, 1.0)


def smallest_margin(source: str, tried: Sequence[Tried], wanted: float) -> float | None:
    """The smallest margin at which the lower end of the interval is at least the precision that is wanted."""
    return next((nats for nats in LADDER if measured(source, tried, nats, used=True).low >= wanted), None)


def best_shown(source: str, tried: Sequence[Tried]) -> Precision:
    """The margin at which precision is shown to be highest."""
    return max((measured(source, tried, nats, used=False) for nats in LADDER), key=lambda each: each.low)


def stated(source: str, tried: Sequence[Tried], margin: float | None) -> list[Precision]:
    """Precision at several margins, and at the one that is used, if there is one."""
    margins = {*STATED, *([] if margin is None else [margin])}
    return [measured(source, tried, nats, used=nats == margin) for nats in sorted(margins)]
