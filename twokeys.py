"""The command `twokeys`: every verb is one public Python function of the same name and arguments.

Exit status: 0 done, 1 a certificate or a check failed, 2 bad input.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

if TYPE_CHECKING:
    from builder.build import Built, build
    from builder.diagnose import Diagnosis, diagnose
    from builder.fingerprint import fingerprint
    from builder.verify import Finding, verify
    from filters import check_rule

PUBLIC = {
    "build": "builder.build",
    "diagnose": "builder.diagnose",
    "verify": "builder.verify",
    "fingerprint": "builder.fingerprint",
    "check_rule": "filters",
}
"""Public function -> the module it lives in; loaded when first asked for, so that `--help` is quick."""

__all__ = ["app", "build", "check_rule", "diagnose", "fingerprint", "verify"]

app = typer.Typer(
    name="twokeys",
    help="Turn VQA corpora into benchmarks whose every item needs both the image and the question, and prove it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
rules = typer.Typer(help="List, show and check filter rules.", no_args_is_help=True)
app.add_typer(rules, name="rules")
out = Console()
err = Console(stderr=True)


def __getattr__(name: str) -> Any:
    if name in PUBLIC:
        from importlib import import_module

        return getattr(import_module(PUBLIC[name]), name)
    raise AttributeError(f"module 'twokeys' has no attribute {name!r}")


Recipe = Annotated[str, typer.Argument(help="Name of a recipe that ships (see `twokeys recipes`) or a YAML file.")]
Out = Annotated[Path | None, typer.Option(help="Folder to write; out/NAME by default.")]
Corpora = Annotated[
    Path | None,
    typer.Option(help="Folder of the official corpora; TWOKEYS_CORPORA by default.", envvar="TWOKEYS_CORPORA"),
]
Work = Annotated[Path | None, typer.Option(help="Run folder, where a stopped build goes on.")]
EngineName = Annotated[str, typer.Option(help="serial, process or ray.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


@app.command("build")
def _build(
    recipe: Recipe,
    out: Out = None,
    corpora: Corpora = None,
    work: Work = None,
    engine: EngineName = "process",
    as_json: AsJson = False,
) -> None:
    """Build a benchmark: read, measure blind, filter, balance, certify, publish."""
    with _bad_input(), _progress() as say:
        from builder.build import build

        built = build(recipe, out, corpora=corpora, work=work, engine=engine, say=say)
    if as_json:
        _print_json({
            "folder": str(built.folder),
            "certified": built.certified,
            "executed": built.executed,
            "configs": {name: config.model_dump() for name, config in built.manifest.configs.items()},
        })  # fmt: skip
    else:
        _show_build(built)
    raise typer.Exit(0 if built.certified else 1)


@app.command("diagnose")
def _diagnose(
    source: Annotated[str, typer.Argument(help="A recipe, as for build, or a published folder.")],
    out: Out = None,
    corpora: Corpora = None,
    work: Work = None,
    engine: EngineName = "process",
    as_json: AsJson = False,
) -> None:
    """Measure how blind-solvable a corpus is: ceilings, blind baselines, largest balanced subset."""
    with _bad_input(), _progress() as say:
        from builder.diagnose import diagnose

        found = diagnose(source, out, corpora=corpora, work=work, engine=engine, say=say)
    if as_json:
        _print_json(found.json())
    else:
        _show_diagnosis(found)


@app.command("verify")
def _verify(folder: Annotated[Path, typer.Argument(help="A published folder.")], as_json: AsJson = False) -> None:
    """Recount everything that a published folder claims, from the folder alone."""
    with _bad_input(), _progress() as say:
        from builder.verify import verify

        findings = verify(folder, say)
    if as_json:
        _print_json([{"check": finding.check, "ok": finding.ok, "problems": finding.problems} for finding in findings])
    else:
        _show_findings(folder, findings)
    raise typer.Exit(0 if all(finding.ok for finding in findings) else 1)


@app.command("recipes")
def _recipes(as_json: AsJson = False) -> None:
    """List the recipes that ship."""
    from builder.recipe import load, shipped

    found = {name: load(name) for name in shipped()}
    if as_json:
        _print_json({name: recipe.model_dump(mode="json", by_alias=True) for name, recipe in found.items()})
        return
    rows = [(name, recipe.title, "build" if recipe.publishable else "diagnose") for name, recipe in found.items()]
    _table("Recipes", ["name", "title", "for"], rows)


@rules.command("list")
def _rules_list(as_json: AsJson = False) -> None:
    """List all rules, built in and from other packages."""
    from filters.registry import rules as registered

    found = registered()
    if as_json:
        _print_json({name: {"summary": rule.summary, "bias": rule.bias} for name, rule in found.items()})
        return
    _table("Rules", ["id", "drops an item when", "against"], [(n, r.summary, r.bias) for n, r in found.items()])


Rule = Annotated[str, typer.Argument(help="Id of a rule, or path/to/file.py:ClassName.")]


@rules.command("show")
def _rules_show(rule: Rule, as_json: AsJson = False) -> None:
    """Show what one rule reads, decides and where it was published."""
    with _bad_input():
        from filters.registry import make

        made = make(rule, {})
    facts = {
        "id": made.id, "version": made.version, "drops an item when": made.summary, "against": made.bias,
        "reads": ", ".join(made.reads()), "uses the gold answer": made.uses_gold, "decides by": made.scope,
        "cost": made.cost, "published in": made.citation or "-", "parameters": repr(made),
    }  # fmt: skip
    if as_json:
        _print_json(facts)
    else:
        _table(made.id, ["", ""], [(name, str(value)) for name, value in facts.items()])
        out.print((type(made).__doc__ or "").strip(), markup=False)


@rules.command("check")
def _rules_check(rule: Rule, as_json: AsJson = False) -> None:
    """Put a rule through the contract tests that all rules pass."""
    with _bad_input():
        from filters import check_rule
        from filters.registry import make

        made = make(rule, {})
        findings = check_rule(made)
    failed = [finding for finding in findings if finding.kind == "error"]
    if as_json:
        _print_json(
            [{"check": finding.check, "kind": finding.kind, "message": finding.message} for finding in findings]
        )
    elif findings:
        _table(made.id, ["check", "kind", "what was found"], [(f.check, f.kind, f.message) for f in findings])
    else:
        out.print(f"{made.id}: all checks passed", style="green")
    raise typer.Exit(1 if failed else 0)


# ----------------------------------------------------------------------------------------------------- printing


def _show_build(built: Built) -> None:
    from data_cards import tables

    manifest = built.manifest
    _table(manifest.title, tables.SUMMARY_HEADER, tables.summary_rows(manifest))
    steps = [(step.name, tables.count(step.removed), tables.count(step.left)) for step in manifest.funnel]
    _table("What was removed", ["step", "removed", "left"], steps)
    _table("Blind accuracy", tables.BLINDNESS_HEADER, tables.blindness_rows(manifest.before, manifest.after))
    verdict = "[green]certified[/]" if built.certified else "[red]NOT certified[/]"
    out.print(f"{verdict}: both ceilings at most {manifest.max_share:.0%} on every part, recount with "
              f"[bold]twokeys verify {built.folder}[/]" if built.certified else
              f"{verdict}: see {built.folder / 'certificate.json'}")  # fmt: skip
    out.print(f"Folder: [bold]{built.folder}[/] (card: {built.folder / 'README.md'})")
    _show_work(built.executed)


def _show_diagnosis(found: Diagnosis) -> None:
    from data_cards import tables

    out.print(f"[bold]{found.name}[/]: {tables.count(found.items)} items, {tables.count(found.set_aside)} set aside")
    _table(
        "Blind accuracy",
        ["sees only", "predictor", "accuracy", "chance"],
        tables.blindness_rows(found.blindness, None),
    )
    parts = [
        (", ".join(f"{k}={v}" for k, v in part.part.items()) or "all", tables.count(part.items), tables.count(part.kept),
         "proven" if part.bound == part.weight else f"at most {tables.count(part.bound)}")
        for part in found.balance
    ]  # fmt: skip
    _table("Largest balanced subset", ["part", "items", "kept", "optimum"], parts)
    if found.groups:
        kinds = [(g.source, g.kind, f"{g.threshold:.3f}" if g.threshold is not None else "exact", tables.count(g.links),
                  f"{g.largest_share:.1%}", "used" if g.used else f"not used: {g.note}") for g in found.groups]  # fmt: skip
        _table(
            "Groups that share a fold",
            ["corpus", "linked by", "threshold", "links", "largest group", ""],
            kinds,
        )
    if found.folder:
        out.print(f"Report: {found.folder / 'diagnosis.json'}, plot: {found.folder / 'blindness.png'}")
    _show_work(found.executed)


def _show_work(executed: dict[str, float]) -> None:
    work = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in executed.items())
    out.print(f"Work done: {work or 'none, everything was there'}", style="dim")


def _show_findings(folder: Path, findings: list[Finding]) -> None:
    rows = [(f.check, "ok" if f.ok else "FAILED", "; ".join(f.problems[:3])) for f in findings]
    _table(str(folder), ["check", "", "what does not fit"], rows)


def _table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    table = Table(title=title, title_justify="left", title_style="bold")
    for number, name in enumerate(columns):
        table.add_column(name, overflow="fold", no_wrap=False, style="bold" if number == 0 else None)
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    out.print(table)


def _print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n")


@contextmanager
def _bad_input() -> Iterator[None]:
    """Say what is wrong with the input in one message, and leave with status 2."""
    from builder.errors import BadInput
    from filters.errors import BadParameter, DuplicateRule, UnknownRule

    try:
        yield
    except (BadInput, UnknownRule, DuplicateRule, BadParameter) as error:
        err.print(f"[bold red]bad input[/] {error}", highlight=False, soft_wrap=True)
        raise typer.Exit(2) from None


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """One bar per stage on the terminal; nothing on a pipe but a line per stage."""
    # Encoders come from packages or from a cache: libraries must not stop to look for a network or show bars of their own.
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    if not err.is_terminal:
        seen: set[str] = set()

        def line(stage: str, done: int, total: int) -> None:
            if stage not in seen:
                seen.add(stage)
                err.print(stage)

        yield line
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True) as bars:
        tasks: dict[str, Any] = {}

        def update(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total or None)
            bars.update(tasks[stage], completed=done, total=total or None)

        yield update
