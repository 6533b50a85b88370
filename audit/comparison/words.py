"""A comparison as cells and sentences, which terminal, Markdown and LaTeX share."""

from __future__ import annotations

from collections.abc import Sequence

from twokeys.audit.comparison.measures import ACCURACY
from twokeys.audit.comparison.result import Compared
from twokeys.audit.comparison.rows import SHORT, CategoryDifference, PairedDifference
from twokeys.audit.evaluation.by_category import named
from twokeys.core.intervals import TELLS_NOTHING
from twokeys.core.intervals.means import Interval
from twokeys.data_cards.tables import NONE, Cells, count, interval, percent

CHANCE = "chance"
TOLD = 5
"""Categories in which runs are told apart that are told in words."""
LEGEND = {
    "question": "Question pairs: one question, two images, both right.",
    "image": "Image pairs: one image, two questions, both right.",
    "group": "Quads: two questions by two images, all four right.",
}
METHOD = (
    "Points: paired difference on the same items, with a bootstrap interval over groups of items. Alone right: items, "
    "pairs or quads that one run alone gets right. McNemar: exact test that takes these as independent; by groups: the "
    "same test with the items of a group exchanged together; Holm: the latter, corrected for the pairs of runs."
)
BY_CATEGORY = (
    "Intervals by category are exact, and hold for all categories and runs at once (Bonferroni), as in a diagnosis."
)
FEW = "too few to tell"


def rates(found: Compared) -> tuple[Cells, list[Cells]]:
    """A row for each run, a column for each measure, and chance below."""
    names = list(dict.fromkeys(rate.measure for rate in found.rates))
    own = {(rate.run, rate.measure): rate.own for rate in found.rates}
    chance = {rate.measure: rate.chance for rate in found.rates}
    rows = [(run, *(_share(own[run, name]) for name in names)) for run in found.names]
    guesses = tuple(NONE if (level := chance[name]) is None else percent(level) for name in names)
    return ("run", *(SHORT[name] for name in names)), [*rows, (CHANCE, *guesses)]


def legend(found: Compared) -> str:
    """What the columns of pairs count; empty if there are none."""
    return " ".join(LEGEND[name] for name in dict.fromkeys(rate.measure for rate in found.rates) if name in LEGEND)


def differences(found: Compared) -> tuple[Cells, list[Cells]]:
    """A row for each pair of runs and measure; where no group holds two items, both tests are one."""
    grouped = any(one.p != one.p_mcnemar for one in found.differences)
    tests = ("McNemar p", "by groups p", "Holm p") if grouped else ("McNemar p", "Holm p")
    rows = []
    for one in found.differences:
        p = (one.p_mcnemar, one.p, one.p_holm) if grouped else (one.p, one.p_holm)
        points = _points(one.own.estimate, one.own.low, one.own.high)
        rows.append((SHORT[one.measure], f"{one.first} - {one.second}", points, _alone(one), *map(_p, p)))
    return ("", "first - second", "points", "alone right", *tests), rows


def categories(found: Compared) -> tuple[Cells, list[Cells]]:
    """A row for each category, a column for each run."""
    rows: dict[tuple[str, str], list[str]] = {}
    for one in found.categories:
        told = FEW if one.high - one.low > TELLS_NOTHING else interval(one.low, one.high)
        cells = rows.setdefault((one.column, one.value), [named(one.column, one.value), count(one.items)])
        cells.append(f"{percent(one.accuracy)} {told}")
    return ("category", "items", *found.names), [tuple(cells) for cells in rows.values()]


def category_differences(found: Compared) -> tuple[Cells, list[Cells]]:
    """A row for each pair of runs in each category."""
    header = ("category", "items", "first - second", "points", "alone right", "told apart")
    rows: list[Cells] = [
        (
            named(one.column, one.value),
            count(one.items),
            f"{one.first} - {one.second}",
            _points(one.difference, one.low, one.high),
            f"{count(one.first_alone)} / {count(one.second_alone)}",
            "yes" if one.apart else "no",
        )
        for one in found.category_differences
    ]
    return header, rows


def sentences(found: Compared) -> list[str]:
    """What stands out, in words: between runs, then in categories."""
    said = [_verdict(one) for one in found.differences if one.measure == ACCURACY]
    told = [_apart(one) for one in found.apart]
    if not found.category_differences:
        return said
    looks = len({(one.column, one.value) for one in found.category_differences})
    if not told:
        return [*said, f"In none of {count(looks)} categories are two runs told apart."]
    more = [f"And {count(len(told) - TOLD)} more differences by category."] if len(told) > TOLD else []
    return [*said, *told[:TOLD], *more]


def left_out(found: Compared) -> list[str]:
    """Which runs scored items that are not compared."""
    return [
        f"{run}: {count(number)} more items that not every run scored are left out"
        for run, number in found.left_out.items()
        if number
    ]


def _verdict(one: PairedDifference) -> str:
    p = one.p_holm
    if p is None or p > 0.05:
        return f"{one.first} and {one.second} are not told apart by accuracy (p {_p(p)})."
    better, worse = (one.first, one.second) if one.own.estimate > 0 else (one.second, one.first)
    return f"{better} is right more often than {worse}, by {100 * abs(one.own.estimate):.1f} points (p {_p(p)})."


def _apart(one: CategoryDifference) -> str:
    ahead = one.difference > 0
    better, worse = (one.first, one.second) if ahead else (one.second, one.first)
    low, high = (one.low, one.high) if ahead else (-one.high, -one.low)
    points = f"{100 * abs(one.difference):.1f} points [{100 * low:.1f}, {100 * high:.1f}]"
    return f"On the {count(one.items)} items of {named(one.column, one.value)}, {better} leads {worse} by {points}."


def _share(own: Interval) -> str:
    return f"{percent(own.estimate)} {interval(own.low, own.high)}".removesuffix(f" {NONE}")


def _points(estimate: float, low: float, high: float) -> str:
    """A difference in points with its interval.

    Example:
        >>> _points(0.02, -0.0001, 0.041), _points(0.0, float("nan"), float("nan"))
        ('+2.0 [0.0, 4.1]', '0.0')
    """
    middle, *ends = (round(100 * value, 1) + 0.0 for value in (estimate, low, high))  # + 0.0: no minus before nothing
    told = "" if low != low else f" [{ends[0]:.1f}, {ends[1]:.1f}]"
    return f"{middle:+.1f}{told}" if middle else f"0.0{told}"


def _alone(one: PairedDifference) -> str:
    if one.first_alone is None or one.second_alone is None:
        return NONE
    return f"{count(one.first_alone)} / {count(one.second_alone)}"


def _p(value: float | None) -> str:
    """A p value.

    Example:
        >>> _p(0.21875), _p(1e-9), _p(None)
        ('0.219', '<0.001', '-')
    """
    if value is None:
        return NONE
    return "<0.001" if value < 0.0005 else f"{value:.3f}"


def blocks(found: Compared) -> Sequence[tuple[str, tuple[Cells, list[Cells]]]]:
    """Title -> table, in the order of a page."""
    return [
        ("Right", rates(found)),
        ("Paired differences", differences(found)),
        ("By category", categories(found)),
        ("Paired differences by category", category_differences(found)),
    ]
