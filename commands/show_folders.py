"""What the command prints of published folders: what was recounted, how two differ, what was pushed or left over."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape

from twokeys.commands import tabled
from twokeys.commands.show_builds import OUT, PROBLEMS, table
from twokeys.commands.tabled import Whole
from twokeys.commands.verbosity import Verbosity, verbosity
from twokeys.data_cards import difference, tables

if TYPE_CHECKING:
    from twokeys.builder.checks.finding import Finding, Verified
    from twokeys.builder.clean import Leftover
    from twokeys.builder.diff import ConfigDifference, Difference
    from twokeys.builder.push import Pushed
    from twokeys.builder.sign import Signed
    from twokeys.core.signing import NewKey

KINDS = {"run": "results of stages", "masks": "what masks let through", "vectors": "vectors of texts and images"}
DIFFERENCES = 10
"""Rows that are printed of each kind of difference."""


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
            tabled.said(OUT, f"{one.check}: {one.not_made}")
        for problem in _told(one):
            tabled.said(OUT, f"{one.check}: {problem}")
        if one.remedy and one.failed:
            tabled.said(OUT, f"To do for {one.check}: {one.remedy}")
    _show_unanswered(found)
    for one in found:
        if one.stated and not brief:
            tabled.prose(OUT, f"{one.check.capitalize()}, since only the builder saw it: {'; '.join(one.stated)}.")
    if not brief:
        tabled.said(OUT, f"{found.folder}: {found.summary}", style="green" if found.ok else "red")


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
            tabled.said(OUT, question)
    questions = f"{len(found.unanswered)} {'question has' if len(found.unanswered) == 1 else 'questions have'}"
    warning = f"{questions} no answer in the datasheet: `twokeys push` asks for them (--verbose names them)"
    tabled.said(OUT, f"warning: {warning}", style="yellow")


def show_leftovers(place: Path, found: list[Leftover]) -> None:
    """Print which run folders there are."""
    if not found:
        tabled.said(OUT, f"{place} holds no run folder")
        return
    rows = [
        (
            Whole(one.folder),
            KINDS[one.kind] + ", in use" * one.busy,
            tables.count(one.files),
            f"{one.size / 10**6:.1f} MB",
        )
        for one in found
    ]
    table("Run folders", ("folder", "holds", "files", "size"), rows)


def show_kept(kept: Leftover) -> None:
    """Print how much of vectors is kept for all builds, if any is."""
    if kept.files:
        size = f"{kept.size / 10**6:.1f} MB"
        tabled.said(OUT, f"{size} of vectors are kept for all builds in {kept.folder}; --vectors removes them")


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
        if changed := [row for row in rows if row[1] != row[2]]:
            table(title, difference.HEADER, changed)
    for title, fields in (("Recipe", found.recipe), ("Sources", found.sources), ("Packages", found.packages)):
        if fields:
            rows = [(Whole(name), Whole(_value(old)), Whole(_value(new))) for name, (old, new) in fields.items()]
            table(title, ("", "first", "second"), rows)
    OUT.print("the same rows" if found.same else "the rows differ", style="green" if found.same else "yellow")


def _value(value: object) -> str:
    """A value of a recipe or manifest as YAML writes it; `-` if there is none."""
    return tables.NONE if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def show_new_key(made: NewKey) -> None:
    """Print where a pair of keys is, and what to do with each."""
    protected = "a passphrase protects it" if made.protected else "no passphrase protects it, only its mode 0600"
    tabled.said(OUT, f"Key {made.key_id}. Secret, {protected}: {made.secret}")
    tabled.said(OUT, f"To be published, as a file or as text: {made.public}")
    OUT.print(made.text, markup=False, highlight=False)


def show_signed(found: Signed) -> None:
    """Print where a signature is, and how a reader checks it."""
    replaced = f", in place of a signature by key {found.replaced}" if found.replaced else ""
    tabled.said(OUT, f"{found.file}: signed by key {found.key_id}{replaced}", style="green")
    tabled.said(OUT, f"A reader checks it with `twokeys verify {found.folder} --key NAME.pub`.")


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
