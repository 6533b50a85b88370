"""The command `twokeys`: every verb is one public Python function of the same name and arguments.

Exit status: 0 done, 1 a certificate or a check failed (`diff`: the rows differ), 2 bad input.
"""

from __future__ import annotations

import inspect
import json
import os
import sys
from collections.abc import Callable, Iterator
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

if TYPE_CHECKING:
    import filters
    from audit.evaluate import evaluate
    from audit.explain import explain
    from audit.reference.train import train_reference
    from builder.build import build
    from builder.diagnose import diagnose
    from builder.diff import diff
    from builder.fingerprint import fingerprint
    from builder.verify import verify
    from filters import check_rule

PUBLIC = {
    "build": "builder.build",
    "diagnose": "builder.diagnose",
    "pairs": "builder.pairs",
    "verify": "builder.verify",
    "diff": "builder.diff",
    "fingerprint": "builder.fingerprint",
    "check_rule": "filters",
    "evaluate": "audit.evaluate",
    "explain": "audit.explain",
    "train_reference": "audit.reference.train",
}
"""Public function -> the module it lives in; loaded when first asked for, so that `--help` is quick."""

__all__ = [
    "app",
    "build",
    "check_rule",
    "diagnose",
    "diff",
    "evaluate",
    "explain",
    "fingerprint",
    "train_reference",
    "verify",
]

app = typer.Typer(
    name="twokeys",
    help="Turn VQA corpora into benchmarks whose every item needs both the image and the question, and prove it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
rules = typer.Typer(help="List, show and check filter rules.", no_args_is_help=True)
app.add_typer(rules, name="rules")
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
        from builder.terminal import show_build

        show_build(built)
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
        from builder.terminal import show_diagnosis

        show_diagnosis(found)


@app.command("pairs")
def _pairs(
    recipe: Recipe,
    corpora: Corpora = None,
    work: Work = None,
    engine: EngineName = "process",
    artefacts: Annotated[
        int, typer.Option(min=0, help="Pairs of each kind of edit to look for edit artefacts in; 0: none.")
    ] = 0,
    as_json: AsJson = False,
) -> None:
    """Mine and construct counterfactual partners alone, and count what becomes balanceable."""
    with _bad_input(), _progress() as say:
        from builder.pairs import pairs

        found = pairs(recipe, corpora=corpora, work=work, engine=engine, artefacts=artefacts, say=say)
    if as_json:
        _print_json(found.json())
    else:
        from builder.terminal import show_pairs

        show_pairs(found)


@app.command("verify")
def _verify(folder: Annotated[Path, typer.Argument(help="A published folder.")], as_json: AsJson = False) -> None:
    """Recount everything that a published folder claims, from the folder alone."""
    with _bad_input(), _progress() as say:
        from builder.verify import verify

        findings = verify(folder, say)
    if as_json:
        _print_json([{"check": finding.check, "ok": finding.ok, "problems": finding.problems} for finding in findings])
    else:
        from builder.terminal import show_findings

        show_findings(folder, findings)
    raise typer.Exit(0 if all(finding.ok for finding in findings) else 1)


@app.command("diff")
def _diff(
    first: Annotated[Path, typer.Argument(help="A published folder.")],
    second: Annotated[Path, typer.Argument(help="Another one, such as a later build of the same recipe.")],
    as_json: AsJson = False,
) -> None:
    """Compare two published folders: items added, removed, changed, and why. Ends with 0: same rows, 1: they differ."""
    with _bad_input(), _progress() as say:
        from builder.diff import diff

        found = diff(first, second, say)
    if as_json:
        _print_json(found.json())
    else:
        from builder.terminal import show_difference

        show_difference(found)
    raise typer.Exit(0 if found.same else 1)


ModelName = Annotated[
    str,
    typer.Option("--model", help="reference:NAME, a folder, a name on the hub, or http://host/v1#model of a server."),
]


@app.command("evaluate")
def _evaluate(
    folder: Annotated[Path, typer.Argument(help="A published folder.")],
    model: ModelName,
    config: Annotated[str | None, typer.Option(help="Its config; `all` for everything that was read.")] = None,
    split: Annotated[str | None, typer.Option(help="Its split.")] = None,
    limit: Annotated[int | None, typer.Option(help="Items to answer.")] = None,
    masks: Annotated[
        str | None, typer.Option(help="IMAGE,TEXT, such as blur,removed; the least leaky ones are found by default.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of answers and result; goes on from there.")] = None,
    as_json: AsJson = False,
) -> None:
    """Evaluate a model: accuracy, over pairs too, blind accuracy, and what image and question add together."""
    with _bad_input(), _progress() as say:
        from audit.evaluate import evaluate
        from audit.models.model import Masking

        found = evaluate(
            folder, model, config=config, split=split, limit=limit, masking=Masking.read(masks), out=out, say=say,
        )  # fmt: skip
    if as_json:
        _print_json(found.json())
    else:
        from audit.terminal import show_evaluation

        show_evaluation(found)


@app.command("explain")
def _explain(
    folder: Annotated[Path, typer.Argument(help="A published folder.")],
    model: ModelName,
    explainers: Annotated[
        str | None, typer.Option(help="Names with commas between (see `twokeys explainers`); all but the oracles.")
    ] = None,
    config: Annotated[str | None, typer.Option(help="Its config; `all` for everything that was read.")] = None,
    split: Annotated[str | None, typer.Option(help="Its split.")] = None,
    limit: Annotated[int, typer.Option(help="Items to explain; 0 for all.")] = 50,
    answer: Annotated[str, typer.Option(help="Explain the model's `own` answer or the `gold` one.")] = "own",
    budget: Annotated[int, typer.Option(help="Forward passes of the improved estimate, an explainer and item.")] = 138,
    masks: Annotated[
        str | None, typer.Option(help="IMAGE,TEXT, such as blur,removed; the least leaky ones are found by default.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of results and report.html; goes on from there.")] = None,
    seed: Annotated[int, typer.Option(help="Of the draw of items and all that is drawn within them.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Explain a model's answers, and rank the methods that explain them by the synergy of image and question."""
    out = out or Path("out") / f"{folder.name}-explained"
    with _bad_input(), _progress() as say:
        from audit.explain import DEFAULT, explain
        from audit.models.model import Masking

        names = DEFAULT if explainers is None else tuple(name.strip() for name in explainers.split(","))
        found = explain(
            folder, model, names, config=config, split=split, limit=limit or None, answer=answer, budget=budget,
            masking=Masking.read(masks), out=out, seed=seed, say=say,
        )  # fmt: skip
    if as_json:
        _print_json({"run": found.run, **found.summary.json()})
    else:
        from audit.terminal import show_explained

        show_explained(found, out)


@app.command("explainers")
def _explainers(as_json: AsJson = False) -> None:
    """List the methods that explain a model's answer, and what each of them takes."""
    from audit.explainers.registry import explainers

    patches, tokens = 16, 6
    found = {name: (kind(), kind().cost(patches, tokens)) for name, kind in explainers().items()}
    if as_json:
        _print_json({
            name: {"summary": (inspect.getdoc(type(one)) or "").partition("\n")[0], "published": one.published,
                   "promises": sorted(one.promises), "forward": cost.forward, "backward": cost.backward}
            for name, (one, cost) in found.items()
        })  # fmt: skip
        return
    rows = [
        (
            name,
            (inspect.getdoc(type(one)) or "").partition("\n")[0],
            str(cost.forward),
            str(cost.backward),
            one.published,
        )
        for name, (one, cost) in found.items()
    ]
    from builder.terminal import table

    title = f"Explainers; passes for {patches} patches and {tokens} tokens"
    table(title, ["name", "what it does", "forward", "backward", "published"], rows)


@app.command("train-reference")
def _train_reference(
    family: Annotated[str, typer.Option(help="llava, qwen or internvl.")],
    questions: Annotated[str, typer.Option(help="natural, or balanced per question string.")] = "natural",
    out: Annotated[Path | None, typer.Option(help="Folder to write; out/FAMILY-QUESTIONS by default.")] = None,
    seed: Annotated[int, typer.Option(help="Of weights, order and augmentation.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Train a small model of one family on easy-VQA, from scratch, and measure it once on the test split."""
    with _bad_input(), _progress() as say:
        from audit.reference.train import train_reference

        found = train_reference(family, out or Path("out") / f"{family}-{questions}", questions, seed, say)
    if as_json:
        _print_json(found)
    else:
        from builder.terminal import table

        rows = [(kind, f"{value:.2%}") for kind, value in found["test_accuracy"].items()]
        table(f"{family}, {questions} questions, {found['seconds']} s", ["test items", "right"], rows)


@app.command("recipes")
def _recipes(as_json: AsJson = False) -> None:
    """List the recipes that ship."""
    from builder.recipe import load, shipped

    found = {name: load(name) for name in shipped()}
    if as_json:
        _print_json({name: recipe.model_dump(mode="json", by_alias=True) for name, recipe in found.items()})
        return
    rows = [(name, recipe.title, "build" if recipe.publishable else "diagnose") for name, recipe in found.items()]
    from builder.terminal import table

    table("Recipes", ["name", "title", "for"], rows)


@app.command("corpora")
def _corpora(as_json: AsJson = False) -> None:
    """List the formats that can be read, and how their official files should lie."""
    from builder.corpora import readers

    found = readers()
    if as_json:
        _print_json({name: {"summary": reader.summary, "needs": reader.needs} for name, reader in found.items()})
        return
    from builder.terminal import table

    table("Formats", ["format", "reads", "needs"], [(n, r.summary, r.needs) for n, r in found.items()])


@rules.command("list")
def _rules_list(as_json: AsJson = False) -> None:
    """List all rules, built in and from other packages."""
    from filters.registry import rules as registered

    found = registered()
    if as_json:
        _print_json({name: {"summary": rule.summary, "bias": rule.bias} for name, rule in found.items()})
        return
    from builder.terminal import table

    table("Rules", ["id", "drops an item when", "against"], [(n, r.summary, r.bias) for n, r in found.items()])


Rule = Annotated[str, typer.Argument(help="Id of a rule, or path/to/file.py:ClassName.")]
With = Annotated[str, typer.Option("--with", help="Parameters as JSON, such as '{\"threshold\": 0.5}'.")]


def _made(rule: str, parameters: str) -> filters.Rule:
    from builder.errors import BadInput
    from builder.filtering import made
    from builder.recipe import RuleUse

    try:
        values = json.loads(parameters)
    except json.JSONDecodeError:
        values = None
    if not isinstance(values, dict):
        allowed = 'a JSON object, such as {"threshold": 0.5}'
        raise BadInput("--with", None, repr(parameters), allowed, "quote it for the shell")
    return made(RuleUse.model_validate({"rule": rule, "with": values}))


@rules.command("show")
def _rules_show(rule: Rule, with_: With = "{}", as_json: AsJson = False) -> None:
    """Show what one rule reads, decides and where it was published."""
    with _bad_input():
        made = _made(rule, with_)
    facts = {
        "id": made.id, "version": made.version, "drops an item when": made.summary, "against": made.bias,
        "reads": ", ".join(made.reads()), "uses the gold answer": made.uses_gold, "decides by": made.scope,
        "cost": made.cost, "published in": made.citation or "-", "parameters": repr(made),
    }  # fmt: skip
    if as_json:
        _print_json(facts)
    else:
        from builder.terminal import OUT, table

        table(made.id, ["", ""], list(facts.items()))
        OUT.print(inspect.getdoc(type(made)) or "", markup=False)


@rules.command("check")
def _rules_check(rule: Rule, with_: With = "{}", as_json: AsJson = False) -> None:
    """Put a rule through the contract tests that all rules pass."""
    with _bad_input():
        from filters import check_rule

        made = _made(rule, with_)
        findings = check_rule(made)
    failed = [finding for finding in findings if finding.kind == "error"]
    if as_json:
        _print_json(
            [{"check": finding.check, "kind": finding.kind, "message": finding.message} for finding in findings]
        )
    else:
        from builder.terminal import OUT, table

        if findings:
            table(made.id, ["check", "kind", "what was found"], [(f.check, f.kind, f.message) for f in findings])
        if not failed:
            OUT.print(f"{made.id}: the contract holds", style="green")
    raise typer.Exit(1 if failed else 0)


def _print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n")


@contextmanager
def _bad_input() -> Iterator[None]:
    """Say what is wrong with the input in one message, and leave with status 2."""
    from builder.errors import BadInput

    try:
        yield
    except BadInput as error:
        err.print("bad input", style="bold red", end=" ")
        err.print(str(error), markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(2) from None


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """One bar per stage on the terminal; nothing on a pipe but a line per stage."""
    # Encoders come from packages or from a cache: libraries must not show bars of their own.
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
