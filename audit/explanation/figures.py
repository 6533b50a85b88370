"""Figures of the report, drawn without pyplot and without the user's own style, as SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter, PercentFormatter

from twokeys.audit.drawing import blank
from twokeys.data_cards.theme import BLUE, FAINT, GREY, INK, ORANGE

if TYPE_CHECKING:
    from twokeys.audit.evaluation.rates import Rate
    from twokeys.audit.games.game import Floats

CONTROLS = ("random", "oracle", "anti-oracle")


def intervals(table: pd.DataFrame, title: str) -> Figure:
    """Mean of each explainer with its interval, best first; controls in grey, the level of random as a line."""
    figure, axes = blank(6.4, 0.9 + 0.28 * len(table))
    rows = table.iloc[::-1]
    for at, (name, row) in enumerate(rows.iterrows()):
        colour = GREY if name in CONTROLS else BLUE
        axes.plot([row["low"], row["high"]], [at, at], color=colour, linewidth=2)
        axes.plot([row["mean"]], [at], "o", color=colour, markersize=5)
    axes.axvline(_level(table), color=GREY, linewidth=0.8, linestyle=(0, (4, 2)))
    axes.set_yticks(range(len(rows)), list(map(str, rows.index)))
    axes.tick_params(left=False)
    axes.set_xlabel(f"{title}: mean over items, 95 % interval")
    return figure


def ranks(image: pd.DataFrame, text: pd.DataFrame) -> Figure:
    """Rank by the image metric against rank by the text metric: on the diagonal they agree."""
    names = [name for name in image.index if name not in ("oracle", "anti-oracle")]
    first = image.loc[names, "mean"].rank(ascending=False)
    second = text.loc[names, "mean"].rank(ascending=False)
    figure, axes = blank(5.2, 4.6)
    axes.plot([1, len(names)], [1, len(names)], color=FAINT, linewidth=1, zorder=0)
    for name in names:
        axes.plot([first[name]], [second[name]], "o", color=GREY if name in CONTROLS else BLUE)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_ticks(range(1, len(names) + 1))
    axes.set_xlim(0.5, len(names) + 0.5)
    axes.set_ylim(len(names) + 0.5, 0.5)
    _named(axes, {str(name): (float(first[name]), float(second[name])) for name in names})
    axes.set_xlabel("rank by image SRG, 1 is best")
    axes.set_ylabel("rank by text SRG, 1 is best")
    return figure


def cost(table: pd.DataFrame, costs: pd.DataFrame) -> Figure:
    """Interaction that an explainer finds against the seconds that it takes."""
    figure, axes = blank(6.4, 3.8)
    places = {}
    spent = costs.to_dict("index")
    for name, row in table.iterrows():
        if name in CONTROLS:
            continue
        seconds = spent[str(name)]["seconds"]
        axes.plot([seconds, seconds], [row["low"], row["high"]], color=FAINT, linewidth=2, zorder=0)
        axes.plot([seconds], [row["mean"]], "o", color=BLUE)
        places[str(name)] = (seconds, float(row["mean"]))
    axes.axhline(_level(table), color=GREY, linewidth=0.8, linestyle=(0, (4, 2)))
    axes.set_xscale("log")
    # The formatter of logarithms writes TeX.
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    _named(axes, places)
    axes.set_xlabel("seconds an item, log scale")
    axes.set_ylabel("interaction, improved estimate")
    return figure


def rates(rows: Sequence[Rate]) -> Figure:
    """Rates with their intervals, in their order, and a line where chance is."""
    figure, axes = blank(6.4, 0.8 + 0.3 * len(rows))
    for at, row in enumerate(reversed(rows)):
        if row.own.low == row.own.low:
            axes.plot([row.own.low, row.own.high], [at, at], color=BLUE, linewidth=2)
        axes.plot([row.own.estimate], [at], "o", color=BLUE, markersize=5)
        if row.chance is not None:
            axes.plot([row.chance, row.chance], [at - 0.35, at + 0.35], color=GREY, linewidth=1.5)
    axes.set_yticks(range(len(rows)), [row.name for row in reversed(rows)])
    axes.tick_params(left=False)
    axes.set_xlim(-0.02, 1.02)
    axes.xaxis.set_major_formatter(PercentFormatter(1))
    axes.set_xlabel("right, 95 % interval; grey line: chance")
    return figure


def dividends(values: Floats) -> Figure:
    """How the dividend is spread over items."""
    figure, axes = blank(6.4, 2.8)
    axes.hist(values, bins=np.linspace(-1, 1, 41) if np.abs(values).max() <= 1 else 40, color=BLUE)
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.axvline(float(values.mean()), color=ORANGE, linewidth=1.2)
    axes.set_xlabel("dividend v(both) - v(image) - v(question) + v(neither); orange: mean")
    axes.set_ylabel("items")
    return figure


def _named(axes: Any, places: Mapping[str, tuple[float, float]]) -> None:
    """Write names of points beside the axes, each on a line of its own with a thin line to its point.

    Args:
        axes: With their final limits.
        places: Name -> its point, in the units of the axes.
    """
    inside = axes.transData - axes.transAxes
    heights = {name: float(inside.transform(at)[1]) for name, at in places.items()}
    order = sorted(heights, key=lambda name: heights[name])
    for height, name in zip(np.linspace(0.02, 0.98, max(len(order), 2)), order, strict=False):
        axes.annotate(
            name,
            places[name],
            xytext=(1.04, height),
            textcoords="axes fraction",
            va="center",
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": FAINT, "linewidth": 0.7, "shrinkA": 1, "shrinkB": 3},
        )


def _level(table: pd.DataFrame) -> float:
    """Mean of random scores."""
    return float(table["mean"].to_dict()["random"])
