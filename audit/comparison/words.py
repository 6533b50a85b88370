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
"""Largest number of sentences about categories in which runs differ."""
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


def rates(compared: Compared) -> tuple[Cells, list[Cells]]:
    """A row for each run, a column for each measure, and chance below."""
    names = list(dict.fromkeys(rate.measure for rate in compared.rates))
    interval_of = {(rate.run, rate.measure): rate.own for rate in compared.rates}
    chance = {rate.measure: rate.chance for rate in compared.rates}
    rows = [(run, *(_share(interval_of[run, name]) for name in names)) for run in compared.names]
    guesses = tuple(NONE if (level := chance[name]) is None else percent(level) for name in names)
    return ("run", *(SHORT[name] for name in names)), [*rows, (CHANCE, *guesses)]


def legend(compared: Compared) -> str:
    """The meaning of the columns of pairs; empty if there are none."""
    return " ".join(LEGEND[name] for name in dict.fromkeys(rate.measure for rate in compared.rates) if name in LEGEND)


def differences(compared: Compared) -> tuple[Cells, list[Cells]]:
    """A row for each pair of runs and measure; if no group holds two items, both tests are the same."""
    grouped = any(difference.p != difference.p_mcnemar for difference in compared.differences)
    tests = ("McNemar p", "by groups p", "Holm p") if grouped else ("McNemar p", "Holm p")
    rows = []
    for difference in compared.differences:
        p = (difference.p_mcnemar, difference.p, difference.p_holm) if grouped else (difference.p, difference.p_holm)
        points = _points(difference.own.estimate, difference.own.low, difference.own.high)
        rows.append(
            (
                SHORT[difference.measure],
                f"{difference.first} - {difference.second}",
                points,
                _alone(difference),
                *map(_p, p),
            )
        )
    return ("", "first - second", "points", "alone right", *tests), rows


def categories(compared: Compared) -> tuple[Cells, list[Cells]]:
    """A row for each category, a column for each run."""
    rows: dict[tuple[str, str], list[str]] = {}
    for rate in compared.categories:
        shown = FEW if rate.high - rate.low > TELLS_NOTHING else interval(rate.low, rate.high)
        cells = rows.setdefault((rate.column, rate.value), [named(rate.column, rate.value), count(rate.items)])
        cells.append(f"{percent(rate.accuracy)} {shown}")
    return ("category", "items", *compared.names), [tuple(cells) for cells in rows.values()]


def category_differences(compared: Compared) -> tuple[Cells, list[Cells]]:
    """A row for each pair of runs in each category."""
    header = ("category", "items", "first - second", "points", "alone right", "told apart")
    rows: list[Cells] = [
        (
            named(difference.column, difference.value),
            count(difference.items),
            f"{difference.first} - {difference.second}",
            _points(difference.difference, difference.low, difference.high),
            f"{count(difference.first_alone)} / {count(difference.second_alone)}",
            "yes" if difference.apart else "no",
        )
        for difference in compared.category_differences
    ]
    return header, rows


def sentences(compared: Compared) -> list[str]:
    """Sentences about notable results: between runs, then in categories."""
    verdicts = [_verdict(each) for each in compared.differences if each.measure == ACCURACY]
    categories_apart = [_apart(each) for each in compared.apart]
    if not compared.category_differences:
        return verdicts
    looks = len({(each.column, each.value) for each in compared.category_differences})
    if not categories_apart:
        return [*verdicts, f"In none of {count(looks)} categories are two runs told apart."]
    more = (
        [f"And {count(len(categories_apart) - TOLD)} more differences by category."]
        if len(categories_apart) > TOLD
        else []
    )
    return [*verdicts, *categories_apart[:TOLD], *more]


def left_out(compared: Compared) -> list[str]:
    """Which runs scored items that are not compared."""
    return [
        f"{run}: {count(number)} more items that not every run scored are left out"
        for run, number in compared.left_out.items()
        if number
    ]


def _verdict(difference: PairedDifference) -> str:
    p = difference.p_holm
    if p is None or p > 0.05:
        return f"{difference.first} and {difference.second} are not told apart by accuracy (p {_p(p)})."
    better, worse = (
        (difference.first, difference.second) if difference.own.estimate > 0 else (difference.second, difference.first)
    )
    return f"{better} is right more often than {worse}, by {100 * abs(difference.own.estimate):.1f} points (p {_p(p)})."


def _apart(difference: CategoryDifference) -> str:
    ahead = difference.difference > 0
    better, worse = (difference.first, difference.second) if ahead else (difference.second, difference.first)
    low, high = (difference.low, difference.high) if ahead else (-difference.high, -difference.low)
    points = f"{100 * abs(difference.difference):.1f} points [{100 * low:.1f}, {100 * high:.1f}]"
    items = f"the {count(difference.items)} items of {named(difference.column, difference.value)}"
    return f"On {items}, {better} leads {worse} by {points}."


def _share(share: Interval) -> str:
    return f"{percent(share.estimate)} {interval(share.low, share.high)}".removesuffix(f" {NONE}")


def _points(estimate: float, low: float, high: float) -> str:
    """A difference in points with its interval.

    Example:
        >>> _points(0.02, -0.0001, 0.041), _points(0.0, float("nan"), float("nan"))
        ('+2.0 [0.0, 4.1]', '0.0')
    """
    middle, *ends = (round(100 * value, 1) + 0.0 for value in (estimate, low, high))  # + 0.0: no minus before nothing
    ends_text = "" if low != low else f" [{ends[0]:.1f}, {ends[1]:.1f}]"
    return f"{middle:+.1f}{ends_text}" if middle else f"0.0{ends_text}"


def _alone(difference: PairedDifference) -> str:
    if difference.first_alone is None or difference.second_alone is None:
        return NONE
    return f"{count(difference.first_alone)} / {count(difference.second_alone)}"


def _p(value: float | None) -> str:
    """A p value.

    Example:
        >>> _p(0.21875), _p(1e-9), _p(None)
        ('0.219', '<0.001', '-')
    """
    if value is None:
        return NONE
    return "<0.001" if value < 0.0005 else f"{value:.3f}"


def blocks(compared: Compared) -> Sequence[tuple[str, tuple[Cells, list[Cells]]]]:
    """Title -> table, in the order of a page."""
    return [
        ("Right", rates(compared)),
        ("Paired differences", differences(compared)),
        ("By category", categories(compared)),
        ("Paired differences by category", category_differences(compared)),
    ]
