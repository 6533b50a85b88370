"""Filter rules: `rules list`, `rules show`, `rules check`, `rules new`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from twokeys.commands.options import AsJson
from twokeys.commands.tabled import print_sentence
from twokeys.commands.terminal import plainly, print_json
from twokeys.commands.verbosity import speaking

app = typer.Typer(help="List, show, check and start filter rules.", no_args_is_help=True, rich_markup_mode=None)
Rule = Annotated[str, typer.Argument(help="Id of a rule, or path/to/file.py:ClassName.")]
With = Annotated[str, typer.Option("--with", help="Parameters as JSON, such as '{\"threshold\": 0.5}'.")]


@app.command("list")
@speaking
def list_all(as_json: AsJson = False) -> None:
    """List all rules, built in and from other packages."""
    from twokeys.filters.registry import rules as registered

    rules = registered()
    if as_json:
        print_json({name: {"summary": rule.summary, "bias": rule.bias} for name, rule in rules.items()})
        return
    from twokeys.commands.show_builds import table

    table("Rules", ["id", "drops an item when", "against"], [(n, r.summary, r.bias) for n, r in rules.items()])


def _parameters(parameters: str) -> dict[str, Any]:
    from twokeys.core.errors import BadInput

    try:
        values = json.loads(parameters)
    except json.JSONDecodeError:
        values = None
    if not isinstance(values, dict):
        allowed = 'parameters such as {"threshold": 0.5}'
        raise BadInput("--with", None, f"{parameters!r} is no JSON object", allowed, "quote it for the shell")
    return values


@app.command("show")
@speaking
def show(rule: Rule, with_: With = "{}", as_json: AsJson = False) -> None:
    """Show what one rule reads, decides and where it was published."""
    with plainly():
        from twokeys.filters.registry import rule_for_build
        from twokeys.filters.rule_apart import description

        said = description(rule_for_build(rule, _parameters(with_)))
    facts = {
        "id": said.id, "version": said.version, "drops an item when": said.summary, "against": said.bias,
        "reads": ", ".join(said.reads), "uses the gold answer": said.uses_gold, "decides by": said.scope,
        "cost": said.cost, "published in": said.citation or "-", "parameters": said.text,
    }  # fmt: skip
    if as_json:
        print_json(facts)
    else:
        from twokeys.commands.show_builds import OUT, table

        table(said.id, ["", ""], list(facts.items()))
        for line in said.doc.splitlines():
            print_sentence(OUT, line)


@app.command("check")
@speaking
def check(
    rule: Rule,
    with_: With = "{}",
    seconds: Annotated[
        float, typer.Option(min=1, help="How long all checks may take together; a rule that takes longer fails.")
    ] = 60,
    as_json: AsJson = False,
) -> None:
    """Put a rule through the contract tests that all rules pass, in a process of its own."""
    with plainly():
        from twokeys.filters import breaches
        from twokeys.filters.contract.apart import check_apart

        made = check_apart(rule, _parameters(with_), seconds)
    findings, failed = made.findings, breaches(made.findings)
    if as_json:
        print_json([{"check": finding.check, "kind": finding.kind, "message": finding.message} for finding in findings])
    else:
        from twokeys.commands.show_builds import OUT, table

        if findings:
            table(made.id, ["check", "kind", "what was found"], [(f.check, f.kind, f.message) for f in findings])
        if not failed:
            OUT.print(f"{made.id}: the contract holds", style="green")
    raise typer.Exit(1 if failed else 0)


@app.command("new")
@speaking
def new(
    name: Annotated[str, typer.Argument(help="Id of the rule: lower-case words joined by '-'.")],
    folder: Annotated[Path, typer.Option(help="Folder for the rule and its test.")] = Path(),
    as_json: AsJson = False,
) -> None:
    """Write a rule and its test, to be changed into the rule that you want."""
    with plainly():
        from twokeys.core.errors import BadInput
        from twokeys.filters.new_rule import new_rule

        try:
            made = new_rule(name, folder)
        except OSError as error:
            problem = f"the folder cannot be written ({error.strerror})"
            raise BadInput(folder, None, problem, "", "choose another with --folder") from error
    if as_json:
        print_json({"rule": str(made.rule), "test": str(made.test), "name": made.name})
        return
    from twokeys.commands.show_builds import OUT

    place = f"{folder}/{made.name}" if folder != Path() else made.name
    target = f"PACKAGE.{made.name.replace('.py', '')}"
    OUT.print(f"written: {made.rule}, {made.test}", markup=False, highlight=False)
    for label, text in {
        "test it": f"python -m pytest {made.test}",
        "check the contract": f"twokeys rules check {place}",
        "use it in a recipe": f'rules: [{{rule: "{place}", with: {{word: color}}}}]',
        "ship it in a package": f'[project.entry-points."twokeys.rules"]  {name} = "{target}"',
    }.items():
        OUT.print(f"  {label}: {text}", markup=False, highlight=False)
