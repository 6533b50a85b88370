"""The figures of a card and a report: items after each step, how blind-solvable a set was and is, and its answers.

They use neither pyplot nor the user's style, so that the same manifest gives the same bytes.
"""

from __future__ import annotations

import textwrap
import warnings
from contextlib import contextmanager
from itertools import groupby
from typing import TYPE_CHECKING, Any

from matplotlib import style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from twokeys.core.figures import Shown
from twokeys.data_cards.blindness import Blindness, Ceiling, Score
from twokeys.data_cards.tables import NONE, Predictor, count, percent, predictors
from twokeys.data_cards.theme import BLUE, FAINT, GREEN, GREY, INK, ORANGE, SKY, STYLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from matplotlib.axes import Axes

    from twokeys.data_cards.categories import Categories, Category
    from twokeys.data_cards.figures import Distribution, Figures
    from twokeys.data_cards.manifest import Step

BEFORE, AFTER = ORANGE, BLUE
SETS = (BEFORE, AFTER, GREEN)
"""Colours of all items read, and of the tiers."""
STAGES = {"read": GREY, "filter": SKY, "pair": GREEN, "balance": BLUE}
GONE: dict[str, Any] = {"facecolor": "#F0F0F0", "edgecolor": "#AAAAAA", "hatch": "////", "linewidth": 0}
DASHES = (0, (4, 2))
WIDTH, DPI = 9.0, 150
POINTS_PER_CHARACTER = 6.4
NAME_WIDTH = 30
"""Characters of a line, after which a name is broken."""
CATEGORIES = 30
"""Categories that are drawn: those that stand out first."""
OWN: dict[Any, Any] = STYLE | {
    "font.size": 10,
    "legend.frameon": False,
    "axes.spines.left": False,
    "hatch.linewidth": 0.5,
}


def save_all(made: Figures, folder: Path) -> list[str]:
    """Save every figure that there is something for as PNG.

    Returns:
        Names of the figures, which are those of the files without their ending.
    """
    with _style():
        drawn = {
            "funnel": draw_funnel(made.funnel),
            "blindness": draw_blindness(made.before, made.after, made.title),
        }
        if made.categories is not None and made.categories.rows:
            drawn["categories"] = draw_categories(made.categories, made.categories_after)
        if made.answers:
            drawn["answers"] = draw_answers(made.sets, made.answers)
        for name, figure in drawn.items():
            _save(figure, folder / f"{name}.png")
    return list(drawn)


def blindness_figure(before: Blindness, after: Blindness | None, title: str) -> Figure:
    """The figure of ceilings and blind baselines, for notebooks."""
    with _style():
        return draw_blindness(before, after, title)


def draw_funnel(steps: Sequence[Step]) -> Figure:
    """Make the funnel's figure with a bar for each step: remaining items are coloured, removed items are hatched."""
    figure, axes = _axes([_broken(step.name) for step in steps], "What was left after each step")
    cells = [("left", "removed", "share")] + [
        (
            count(step.left),
            " ".join([f"+{count(step.added)}"] * bool(step.added) + [f"-{count(step.removed)}"] * bool(step.removed)),
            percent(step.removed / (step.left + step.removed)) if step.removed else "",
        )
        for step in steps
    ]
    for row, step in enumerate(steps):
        axes.barh(row, step.left, height=0.64, color=STAGES[step.stage])
        axes.barh(row, step.removed, left=step.left, height=0.64, **GONE)
    for row, line in enumerate(cells, start=-1):
        edge = 4.0
        for column, text in enumerate(line):
            edge += POINTS_PER_CHARACTER * (max(len(other[column]) for other in cells) + 2)
            _beside(axes, row if row >= 0 else -0.85, text, edge, "right", "bold" if row < 0 else "normal")
    axes.set(xlim=(0, max((step.left + step.removed for step in steps), default=0) or 1), xlabel="items")
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(_items))
    used = {step.stage for step in steps}
    stages = [Patch(color=colour, label=f"left: {stage}") for stage, colour in STAGES.items() if stage in used]
    figure.legend(handles=[*stages, Patch(**GONE, label="removed by the step")], loc="outside lower center", ncols=4)
    return figure


def draw_blindness(before: Blindness, after: Blindness | None, title: str) -> Figure:
    """Make the blindness figure: a bar for the ceiling of each view, a dot with interval for each baseline."""
    rows: list[Predictor | str] = []
    for view, group in groupby(predictors(before, after), key=lambda predictor: predictor.view):
        rows += [f"sees only the {view}", *group]
    figure, axes = _axes([row if isinstance(row, str) else _name(row) for row in rows], title)
    for place, row in enumerate(rows):
        if isinstance(row, str):
            axes.get_yticklabels()[place].set_fontweight("bold")
            continue
        axes.axhline(place, color=FAINT, linewidth=0.6, zorder=0)
        end = next((end for end in range(place, len(rows)) if isinstance(rows[end], str)), len(rows))
        for result, colour, shift in ((row.before, BEFORE, -0.17), (row.after, AFTER, 0.17)):
            _mark(axes, place + (shift if after else 0), end - 0.5, result, colour)
        _beside(axes, place, _change(row, after is not None), 8, "left")
    axes.set(xlim=(0, 1), xlabel="accuracy")
    axes.xaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))
    handles = _dots(after is not None)
    handles.append(
        Line2D(
            [],
            [],
            color=INK,
            linestyle=DASHES,
            linewidth=1,
            label="ceiling: no predictor of that view is better",
        )
    )
    figure.legend(handles=handles, loc="outside lower center", ncols=4)
    return figure


def draw_categories(before: Categories, after: Categories | None) -> Figure:
    """Make the figure by category: per category the best blind adversary before and after, with interval and chance."""
    later = {(row.column, row.value): row for row in after.rows} if after is not None else {}
    rows = before.rows[:CATEGORIES]
    rest = len(before.rows) - len(rows)
    title = "Best blind adversary of each category" + (f", the first {len(rows)}" if rest else "")
    figure, axes = _axes([_broken(row.name) for row in rows], title)
    for place, row in enumerate(rows):
        axes.axhline(place, color=FAINT, linewidth=0.6, zorder=0)
        other = later.get((row.column, row.value))
        for found, colour, shift in ((row, BEFORE, -0.17), (other, AFTER, 0.17)):
            if found is not None and found.scored:
                _dot(axes, place + (shift if after is not None else 0), found, colour)
        told = [percent(one.accuracy) if one and one.scored else NONE for one in (row, other)[: 1 + bool(after)]]
        _beside(axes, place, " → ".join(told), 8, "left")
    axes.set(xlim=(0, 1), xlabel="right; intervals hold for all categories at once")
    axes.xaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))
    figure.legend(handles=_dots(after is not None), loc="outside lower center", ncols=4)
    return figure


def draw_answers(sets: Sequence[str], answers: Sequence[Distribution]) -> Figure:
    """Make the figure of answers: per answer type the share of each frequent answer, a bar for each set."""
    rows: list[tuple[str, tuple[float, ...]]] = []
    heads = set()
    for one in answers:
        heads.add(len(rows))
        rows.append((one.name, ()))
        for share in one.answers:
            counted = zip(share.counts, one.totals, strict=True)
            rows.append((share.answer, tuple(number / total if total else 0.0 for number, total in counted)))
    figure, axes = _axes([_broken(textwrap.shorten(name, 60, placeholder=" ...")) for name, _ in rows], "Answers")
    height = 0.72 / len(sets)
    for place, (_, shares) in enumerate(rows):
        if place in heads:
            axes.get_yticklabels()[place].set_fontweight("bold")
        for number, length in enumerate(shares):
            axes.barh(place + (number - (len(sets) - 1) / 2) * height, length, height=height, color=SETS[number])
        _beside(axes, place, " → ".join(map(percent, shares)), 8, "left")
    axes.set(xlim=(0, 1), xlabel="share of the items of the type")
    axes.xaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))
    figure.legend(
        handles=[Patch(color=colour, label=name) for name, colour in zip(sets, SETS, strict=False)],
        loc="outside lower center",
        ncols=4,
    )
    return figure


def _dots(both: bool) -> list[Line2D]:
    """What dots and ticks mean."""
    marks: dict[str, Any] = {"marker": "o", "linewidth": 1.6, "markersize": 5.5}
    handles = [Line2D([], [], color=BEFORE, label="all items read" if both else "accuracy and interval", **marks)]
    handles += [Line2D([], [], color=AFTER, label="published", **marks)] if both else []
    tick: dict[str, Any] = {"marker": "|", "linestyle": "", "markersize": 9, "markeredgewidth": 1.8}
    return [*handles, Line2D([], [], color=INK, label="chance", **tick)]


def _mark(axes: Axes, height: float, end: float, result: Ceiling | Score | None, colour: str) -> None:
    """Draw a ceiling as a bar with a line down to `end`, a score as a dot with its interval, and chance as a tick."""
    if result is None or not result.items:
        return
    if isinstance(result, Ceiling):
        axes.barh(height, result.share, height=0.3, color=colour)
        axes.vlines(result.share, height, end, color=colour, linewidth=1, linestyle=DASHES, zorder=1)
        return
    _dot(axes, height, result, colour)


def _dot(axes: Axes, height: float, result: Score | Category, colour: str) -> None:
    """Draw an accuracy as dot with interval and chance as tick."""
    axes.vlines(result.chance, height - 0.18, height + 0.18, color=INK, linewidth=1.8, zorder=2)
    # Without clipping, a dot at 0 or 100 % is drawn whole.
    axes.hlines(height, result.low, result.high, color=colour, linewidth=1.6, zorder=3, clip_on=False)
    line: dict[str, Any] = {"color": colour, "linestyle": "", "zorder": 4, "clip_on": False}
    axes.plot([result.low, result.high], [height, height], marker="|", markersize=7, markeredgewidth=1.4, **line)
    axes.plot(result.accuracy, height, marker="o", markersize=5.5, **line)


def _items(value: float, _: int | None) -> str:
    return f"{value / 10**6:g} M" if value >= 10**6 else count(round(value))


def _change(predictor: Predictor, both: bool) -> str:
    results = (predictor.before, predictor.after)[: 1 + both]
    values = [percent(result.right / result.items) if result and result.items else NONE for result in results]
    return " → ".join(values)


def _axes(names: list[str], title: str) -> tuple[Figure, Axes]:
    """Make a figure with one row for each name, high enough for names of several lines."""
    lines = sum(max(1, 0.55 * (1 + name.count("\n"))) for name in names)
    figure = Shown(figsize=(WIDTH, 1.7 + 0.34 * max(lines, 1)), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle("\n".join(textwrap.wrap(title, 80)), x=0.008, ha="left", fontsize=13, fontweight="bold")
    axes = figure.add_subplot()
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(max(len(names), 1) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=FAINT, linewidth=0.8)
    axes.set_axisbelow(True)
    return figure, axes


def _beside(axes: Axes, row: float, text: str, points: float, align: str, weight: str = "normal") -> None:
    """Write to the right of the axes, at a distance that is independent of their width."""
    axes.annotate(
        text,
        (1, row),
        xycoords=axes.get_yaxis_transform(),
        xytext=(points, 0),
        textcoords="offset points",
        horizontalalignment=align,
        verticalalignment="center",
        fontweight=weight,
        annotation_clip=False,
    )


def _name(predictor: Predictor) -> str:
    """Return the name of a row, without the view, which is in the heading above it."""
    return _broken((predictor.name or "ceiling: any predictor").removeprefix(f"{predictor.view}."))


def _broken(name: str) -> str:
    """Break a long name into lines, at its hyphens and spaces if it has any."""
    return "\n".join(textwrap.wrap(name, NAME_WIDTH)) or name


@contextmanager
def _style() -> Iterator[None]:
    with style.context(["default", OWN]):
        yield


def _save(figure: Figure, path: Path) -> None:
    with warnings.catch_warnings():
        # A letter that the font lacks is a box; the table beside the image has it.
        warnings.filterwarnings("ignore", "Glyph", UserWarning)
        # Without the library's version in the file, the same plot is the same bytes after an update.
        figure.savefig(path, format="png", metadata={"Software": None})
