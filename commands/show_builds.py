"""What the command prints: builds, diagnoses and findings as tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.markup import escape

from twokeys.commands import tabled
from twokeys.commands.tabled import console
from twokeys.commands.verbosity import Verbosity, verbosity
from twokeys.core.bad_rows import by_kind
from twokeys.data_cards import category_table, panel_table, plain, retrieved, tables, verified
from twokeys.data_cards.card import breaches

if TYPE_CHECKING:
    from twokeys.builder.build import Built
    from twokeys.builder.diagnose import Diagnosis
    from twokeys.builder.pairs import Paired, PairStep
    from twokeys.core.errors import BadInput
    from twokeys.data_cards.audited import AuditedTier
    from twokeys.data_cards.blindness import Blindness
    from twokeys.data_cards.categories import Categories
    from twokeys.data_cards.manifest import BalancePart, GroupKind
    from twokeys.data_cards.panel import Panel

OUT = console()
WORDINGS, PROBLEMS, KINDS = 8, 3, 10
"""Rows that are printed of shortcuts in words, of problems of one kind, and of kinds of bad rows."""
EXAMPLES = 3
"""Items that are printed of those which models answer without the image."""
CATEGORIES = 10
"""Rows that are printed of the table by category."""
PREDICTORS = (
    "Ceiling: the best that any predictor can do that sees this side alone, counted. Below it, baselines that were "
    "fitted without the items that they answer, with intervals of 95 %; `twokeys catalogue` says what each does."
)
BALANCED = (
    "Kept: items of the largest subset in which, at every question and every image, no answer is that of more than "
    "the allowed share (one half, unless the recipe says otherwise); proven: no larger subset exists."
)
"""What stands under tables, for readers who see their words for the first time."""
PAIR_STEP = (
    "items", "question ceiling", "image ceiling", "with an image partner", "with a question partner", "balanced",
    "annotated of these",
)  # fmt: skip
"""What is counted after each step of pairing."""


def show_build(built: Built) -> None:
    """Print what a build kept, what it removed, and where it is."""
    manifest = built.manifest
    _show_worst((("All items read: ", manifest.categories_before), ("Published: ", manifest.categories_after)))
    table(manifest.title, tables.SUMMARY_HEADER, tables.summary_rows(manifest))
    steps = [(step.name, tables.count(step.removed), tables.count(step.left)) for step in manifest.funnel]
    table("What was removed", ("step", "removed", "left"), steps)
    _show_aside(built.aside)
    if manifest.pairs is not None and manifest.pairs.retrieved:
        tabled.prose(OUT, retrieved.summary(manifest.pairs))
        OUT.print()
    _show_blindness(manifest.before, manifest.after)
    table("Best of any predictor", tables.JOINT_HEADER, tables.joint_rows(manifest.before, manifest.after))
    _show_categories(manifest.categories_before, manifest.categories_after)
    if manifest.kept:
        table("Parts of the published set", tables.STRATA_HEADER, tables.strata_rows(manifest.after))
    folder = escape(str(built.folder))
    if manifest.audited is not None:
        _show_audited(manifest.audited)
    if manifest.kept == 0:
        OUT.print("[red]NOT bounded[/]: no item was kept.")
        tabled.prose(OUT, plain.empty(manifest))
    elif not breaches(manifest):
        tabled.said(OUT, f"Balanced tier: {plain.bounded(manifest)}.")
    else:
        OUT.print(f"[red]NOT bounded[/] by {manifest.max_share:.0%}:")
        for reason in breaches(manifest):
            tabled.said(OUT, f"  {reason}")
    if built.certified:
        OUT.print(f"Recount with [bold]twokeys verify {folder}[/]")
    OUT.print(f"Folder: [bold]{folder}[/], card: {folder}/README.md, report: {folder}/report.html")
    _show_work(built.executed)


def _show_aside(problems: Sequence[BadInput]) -> None:
    """Print why rows were set aside: a line a kind, or all if the verb is to say more."""
    for sentence in map(str, problems) if verbosity() is Verbosity.VERBOSE else by_kind(problems)[:KINDS]:
        tabled.said(OUT, f"set aside: {sentence}")
    if problems:
        OUT.print()


def _show_blindness(before: Blindness, after: Blindness | None) -> None:
    """Print ceilings and baselines; a baseline's name begins with what it sees, so that the view needs no column."""
    header = ("accuracy", "chance") if after is None else ("before", "chance", "after", "chance")
    rows = tables.blindness_rows(before, after)
    named = [
        (name if name.startswith(view.removeprefix("the ")) else f"{view}: {name}", *rest) for view, name, *rest in rows
    ]
    table("Blind accuracy", ("predictor", *header), named)
    tabled.prose(OUT, f"{PREDICTORS} {tables.CHANCE} {tables.BELOW} {tables.folds(before, after)}")


def _show_worst(sets: Sequence[tuple[str, Categories | None]]) -> None:
    """Print the worst categories in words, before all tables."""
    told = [f"{name}{sentence}" for name, found in sets if found for sentence in category_table.sentences(found)]
    for sentence in told:
        tabled.prose(OUT, sentence)
    if told:
        OUT.print()


def _show_categories(before: Categories | None, after: Categories | None) -> None:
    """Print the first rows of the table by category, before and after selection."""
    if before is None or not before.rows:
        return
    if after is None or not after.rows:
        header, every = category_table.HEADER, category_table.rows(before)
    else:
        header, every = category_table.BOTH_HEADER, category_table.both_rows(before, after)
    rows, more = category_table.shown(every, CATEGORIES)
    table("By category", header, rows)
    if more:
        tabled.prose(OUT, f"{more}: the report has them.")
    tabled.prose(OUT, f"{category_table.LEGEND} {category_table.method(before)}")
    OUT.print()


def _show_audited(tier: AuditedTier) -> None:
    """Print the adversaries of the audited tier, and the verdict."""
    rows = [
        (
            one.adversary,
            one.trained_on,
            f"{tables.percent(one.accuracy)} {tables.interval(one.low, one.high)}",
            tables.percent(one.chance),
            tables.percent(one.guess),
        )
        for view in tier.views
        for one in view.judgements
    ]
    title = f"Audited tier: {tables.count(tier.items)} of {tables.count(tier.chosen_from)} items, {tier.verdict}"
    table(title, ("adversary", "fitted on", "accuracy", "chance", "guess"), rows)
    for view in tier.views:
        tabled.said(OUT, f"{view.view}: {view.outcome}")
        for reason in view.reasons if view.outcome != "certified" else view.notes:
            tabled.said(OUT, f"{view.view}: {reason}")
    for sentence in plain.controls(tier):
        tabled.said(OUT, sentence)


def show_diagnosis(found: Diagnosis) -> None:
    """Print how blind-solvable a set is."""
    OUT.print(
        f"[bold]{escape(found.name)}[/]: {tables.count(found.items)} items, {tables.count(found.set_aside)} set aside"
    )
    _show_aside(found.aside)
    if found.panel is not None:
        _show_panel(found.panel)
    _show_worst((("", found.categories),))
    _show_blindness(found.blindness, None)
    table("Best of any predictor", tables.JOINT_HEADER[:2], tables.joint_rows(found.blindness, None))
    _show_categories(found.categories, None)
    table("Largest balanced subset", ("part", "items", "kept", "optimum"), map(_part, found.balance))
    tabled.prose(OUT, BALANCED)
    if not any(part.kept for part in found.balance):
        tabled.prose(OUT, f"No item can be kept. {plain.lacking(found.blindness)}")
    OUT.print()
    if found.groups:
        columns = ("corpus", "linked by", "threshold", "links", "largest group", "used", "")
        table("Groups that share a fold", columns, map(_kind, found.groups))
    if found.shortcuts and found.shortcuts.shortcuts:
        table("Shortcuts in words", ("questions that", "are answered", "in", "of", "expected"), _shortcuts(found))
    for what, mined in (("wording", found.shortcuts), ("mark", found.options)):
        if mined and mined.tested:
            tabled.prose(OUT, mined.tested.words(what))
    if found.options and found.options.shortcuts:
        options = [
            (
                str(one.mark),
                f"{tables.percent(one.share)} {tables.interval(one.found.low, one.found.high)}",
                tables.count(one.found.items),
                tables.percent(one.chance),
            )
            for one in found.options.shortcuts[:8]
        ]
        table("Shortcuts in options", ("the option that", "is right in", "of", "chance"), options)
    if found.folder:
        folder = escape(str(found.folder))
        page, numbers = found.pages
        OUT.print(f"Report: [bold]{folder}/{page}[/], numbers: {folder}/{numbers}")
    _show_work(found.executed)


def _show_panel(found: Panel) -> None:
    """Print what models answer without the images: in words, as a table, and some examples."""
    for said in panel_table.sentences(found):
        tabled.prose(OUT, said)
    OUT.print()
    tabled.prose(OUT, panel_table.named(found))
    OUT.print()
    table("Models without the image", panel_table.HEADER, panel_table.rows(found))
    tabled.prose(OUT, panel_table.LEGEND)
    OUT.print()
    examples = [
        (one.question, one.answer, "; ".join(f"{model}: {reply}" for model, reply in one.replies.items()))
        for one in found.examples[:EXAMPLES]
    ]
    if examples:
        table("Answered without the image", ("question", "answer", "replies"), examples)


def _shortcuts(found: Diagnosis) -> list[tuple[str, ...]]:
    """The strongest wordings as rows."""
    held = found.shortcuts.shortcuts[:WORDINGS] if found.shortcuts else []
    return [
        (
            str(one.cue),
            one.answer,
            f"{tables.percent(one.share)} {tables.interval(one.found.low, one.found.high)}",
            tables.count(one.found.items),
            tables.percent(one.expected),
        )
        for one in held
    ]


def show_pairs(found: Paired) -> None:
    """Print what becomes balanceable by pairing, and what became of each kind of edit."""
    OUT.print(f"[bold]{escape(found.name)}[/]: {tables.count(found.read)} items read")
    columns = zip(PAIR_STEP, *map(_pair_step, found.steps), strict=True)
    table("What can be balanced", ("with", *(step.name for step in found.steps)), list(columns))
    if found.kinds:
        kinds = [
            (kind.kind, *map(tables.count, (kind.made, sum(kind.refused.values()), kind.added, kind.published)))
            for kind in found.kinds
        ]
        table("Edits", ("kind", "made", "refused", "added", "balanced"), kinds)
        reasons = [(kind.kind, reason, tables.count(n)) for kind in found.kinds for reason, n in kind.refused.items()]
        if reasons:
            table("Why edits were refused", ("kind", "reason", "edits"), reasons)
    if found.retrieved:
        _show_retrieved(found)
    if found.precision:
        table("How often models are right", verified.HEADER, verified.rows(found.precision))
        tabled.prose(OUT, verified.LEGEND)
        OUT.print()
    if found.artefacts:
        told = [
            (
                kind.kind,
                tables.count(kind.pairs),
                one.classifier,
                f"{tables.percent(one.accuracy)} [{tables.percent(one.low)}, {tables.percent(one.high)}]",
                f"{tables.percent(kind.cue.most.share)}, p {kind.cue.most.p:.2g}",
                kind.verdict,
            )
            for kind in found.artefacts
            for one in kind.told
        ]
        headings = (
            "kind",
            "pairs",
            "classifier",
            "told edited from original (chance 50 %)",
            "helps to answer",
            "verdict",
        )
        table("Edit artefacts", headings, told)
    _show_work(found.executed)


def _show_retrieved(found: Paired) -> None:
    """Print what judges of retrieved partners understood, and what balance makes of it: a column a kind."""
    kinds = retrieved.rows(found.retrieved, found.kinds)
    table("Retrieved partners", *_turned(retrieved.HEADER, kinds))
    tabled.prose(OUT, retrieved.LEGEND)
    for said in retrieved.answers(found.retrieved):
        tabled.prose(OUT, said)
    OUT.print()


def _turned(header: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[Sequence[str], list[Sequence[str]]]:
    """A table with rows as columns."""
    columns = list(zip(header, *rows, strict=True))
    return columns[0], list(columns[1:])


def _pair_step(step: PairStep) -> tuple[str, ...]:
    shares = (tables.percent(step.question_ceiling), tables.percent(step.image_ceiling))
    partners = (tables.count(step.image_partners), tables.count(step.question_partners))
    return tables.count(step.items), *shares, *partners, tables.count(step.kept), tables.count(step.annotated)


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print one table."""
    tabled.table(OUT, title, columns, rows)


def _part(part: BalancePart) -> tuple[str, ...]:
    name = ", ".join(f"{key}={value}" for key, value in part.part.items()) or "all"
    optimum = "proven" if part.bound == part.weight else f"at most {tables.count(part.bound)}"
    return name, tables.count(part.items), tables.count(part.kept), optimum


def _kind(kind: GroupKind) -> tuple[str, ...]:
    threshold = "exact" if kind.threshold is None else f"{kind.threshold:.3f}"
    share, used = tables.percent(kind.largest_share), "yes" if kind.used else "no"
    return kind.source, kind.kind, threshold, tables.count(kind.links), share, used, kind.note


def _show_work(executed: dict[str, float]) -> None:
    work = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in executed.items())
    tabled.said(OUT, f"Work done: {work or 'none, everything was there'}", style="dim")
