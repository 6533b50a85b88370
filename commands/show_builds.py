"""What the command prints: builds, diagnoses and findings as tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.text import Text

from twokeys.commands import tabled
from twokeys.commands.tabled import Whole, console
from twokeys.commands.verbosity import Verbosity, verbosity
from twokeys.data_cards import category_table, difference, plain, retrieved, tables, verified
from twokeys.data_cards.card import breaches

if TYPE_CHECKING:
    from twokeys.builder.build import Built
    from twokeys.builder.checks.finding import Finding, Verified
    from twokeys.builder.clean import Leftover
    from twokeys.builder.diagnose import Diagnosis
    from twokeys.builder.diff import ConfigDifference, Difference
    from twokeys.builder.pairs import Paired, PairStep
    from twokeys.builder.push import Pushed
    from twokeys.data_cards.audited import AuditedTier
    from twokeys.data_cards.categories import Categories
    from twokeys.data_cards.manifest import BalancePart, GroupKind

OUT = console()
WORDINGS, PROBLEMS, DIFFERENCES = 8, 3, 10
"""Rows that are printed of shortcuts in words, of one check's problems, and of each kind of difference."""
CATEGORIES = 10
"""Rows that are printed of the table by category."""
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
    if manifest.pairs is not None and manifest.pairs.retrieved:
        tabled.prose(OUT, retrieved.summary(manifest.pairs))
        OUT.print()
    _show_blindness(("before", "chance", "after", "chance"), tables.blindness_rows(manifest.before, manifest.after))
    table("Best of any predictor", tables.JOINT_HEADER, tables.joint_rows(manifest.before, manifest.after))
    _show_categories(manifest.categories_before, manifest.categories_after)
    folder = escape(str(built.folder))
    if manifest.audited is not None:
        _show_audited(manifest.audited)
    if manifest.kept == 0 and manifest.audited is not None:
        OUT.print("No item is in the balanced tier: no two of them balance each other")
    elif manifest.kept and not breaches(manifest):
        tabled.prose(OUT, f"Balanced tier: {plain.bounded(manifest)}.")
    else:
        OUT.print(f"[red]NOT bounded[/] by {manifest.max_share:.0%}: {folder}/certificate.json says why")
    if built.certified:
        OUT.print(f"Recount with [bold]twokeys verify {folder}[/]")
    OUT.print(f"Folder: [bold]{folder}[/], card: {folder}/README.md, report: {folder}/report.html")
    _show_work(built.executed)


def _show_blindness(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print ceilings and baselines; a baseline's name begins with what it sees, so that the view needs no column."""
    named = [
        (name if name.startswith(view.removeprefix("the ")) else f"{view}: {name}", *rest) for view, name, *rest in rows
    ]
    table("Blind accuracy", ("predictor", *header), named)
    tabled.prose(OUT, f"{tables.CHANCE} {tables.BELOW}")


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
        tabled.prose(OUT, f"{view.view}: {view.outcome}")
        for reason in view.reasons if view.outcome != "certified" else view.notes:
            tabled.prose(OUT, f"{view.view}: {reason}")
    for sentence in plain.controls(tier):
        tabled.prose(OUT, sentence)


def show_diagnosis(found: Diagnosis) -> None:
    """Print how blind-solvable a set is."""
    OUT.print(
        f"[bold]{escape(found.name)}[/]: {tables.count(found.items)} items, {tables.count(found.set_aside)} set aside"
    )
    _show_worst((("", found.categories),))
    _show_blindness(("accuracy", "chance"), tables.blindness_rows(found.blindness, None))
    table("Best of any predictor", tables.JOINT_HEADER[:2], tables.joint_rows(found.blindness, None))
    _show_categories(found.categories, None)
    table("Largest balanced subset", ("part", "items", "kept", "optimum"), map(_part, found.balance))
    if found.groups:
        columns = ("corpus", "linked by", "threshold", "links", "largest group", "used", "")
        table("Groups that share a fold", columns, map(_kind, found.groups))
    if found.shortcuts and found.shortcuts.shortcuts:
        table("Shortcuts in words", ("questions that", "are answered", "in", "of", "expected"), _shortcuts(found))
    for what, mined in (("wording", found.shortcuts), ("mark of options", found.options)):
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
        OUT.print(f"Report: [bold]{folder}/report.html[/], numbers: {folder}/diagnosis.json")
    _show_work(found.executed)


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


def show_verified(found: Verified, *, brief: bool = False) -> None:
    """Print one line for each claim of a published folder, with what was counted, and what does not fit.

    Args:
        found: What was recounted.
        brief: Whether only what is wrong is printed.
    """
    rows = [(one.check, one.counted, _differences(one)) for one in found if one.outcome not in ("absent", "stated")]
    if not brief:
        table(Whole(found.folder), ("claim", "what was counted", "differ"), rows)
        absent = [one.check for one in found if one.outcome == "absent"]
        if absent and verbosity() is Verbosity.VERBOSE:
            tabled.prose(OUT, f"The folder holds nothing of: {', '.join(absent)}.")
    for one in found:
        if one.not_made:
            OUT.print(Text(f"{one.check}: {one.not_made}"))
        for problem in _told(one):
            OUT.print(Text(f"{one.check}: {problem}"))
        if one.remedy and one.failed:
            OUT.print(Text(f"To do for {one.check}: {one.remedy}"))
    _show_unanswered(found)
    for one in found:
        if one.stated and not brief:
            tabled.prose(OUT, f"{one.check.capitalize()}, since only the builder saw it: {'; '.join(one.stated)}.")
    if not brief:
        OUT.print(Text(f"{found.folder}: {found.summary}"), style="green" if found.ok else "red")


def _told(found: Finding) -> list[str]:
    """Problems: all if somebody can do something about them or asks for all, else the first and how many more."""
    if found.remedy or len(found.problems) <= PROBLEMS or verbosity() is Verbosity.VERBOSE:
        return found.problems
    return [*found.problems[:PROBLEMS], f"and {len(found.problems) - PROBLEMS:,} more: --verbose names them"]


def _differences(found: Finding) -> str:
    """How many differences were found, or what became of the check instead."""
    if found.failed:
        return f"FAILED {tables.count(len(found.problems))}"
    if found.unanswered:
        return f"{tables.count(len(found.unanswered))} open"
    return "not made" if found.not_made else "0"


def _show_unanswered(found: Verified) -> None:
    """Warn of questions that only people can answer."""
    if not found.unanswered:
        return
    if verbosity() is Verbosity.VERBOSE:
        for question in found.unanswered:
            OUT.print(Text(question))
    questions = f"{len(found.unanswered)} {'question has' if len(found.unanswered) == 1 else 'questions have'}"
    warning = f"{questions} no answer in the datasheet: `twokeys push` asks for them (--verbose names them)"
    OUT.print(Text(f"warning: {warning}"), style="yellow")


def show_leftovers(place: Path, found: list[Leftover]) -> None:
    """Print which run folders there are."""
    if not found:
        OUT.print(Text(f"{place} holds no run folder"))
        return
    rows = [
        (
            Whole(one.folder),
            {"run": "results of stages", "masks": "what masks let through"}[one.kind] + ", in use" * one.busy,
            tables.count(one.files),
            f"{one.size / 10**6:.1f} MB",
        )
        for one in found
    ]
    table("Run folders", ("folder", "holds", "files", "size"), rows)


def show_difference(found: Difference) -> None:
    """Print how two published folders differ."""
    counts = [
        (name, *map(tables.count, (one.before, one.after, len(one.added), len(one.removed), len(one.changed))))
        for name, one in found.configs.items()
    ]
    table("Rows", ("config", "first", "second", "added", "removed", "changed"), counts)
    for name, one in found.configs.items():
        _show_rows(name, one)
    for title, rows in difference.side_by_side(found.first, found.second).items():
        table(title, difference.HEADER, rows)
    for title, fields in (("Recipe", found.recipe), ("Sources", found.sources), ("Packages", found.packages)):
        if fields:
            rows = [(Whole(name), Whole(old), Whole(new)) for name, (old, new) in fields.items()]
            table(title, ("", "first", "second"), rows)
    OUT.print("the same rows" if found.same else "the rows differ", style="green" if found.same else "yellow")


def show_push(found: Pushed) -> None:
    """Print which files went or would go, what stays behind, and where they are."""
    rows = [(Whole(name), tables.count(size)) for name, size in found.files.items()]
    table(f"{len(rows)} files, {tables.count(found.size)} bytes", ("file", "bytes"), rows)
    if found.left_out or found.removed:
        stay = [
            *((Whole(name), why) for name, why in found.left_out.items()),
            *((Whole(name), "from an earlier push, no longer in the folder") for name in found.removed),
        ]
        table("What does not go, or was removed", ("file", "why"), stay)
    reader = "public" if found.public else "private"
    where = f"[bold]{escape(found.repository)}[/] ({reader}), tag [bold]{escape(found.tag)}[/]"
    if found.outcome == "planned":
        OUT.print(f"Would go to {where}; nothing was pushed")
    elif found.outcome == "there":
        OUT.print(f"Is there already: {where}, {escape(found.url)}; nothing was pushed")
    else:
        OUT.print(f"[green]pushed[/] to {where}: {escape(found.url)}")


def _show_rows(config: str, found: ConfigDifference) -> None:
    """Print why rows came and went, counted by reason, and which columns changed."""
    for title, whys in (("added", found.added), ("removed", found.removed)):
        kinds = Counter((why.stage or "-", why.rule or "-") for why in whys.values() if why)
        examples = {(why.stage or "-", why.rule or "-"): (name, why.reason) for name, why in whys.items() if why}
        where = f"reason in the {'first' if title == 'added' else 'second'} folder"
        if kinds:
            rows = [
                (*kind, tables.count(n), Whole(examples[kind][0]), examples[kind][1])
                for kind, n in kinds.most_common(DIFFERENCES)
            ]
            table(f"{config}: {title}, {where}", ("stage", "rule", "items", "such as", "because"), rows)
    if found.columns:
        changed = [(name, tables.count(n)) for name, n in list(found.columns.items())[:DIFFERENCES]]
        table(f"{config}: changed", ("column", "rows"), changed)


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
    OUT.print(f"Work done: {work or 'none, everything was there'}", style="dim")
