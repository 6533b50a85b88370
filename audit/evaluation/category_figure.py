"""The figure of an evaluation: each category beside chance and the best blind adversary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

from matplotlib.ticker import PercentFormatter

from twokeys.audit.drawing import blank
from twokeys.audit.evaluation.by_category import CategoryRate, named
from twokeys.core.intervals.means import Interval
from twokeys.data_cards.theme import BLUE, GREY, ORANGE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from twokeys.data_cards.categories import Category

CATEGORIES = 40
"""Categories that a figure shows."""


def categories(
    whole: Interval, chance: float, parts: Sequence[CategoryRate], adversaries: Mapping[tuple[str, str], Category]
) -> Figure:
    """How often a model is right in each category, beside chance and the best blind adversary of the category.

    Args:
        whole: All items.
        chance: How often uniform guesses are right on these.
        parts: The categories; those with the most items are drawn.
        adversaries: Column and value -> the adversary, as the folder's manifest has it.
    """
    largest = sorted(parts, key=lambda part: (-part.items, part.column, part.value))[:CATEGORIES]
    shown = [part for part in parts if part in largest]
    rest = len(parts) - len(shown)
    names = [f"all items ({whole.n:,})", *(f"{named(part.column, part.value)} ({part.items:,})" for part in shown)]
    figure, axes = blank(7.2, 1.4 + 0.36 * len(names))
    ends = [(whole.estimate, whole.low, whole.high, chance)]
    ends += [(part.accuracy, part.low, part.high, part.chance) for part in shown]
    for at, (estimate, low, high, guessed) in enumerate(ends):
        if low == low:
            axes.plot([low, high], [at, at], color=BLUE, linewidth=2)
        axes.plot([estimate], [at], "o", color=BLUE, markersize=5, label="the model" if not at else None)
        axes.plot([guessed, guessed], [at - 0.35, at + 0.35], color=GREY, label="chance" if not at else None)
    blind = {at: adversaries.get((part.column, part.value)) for at, part in enumerate(shown, start=1)}
    best_blind = {at: best.accuracy for at, best in blind.items() if best is not None and best.scored}
    if best_blind:
        axes.plot(
            list(best_blind.values()), list(best_blind), "D", color=ORANGE, markersize=5, label="best blind adversary"
        )
    axes.set_yticks(range(len(names)), ["\n".join(wrap(name, 40)) for name in names], parse_math=False)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(left=False)
    axes.set_xlim(-0.02, 1.02)
    axes.xaxis.set_major_formatter(PercentFormatter(1))
    more = f"; {rest:,} smaller categories are not drawn" if rest else ""
    axes.set_xlabel(f"right; intervals of categories hold for all at once{more}")
    figure.legend(loc="outside upper left", ncols=3, frameon=False)
    return figure
