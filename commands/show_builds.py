"""Prints builds, diagnoses and the results of pairing as tables."""

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
"""Largest number of printed shortcuts, problems of the same kind, and kinds of bad rows."""
EXAMPLES = 3
"""Largest number of printed items that models answer without the image."""
CATEGORIES = 10
"""Largest number of printed rows of the table by category."""
PREDICTORS = (
    "Ceiling: the best that any predictor can do that sees this side alone, counted. Below it, baselines that were "
    "fitted without the items that they answer, with intervals of 95 %; `twokeys catalogue` says what each does."
)
BALANCED = (
    "Kept: items of the largest subset in which, at every question and every image, no answer is that of more than "
    "the allowed share (one half, unless the recipe says otherwise); proven: no larger subset exists."
)
"""Explanations below tables, for new readers."""
PAIR_STEP = (
    "items", "question ceiling", "image ceiling", "with an image partner", "with a question partner", "balanced",
    "annotated of these",
)  # fmt: skip
"""Columns of the table of the steps of pairing."""


def show_build(built: Built) -> None:
    """Print the kept and removed items of a build, and its folder."""
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
        tabled.print_sentence(OUT, f"Balanced tier: {plain.bounded(manifest)}.")
    else:
        OUT.print(f"[red]NOT bounded[/] by {manifest.max_share:.0%}:")
        for reason in breaches(manifest):
            tabled.print_sentence(OUT, f"  {reason}")
    if built.certified:
        OUT.print(f"Recount with [bold]twokeys verify {folder}[/]")
    OUT.print(f"Folder: [bold]{folder}[/], card: {folder}/README.md, report: {folder}/report.html")
    _show_work(built.executed)


def _show_aside(problems: Sequence[BadInput]) -> None:
    """Print why rows were set aside: a line for each kind, or every row with `--verbose`."""
    for sentence in map(str, problems) if verbosity() is Verbosity.VERBOSE else by_kind(problems)[:KINDS]:
        tabled.print_sentence(OUT, f"set aside: {sentence}")
    if problems:
        OUT.print()


def _show_blindness(before: Blindness, after: Blindness | None) -> None:
    """Print ceilings and baselines; the name of a baseline begins with its view."""
    header = ("accuracy", "chance") if after is None else ("before", "chance", "after", "chance")
    rows = tables.blindness_rows(before, after)
    named = [
        (name if name.startswith(view.removeprefix("the ")) else f"{view}: {name}", *rest) for view, name, *rest in rows
    ]
    table("Blind accuracy", ("predictor", *header), named)
    tabled.prose(OUT, f"{PREDICTORS} {tables.CHANCE} {tables.BELOW} {tables.folds(before, after)}")


def _show_worst(sets: Sequence[tuple[str, Categories | None]]) -> None:
    """Print the worst categories in words, before all tables."""
    lines = [f"{name}{sentence}" for name, found in sets if found for sentence in category_table.sentences(found)]
    for sentence in lines:
        tabled.prose(OUT, sentence)
    if lines:
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
            judgement.adversary,
            judgement.trained_on,
            f"{tables.percent(judgement.accuracy)} {tables.interval(judgement.low, judgement.high)}",
            tables.percent(judgement.chance),
            tables.percent(judgement.guess),
        )
        for view in tier.views
        for judgement in view.judgements
    ]
    title = f"Audited tier: {tables.count(tier.items)} of {tables.count(tier.chosen_from)} items, {tier.verdict}"
    table(title, ("adversary", "fitted on", "accuracy", "chance", "guess"), rows)
    for view in tier.views:
        tabled.print_sentence(OUT, f"{view.view}: {view.outcome}")
        for reason in view.reasons if view.outcome != "certified" else view.notes:
            tabled.print_sentence(OUT, f"{view.view}: {reason}")
    for sentence in plain.controls(tier):
        tabled.print_sentence(OUT, sentence)


def show_diagnosis(diagnosis: Diagnosis) -> None:
    """Print how well a set can be answered blind."""
    OUT.print(
        f"[bold]{escape(diagnosis.name)}[/]: {tables.count(diagnosis.items)} items, "
        f"{tables.count(diagnosis.set_aside)} set aside"
    )
    _show_aside(diagnosis.aside)
    if diagnosis.panel is not None:
        _show_panel(diagnosis.panel)
    _show_worst((("", diagnosis.categories),))
    _show_blindness(diagnosis.blindness, None)
    table("Best of any predictor", tables.JOINT_HEADER[:2], tables.joint_rows(diagnosis.blindness, None))
    _show_categories(diagnosis.categories, None)
    table("Largest balanced subset", ("part", "items", "kept", "optimum"), map(_part, diagnosis.balance))
    tabled.prose(OUT, BALANCED)
    if not any(part.kept for part in diagnosis.balance):
        tabled.prose(OUT, f"No item can be kept. {plain.lacking(diagnosis.blindness)}")
    OUT.print()
    if diagnosis.groups:
        columns = ("corpus", "linked by", "threshold", "links", "largest group", "used", "")
        table("Groups that share a fold", columns, map(_kind, diagnosis.groups))
    if diagnosis.shortcuts and diagnosis.shortcuts.shortcuts:
        table("Shortcuts in words", ("questions that", "are answered", "in", "of", "expected"), _shortcuts(diagnosis))
    for what, mined in (("wording", diagnosis.shortcuts), ("mark", diagnosis.options)):
        if mined and mined.tested:
            tabled.prose(OUT, mined.tested.words(what))
    if diagnosis.options and diagnosis.options.shortcuts:
        options = [
            (
                str(shortcut.mark),
                f"{tables.percent(shortcut.share)} {tables.interval(shortcut.found.low, shortcut.found.high)}",
                tables.count(shortcut.found.items),
                tables.percent(shortcut.chance),
            )
            for shortcut in diagnosis.options.shortcuts[:8]
        ]
        table("Shortcuts in options", ("the option that", "is right in", "of", "chance"), options)
    if diagnosis.folder:
        folder = escape(str(diagnosis.folder))
        page, numbers = diagnosis.pages
        OUT.print(f"Report: [bold]{folder}/{page}[/], numbers: {folder}/{numbers}")
    _show_work(diagnosis.executed)


def _show_panel(panel: Panel) -> None:
    """Print the answers of models without the images: sentences, a table, and examples."""
    for sentence in panel_table.sentences(panel):
        tabled.prose(OUT, sentence)
    OUT.print()
    tabled.prose(OUT, panel_table.named(panel))
    OUT.print()
    table("Models without the image", panel_table.HEADER, panel_table.rows(panel))
    tabled.prose(OUT, panel_table.LEGEND)
    OUT.print()
    examples = [
        (example.question, example.answer, "; ".join(f"{model}: {reply}" for model, reply in example.replies.items()))
        for example in panel.examples[:EXAMPLES]
    ]
    if examples:
        table("Answered without the image", ("question", "answer", "replies"), examples)


def _shortcuts(diagnosis: Diagnosis) -> list[tuple[str, ...]]:
    """The strongest wordings as rows."""
    held = diagnosis.shortcuts.shortcuts[:WORDINGS] if diagnosis.shortcuts else []
    return [
        (
            str(shortcut.cue),
            shortcut.answer,
            f"{tables.percent(shortcut.share)} {tables.interval(shortcut.found.low, shortcut.found.high)}",
            tables.count(shortcut.found.items),
            tables.percent(shortcut.expected),
        )
        for shortcut in held
    ]


def show_pairs(paired: Paired) -> None:
    """Print how many items can be balanced after each step of pairing, and counts of each kind of edit."""
    OUT.print(f"[bold]{escape(paired.name)}[/]: {tables.count(paired.read)} items read")
    columns = zip(PAIR_STEP, *map(_pair_step, paired.steps), strict=True)
    table("What can be balanced", ("with", *(step.name for step in paired.steps)), list(columns))
    if paired.kinds:
        kinds = [
            (kind.kind, *map(tables.count, (kind.made, sum(kind.refused.values()), kind.added, kind.published)))
            for kind in paired.kinds
        ]
        table("Edits", ("kind", "made", "refused", "added", "balanced"), kinds)
        reasons = [(kind.kind, reason, tables.count(n)) for kind in paired.kinds for reason, n in kind.refused.items()]
        if reasons:
            table("Why edits were refused", ("kind", "reason", "edits"), reasons)
    if paired.retrieved:
        _show_retrieved(paired)
    if paired.precision:
        table("How often models are right", verified.HEADER, verified.rows(paired.precision))
        tabled.prose(OUT, verified.LEGEND)
        OUT.print()
    if paired.artefacts:
        rows = [
            (
                kind.kind,
                tables.count(kind.pairs),
                result.classifier,
                f"{tables.percent(result.accuracy)} [{tables.percent(result.low)}, {tables.percent(result.high)}]",
                f"{tables.percent(kind.cue.most.share)}, p {kind.cue.most.p:.2g}",
                kind.verdict,
            )
            for kind in paired.artefacts
            for result in kind.told
        ]
        headings = (
            "kind",
            "pairs",
            "classifier",
            "told edited from original (chance 50 %)",
            "helps to answer",
            "verdict",
        )
        table("Edit artefacts", headings, rows)
    _show_work(paired.executed)


def _show_retrieved(paired: Paired) -> None:
    """Print how many items judges of retrieved partners understand, and how many are balanced, by kind."""
    kinds = retrieved.rows(paired.retrieved, paired.kinds)
    table("Retrieved partners", *_turned(retrieved.HEADER, kinds))
    tabled.prose(OUT, retrieved.LEGEND)
    for sentence in retrieved.answers(paired.retrieved):
        tabled.prose(OUT, sentence)
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
    """Print a table."""
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
    tabled.print_sentence(OUT, f"Work done: {work or 'none, everything was there'}", style="dim")
