"""Prints checks, differences and uploads of published folders, and run folders."""

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
"""Largest number of printed rows of each kind of difference."""


def show_verified(verified: Verified, *, brief: bool = False) -> None:
    """Print a line for each claim of a published folder, with its counts and differences.

    Args:
        verified: What was recounted.
        brief: Whether only what is wrong is printed.
    """
    rows = [
        (each.check, each.counted, _differences(each)) for each in verified if each.outcome not in ("absent", "stated")
    ]
    if not brief:
        table(Whole(verified.folder), ("claim", "what was counted", "differ"), rows)
        absent = [each.check for each in verified if each.outcome == "absent"]
        if absent and verbosity() is Verbosity.VERBOSE:
            tabled.prose(OUT, f"The folder holds nothing of: {', '.join(absent)}.")
    for each in verified:
        if each.not_made:
            tabled.print_sentence(OUT, f"{each.check}: {each.not_made}")
        for problem in _told(each):
            tabled.print_sentence(OUT, f"{each.check}: {problem}")
        if each.remedy and each.failed:
            tabled.print_sentence(OUT, f"To do for {each.check}: {each.remedy}")
    _show_unanswered(verified)
    for each in verified:
        if each.stated and not brief:
            tabled.prose(OUT, f"{each.check.capitalize()}, since only the builder saw it: {'; '.join(each.stated)}.")
    if not brief:
        tabled.print_sentence(OUT, f"{verified.folder}: {verified.summary}", style="green" if verified.ok else "red")


def _told(finding: Finding) -> list[str]:
    """Problems: all if the user can solve them or with `--verbose`, otherwise the first and the number of others."""
    if finding.remedy or len(finding.problems) <= PROBLEMS or verbosity() is Verbosity.VERBOSE:
        return finding.problems
    return [*finding.problems[:PROBLEMS], f"and {len(finding.problems) - PROBLEMS:,} more: --verbose names them"]


def _differences(finding: Finding) -> str:
    """The number of differences, or the outcome of a check that did not run."""
    if finding.failed:
        return f"FAILED {tables.count(len(finding.problems))}"
    if finding.unanswered:
        return f"{tables.count(len(finding.unanswered))} open"
    return "not made" if finding.not_made else "0"


def _show_unanswered(verified: Verified) -> None:
    """Warn of questions that only people can answer."""
    if not verified.unanswered:
        return
    if verbosity() is Verbosity.VERBOSE:
        for question in verified.unanswered:
            tabled.print_sentence(OUT, question)
    questions = f"{len(verified.unanswered)} {'question has' if len(verified.unanswered) == 1 else 'questions have'}"
    warning = f"{questions} no answer in the datasheet: `twokeys push` asks for them (--verbose names them)"
    tabled.print_sentence(OUT, f"warning: {warning}", style="yellow")


def show_leftovers(place: Path, leftovers: list[Leftover]) -> None:
    """Print the run folders."""
    if not leftovers:
        tabled.print_sentence(OUT, f"{place} holds no run folder")
        return
    rows = [
        (
            Whole(each.folder),
            KINDS[each.kind] + ", in use" * each.busy,
            tables.count(each.files),
            f"{each.size / 10**6:.1f} MB",
        )
        for each in leftovers
    ]
    table("Run folders", ("folder", "holds", "files", "size"), rows)


def show_kept(kept: Leftover) -> None:
    """Print the size of the vectors in the user's cache, if there are any."""
    if kept.files:
        size = f"{kept.size / 10**6:.1f} MB"
        tabled.print_sentence(
            OUT, f"{size} of vectors are kept for all builds in {kept.folder}; --vectors removes them"
        )


def show_difference(differences: Difference) -> None:
    """Print how two published folders differ."""
    counts = [
        (
            name,
            *map(
                tables.count, (config.before, config.after, len(config.added), len(config.removed), len(config.changed))
            ),
        )
        for name, config in differences.configs.items()
    ]
    table("Rows", ("config", "first", "second", "added", "removed", "changed"), counts)
    for name, config in differences.configs.items():
        _show_rows(name, config)
    for title, rows in difference.side_by_side(differences.first, differences.second).items():
        if changed := [row for row in rows if row[1] != row[2]]:
            table(title, difference.HEADER, changed)
    for title, fields in (
        ("Recipe", differences.recipe),
        ("Sources", differences.sources),
        ("Packages", differences.packages),
    ):
        if fields:
            rows = [(Whole(name), Whole(_value(old)), Whole(_value(new))) for name, (old, new) in fields.items()]
            table(title, ("", "first", "second"), rows)
    OUT.print(
        "the same rows" if differences.same else "the rows differ", style="green" if differences.same else "yellow"
    )


def _value(value: object) -> str:
    """A value of a recipe or manifest as YAML writes it; `-` if there is none."""
    return tables.NONE if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def show_new_key(made: NewKey) -> None:
    """Print where a pair of keys is, and what to do with each."""
    protected = "a passphrase protects it" if made.protected else "no passphrase protects it, only its mode 0600"
    tabled.print_sentence(OUT, f"Key {made.key_id}. Secret, {protected}: {made.secret}")
    tabled.print_sentence(OUT, f"To be published, as a file or as text: {made.public}")
    OUT.print(made.text, markup=False, highlight=False)


def show_signed(found: Signed) -> None:
    """Print where a signature is, and how a reader checks it."""
    replaced = f", in place of a signature by key {found.replaced}" if found.replaced else ""
    tabled.print_sentence(OUT, f"{found.file}: signed by key {found.key_id}{replaced}", style="green")
    tabled.print_sentence(OUT, f"A reader checks it with `twokeys verify {found.folder} --key NAME.pub`.")


def show_push(pushed: Pushed) -> None:
    """Print the files that are or would be uploaded, the files that stay on the hub, and the address."""
    rows = [(Whole(name), tables.count(size)) for name, size in pushed.files.items()]
    table(f"{len(rows)} files, {tables.count(pushed.size)} bytes", ("file", "bytes"), rows)
    if pushed.left_out or pushed.removed:
        stay = [
            *((Whole(name), why) for name, why in pushed.left_out.items()),
            *((Whole(name), "from an earlier push, no longer in the folder") for name in pushed.removed),
        ]
        table("What does not go, or was removed", ("file", "why"), stay)
    reader = "public" if pushed.public else "private"
    where = f"[bold]{escape(pushed.repository)}[/] ({reader}), tag [bold]{escape(pushed.tag)}[/]"
    if pushed.outcome == "planned":
        OUT.print(f"Would go to {where}; nothing was pushed")
    elif pushed.outcome == "there":
        OUT.print(f"Is there already: {where}, {escape(pushed.url)}; nothing was pushed")
    else:
        OUT.print(f"[green]pushed[/] to {where}: {escape(pushed.url)}")


def _show_rows(config: str, difference: ConfigDifference) -> None:
    """Print the number of added and removed rows by reason, and the changed columns."""
    for title, whys in (("added", difference.added), ("removed", difference.removed)):
        kinds = Counter((why.stage or "-", why.rule or "-") for why in whys.values() if why)
        examples = {(why.stage or "-", why.rule or "-"): (name, why.reason) for name, why in whys.items() if why}
        where = f"reason in the {'first' if title == 'added' else 'second'} folder"
        if kinds:
            rows = [
                (*kind, tables.count(n), Whole(examples[kind][0]), examples[kind][1])
                for kind, n in kinds.most_common(DIFFERENCES)
            ]
            table(f"{config}: {title}, {where}", ("stage", "rule", "items", "such as", "because"), rows)
    if difference.columns:
        changed = [(name, tables.count(n)) for name, n in list(difference.columns.items())[:DIFFERENCES]]
        table(f"{config}: changed", ("column", "rows"), changed)
