"""Figures of a comparison: rates with their paired differences, and rates by category."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from matplotlib import style
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from twokeys.audit.comparison.measures import ACCURACY
from twokeys.audit.comparison.rows import SHORT
from twokeys.audit.drawing import OWN
from twokeys.audit.evaluation.by_category import named
from twokeys.core.figures import Shown
from twokeys.data_cards.theme import BLUE, FAINT, GREEN, GREY, INK, ORANGE, SKY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from twokeys.audit.comparison.rows import PairedDifference, RunRate
    from twokeys.audit.evaluation.by_category import CategoryRate

COLOURS, MARKS = (BLUE, ORANGE, GREEN, SKY, GREY, INK), "osD^vP"
NAME = 34
"""Characters after which a name is broken."""
MOST = 40
"""Largest number of categories in a figure; categories with the most items come first."""
FEW_RUNS = 3
"""Number of runs up to which differences of all measures are drawn; for more runs, only differences of accuracy."""


def side_by_side(names: Sequence[str], rates: Sequence[RunRate], differences: Sequence[PairedDifference]) -> Figure:
    """Rates of every run by every measure, and the paired differences of all pairs of runs."""
    measures = list(dict.fromkeys(rate.measure for rate in rates))
    shown = [difference for difference in differences if len(names) <= FEW_RUNS or difference.measure == ACCURACY]
    step = 1 + 0.3 * (len(names) - 1)
    heights = [step * len(measures), 1.4 * len(shown)]
    with style.context(["default", OWN]):
        figure = Shown(figsize=(7.2, 1.9 + 0.3 * sum(heights)), layout="constrained")
        above, below = figure.subplots(2, 1, height_ratios=heights)
        for at, name in enumerate(measures):
            rows = [rate for rate in rates if rate.measure == name]
            for number, rate in enumerate(rows):
                _dot(above, (rate.own.estimate, rate.own.low, rate.own.high), _place(at, number, len(rows)), number)
            if (chance := rows[0].chance) is not None:
                above.vlines(chance, at - 0.4, at + 0.4, color=GREY, linewidth=1.2)
        _rows(above, [SHORT[name] for name in measures])
        above.set(xlim=(-0.02, 1.02), xlabel="right, 95 % interval over groups; grey line: chance")
        above.xaxis.set_major_formatter(PercentFormatter(1))
        for at, difference in enumerate(shown):
            _dot(below, (difference.own.estimate, difference.own.low, difference.own.high), at, None)
        below.axvline(0, color=GREY, linewidth=0.8)
        _rows(below, [f"{SHORT[difference.measure]}\n{difference.first} - {difference.second}" for difference in shown])
        below.set_xlabel("paired difference in points, 95 % interval over groups")
        below.xaxis.set_major_locator(MaxNLocator(7))
        below.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g}"))
        _legend(figure, names)
    return figure


def by_category(names: Sequence[str], rates: Sequence[CategoryRate]) -> Figure:
    """Every run in every category, with intervals that hold for all of them at once."""
    items = {(rate.column, rate.value): rate.items for rate in rates}
    largest = set(sorted(items, key=lambda place: (-items[place], place))[:MOST])
    shown = [place for place in items if place in largest]
    with style.context(["default", OWN]):
        figure = Shown(figsize=(7.2, 1.4 + 0.34 * (1 + 0.3 * len(names)) * len(shown)), layout="constrained")
        axes = figure.add_subplot()
        for at, place in enumerate(shown):
            rows = [rate for rate in rates if (rate.column, rate.value) == place]
            for number, rate in enumerate(rows):
                _dot(axes, (rate.accuracy, rate.low, rate.high), _place(at, number, len(rows)), number)
            axes.vlines(rows[0].chance, at - 0.4, at + 0.4, color=GREY, linewidth=1.2)
        _rows(axes, [f"{named(*place)} ({items[place]:,})" for place in shown])
        rest = len(items) - len(shown)
        more = f"; {rest:,} smaller categories are not drawn" if rest else ""
        axes.set(xlim=(-0.02, 1.02), xlabel=f"right; intervals hold for all at once; grey line: chance{more}")
        axes.xaxis.set_major_formatter(PercentFormatter(1))
        _legend(figure, names)
    return figure


def _place(at: int, number: int, of: int) -> float:
    """Height of a run's dot in the row that all runs share."""
    return at + 0.6 * ((number + 0.5) / of - 0.5)


def _dot(axes: Axes, ends: tuple[float, float, float], height: float, number: int | None) -> None:
    """An estimate with its interval, in the colour and with the mark of a run."""
    estimate, low, high = ends
    colour = INK if number is None else COLOURS[number % len(COLOURS)]
    line: dict[str, Any] = {"color": colour, "clip_on": False}
    if low == low:
        axes.plot([low, high], [height, height], linewidth=1.6, **line)
    mark = "o" if number is None else MARKS[number % len(MARKS)]
    axes.plot([estimate], [height], mark, markersize=5, **line)


def _rows(axes: Axes, names: Sequence[str]) -> None:
    axes.set_yticks(range(len(names)), [_broken(name) for name in names], parse_math=False)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(left=False)
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)


def _broken(name: str) -> str:
    lines = [textwrap.wrap(line, NAME, break_on_hyphens=False) for line in name.split("\n")]
    return "\n".join(part for line in lines for part in line)


def _legend(figure: Figure, names: Sequence[str]) -> None:
    handles = [
        Line2D([], [], color=COLOURS[number % len(COLOURS)], marker=MARKS[number % len(MARKS)], label=name)
        for number, name in enumerate(names)
    ]
    figure.legend(handles=handles, loc="outside upper left", ncols=2, frameon=False)
