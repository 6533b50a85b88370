"""`report.html`: what a build or a diagnosis found, for people, in one file that opens from disk.

It is written from one object, `Report`, which the builder fills. All figures are HTML and all images stand inside,
so the same object gives the same bytes, a phone reads it as well as paper does, and nothing is fetched.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from twokeys.data_cards import category_table, panel_table, plain, retrieved, tables, verified
from twokeys.data_cards.blindness import Ceiling
from twokeys.data_cards.card import breaches, within
from twokeys.data_cards.figures import Distribution, Figures
from twokeys.data_cards.page import environment
from twokeys.data_cards.panel import WORDS
from twokeys.data_cards.pictures import Cross, Picture, RetrievedPair

if TYPE_CHECKING:
    from jinja2 import Environment

    from twokeys.data_cards.manifest import Manifest
    from twokeys.data_cards.panel import Panel

FILE = "report.html"


@dataclass(frozen=True)
class Wording:
    """A shortcut in words.

    Attributes:
        cue: As it goes on after `questions that`.
        answer: What they are answered.
        answer_type: Among which items.
        items: Items with the cue, in the half that was not searched.
        right: Those of them with the answer.
        low: Lower end of the interval of the answer's share.
        high: Upper end.
        answers: Different answers that occur there.
        usual: The answer's share among all items of the type.
        expected: The share that needs no shortcut.
        options: Whether the items have options, from which that is told.
        later: Published items with the cue, and those of them with the answer, tier by tier.
    """

    cue: str
    answer: str
    answer_type: str
    items: int
    right: int
    low: float
    high: float
    answers: int
    usual: float
    expected: float = 0.0
    options: bool = False
    later: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Wordings:
    """The shortcuts of one set.

    Attributes:
        name: The set.
        items: Items of answer types that were halved.
        searched: Those in the half that was searched.
        tried: Shortcuts that were counted on the other half.
        held: Those that hold.
        accuracy: Of answering by all that were tried, on the half that was not searched; NaN where there is none.
        low: Lower end of its interval.
        high: Upper end.
        chance: Of the type's most frequent answer, there.
        small: What came of exact tests on answer types that are too small to be halved; empty if none is.
        tested: Those of `held` that they found.
    """

    name: str
    items: int
    searched: int
    tried: int
    held: list[Wording]
    accuracy: float
    low: float
    high: float
    chance: float
    small: str = ""
    tested: int = 0


@dataclass(frozen=True)
class OptionMark:
    """A mark that tells of one option of an item whether it is right.

    Attributes:
        mark: As it goes on after `the option that`.
        items: Items with the mark, in the half that was not searched.
        right: Those of them whose marked option is right.
        low: Lower end of the interval of their share.
        high: Upper end.
        chance: How often an option drawn at random is right there.
    """

    mark: str
    items: int
    right: int
    low: float
    high: float
    chance: float


@dataclass(frozen=True)
class OptionMarks:
    """What the options of one set give away.

    Attributes:
        name: The set.
        all: Items with options.
        items: Those that were looked at.
        searched: Those in the half that was searched.
        tried: Marks that were counted on the other half.
        held: Those that hold.
        small: What came of exact tests, if the items are too few to be halved.
    """

    name: str
    all: int
    items: int
    searched: int
    tried: int
    held: list[OptionMark]
    small: str = ""


@dataclass(frozen=True)
class Neighbour:
    """Another item beside a removed one.

    Attributes:
        relation: How it is near.
        question: Its question.
        answer: Its answer.
        fate: What became of it.
    """

    relation: str
    question: str
    answer: str
    fate: str


@dataclass(frozen=True)
class Removed:
    """A removed item, with what stood beside it.

    Attributes:
        id: The item.
        question: Its question.
        choices: Its options, if any.
        answer: Its answer.
        reason: Why it left.
        picture: Its thumbnail; None where the image is not at hand.
        asked: How the same question is answered elsewhere, in words.
        neighbours: Items near it.
    """

    id: str
    question: str
    choices: list[str]
    answer: str
    reason: str
    picture: Picture | None
    asked: str
    neighbours: list[Neighbour]


@dataclass(frozen=True)
class Departure:
    """Examples of what one step removed.

    Attributes:
        step: The step.
        count: Items that it removed.
        examples: Some of them.
    """

    step: str
    count: int
    examples: list[Removed]


@dataclass(frozen=True, kw_only=True)
class Report(Figures):
    """All that a report shows.

    Attributes:
        description: In its own words.
        manifest: Of the build; None for a diagnosis.
        items: Items read.
        kept: Items published, or that could be balanced.
        openings: Answers by the question's first words.
        shortcuts: Of all items read, then of each tier that holds items.
        options: Likewise, of the sets that hold items with options.
        removed: Examples, step by step.
        crosses: Quads and pairs.
        retrieved: Retrieved partners beside the items that they were found for.
        panel: What models answer without the images; None where none was asked.
    """

    description: str
    manifest: Manifest | None
    items: int
    kept: int
    openings: list[Distribution]
    shortcuts: list[Wordings]
    options: list[OptionMarks]
    removed: list[Departure]
    crosses: list[Cross]
    retrieved: list[RetrievedPair]
    panel: Panel | None = None


def report_text(report: Report) -> str:
    """Write the file."""
    manifest = report.manifest
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            r=report,
            m=manifest,
            widest=max((step.left + step.removed for step in report.funnel), default=0) or 1,
            predictors=tables.predictors(report.before, report.after),
            chance=f"{tables.CHANCE} {tables.BELOW} {tables.folds(report.before, report.after)}",
            categories=_categories(report),
            worst=_worst(report),
            strata=(tables.STRATA_HEADER, tables.strata_rows(report.after or report.before)),
            models=panel_table.sentences(report.panel) if report.panel else [],
            words=WORDS,
            legend=panel_table.LEGEND,
            joint=tables.joint_rows(report.before, report.after),
            breaches=breaches(manifest) if manifest else [],
            nothing=plain.empty(manifest) if manifest and not manifest.kept else "",
            bounded=plain.bounded(manifest) if manifest and manifest.kept else "",
            parts=" and ".join(name.replace("_", " ") for name in within(manifest)) if manifest else "",
            audited=plain.audited(manifest.audited) if manifest and manifest.audited else [],
            planted=plain.controls(manifest.audited) if manifest and manifest.audited else [],
        )
    )


def panel_text(title: str, items: int, ceiling: float, panel: Panel) -> str:
    """Write the page of what models answer without the images of a published folder.

    Args:
        title: Of the folder.
        items: Items that were asked about.
        ceiling: The question ceiling of the folder.
        panel: What they answer.
    """
    said = panel_table.sentences(panel)
    return (
        _environment()
        .get_template("panel.html.j2")
        .render(
            title=title, items=items, ceiling=ceiling, panel=panel, said=said, words=WORDS, legend=panel_table.LEGEND
        )
    )


def _worst(report: Report) -> list[tuple[str, list[str]]]:
    """The worst categories in words, of each set."""
    sets = (("All items read", report.categories), ("Published", report.categories_after))
    return [(name, said) for name, found in sets if found and (said := category_table.sentences(found))]


def _categories(report: Report) -> tuple[tables.Cells, list[tables.Cells], str]:
    """The table by category: heading, rows, and how its intervals were made."""
    before, after = report.categories, report.categories_after
    if before is None:
        return (), [], ""
    told = f"{category_table.LEGEND} {category_table.method(before)}"
    if after is None:
        return category_table.HEADER, category_table.rows(before), told
    return category_table.BOTH_HEADER, category_table.both_rows(before, after), told


@cache
def _environment() -> Environment:
    made = environment(
        "twokeys.data_cards",
        count=tables.count,
        percent=tables.percent,
        result=tables.result,
        width=lambda share: f"{100 * share:.2f}%",
        sentence=_sentence,
        mark_sentence=_mark_sentence,
        unbroken=lambda text: text.replace(" %", "\u00a0%"),  # no line ends between a number and its unit
        choice=lambda names: names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}",
    )
    made.globals |= {"interval": tables.interval, "ratio": _ratio, "stood_out": _stood_out, "found": retrieved}
    made.globals["verified"] = verified
    made.tests["ceiling"] = lambda found: isinstance(found, Ceiling)
    return made


def _ratio(part: int, whole: int) -> float:
    """A share, NaN of nothing."""
    return part / whole if whole else math.nan


def _sentence(wording: Wording) -> str:
    """A shortcut as a sentence.

    Example:
        >>> _sentence(Wording("begin with “is no”", "yes", "yes/no", 100, 88, 0.8, 0.93, 2, 0.5))
        'Questions that begin with “is no” are answered “yes” in 88 %'
    """
    share = round(100 * wording.right / wording.items) if wording.items else 0
    return f"Questions that {wording.cue} are answered “{wording.answer}” in {share} %"


def _mark_sentence(one: OptionMark) -> str:
    """A shortcut in options as a sentence.

    Example:
        >>> _mark_sentence(OptionMark("is the longest", 200, 122, 0.54, 0.67, 0.25))
        'The option that is the longest is right in 61 %'
    """
    share = round(100 * one.right / one.items) if one.items else 0
    return f"The option that {one.mark} is right in {share} %"


def _stood_out(what: str, found: Wordings | OptionMarks) -> str:
    """How many of what stood out in one half hold in the other.

    Example:
        >>> _stood_out("mark", OptionMarks("all", 100, 100, 60, 1, []))
        'The one mark that stood out in 60 items does not hold in the other 40.'
    """
    where, rest = f"in {found.searched:,} items", f"in the other {found.items - found.searched:,}"
    if not found.tried:
        return f"No {what} stood out {where}."
    held = len(found.held) - (found.tested if isinstance(found, Wordings) else 0)
    if found.tried == 1:
        return f"The one {what} that stood out {where} {'holds' if held else 'does not hold'} {rest}."
    return f"{held or 'None'} of the {found.tried} {what}s that stood out {where} hold{'s' * (held == 1)} {rest}."
