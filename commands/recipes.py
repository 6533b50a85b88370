"""Verbs for writing recipes: `recipe init`, `recipe check`, `recipe fields`, `recipe schema`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from twokeys.commands.options import AsJson, Corpora, Recipe
from twokeys.commands.terminal import plainly, print_json
from twokeys.commands.verbosity import Verbosity, speaking, verbosity
from twokeys.core.bad_rows import by_kind

app = typer.Typer(help="Start and check a recipe of your own.", no_args_is_help=True, rich_markup_mode=None)
Source = Annotated[str, typer.Argument(help="A table, a folder, or a Hub dataset that is in the local cache.")]
KINDS = 3
"""Largest number of kinds of bad rows that are printed for a split."""
File = Annotated[Path | None, typer.Option("--out", help="The recipe's file. Default: NAME.yaml.")]


@app.command("init")
@speaking
def init(path: Source, out: File = None) -> None:
    """Write a commented recipe for a table, a folder or a dataset, and ten items as they would be read."""
    from twokeys.builder.recipe_init import init_recipe
    from twokeys.commands import tabled
    from twokeys.commands.show_builds import OUT

    with plainly():
        done = init_recipe(path, out)
    OUT.print(f"Recipe: {done.recipe}", markup=False, highlight=False)
    if verbosity() is Verbosity.QUIET:
        return
    OUT.print(f"Items as they would be read: {done.sample} ({done.items})", markup=False, highlight=False)
    for kind in by_kind(done.problems)[:KINDS]:
        tabled.prose(OUT, f"Not read: {kind}")
    if done.to_do:
        OUT.print("To fill in:")
        for line in done.to_do:
            OUT.print(f"  {line}", markup=False, highlight=False)
    OUT.print(f"Next: twokeys recipe check {done.recipe}", markup=False, highlight=False)


@app.command("check")
@speaking
def check(recipe: Recipe, corpora: Corpora = None, as_json: AsJson = False) -> None:
    """Check a recipe: fields, names, licences, files, columns and the first rows of each split."""
    from twokeys.builder.recipe_check import ROWS, check_recipe
    from twokeys.commands import tabled
    from twokeys.commands.show_builds import OUT, table

    with plainly():
        checked = check_recipe(recipe, corpora)
    if as_json:
        print_json(checked.json())
        raise typer.Exit(0 if checked.good else 2)
    quiet = verbosity() is Verbosity.QUIET
    if checked.splits and not quiet:
        rows = [
            (split.corpus, split.split, f"{split.rows:,}", f"{len(split.bad):,}", f"{split.images:,}")
            for split in checked.splits
        ]
        table(f"First rows of each split, {ROWS:,} at most", ("corpus", "split", "rows", "bad", "images decoded"), rows)
    for split in () if quiet else checked.splits:
        for kind in by_kind(split.bad)[:KINDS]:
            tabled.prose(OUT, f"Bad: {kind}")
    for warning in () if quiet else checked.warnings:
        tabled.prose(OUT, f"Look at this: {warning}.")
    for problem in checked.problems:
        tabled.prose(OUT, f"Wrong: {problem}")
    if not checked.good:
        raise typer.Exit(2)
    if not quiet:
        OUT.print(f"{recipe}: nothing is wrong", markup=False, highlight=False)


@app.command("fields")
@speaking
def fields() -> None:
    """Print every field of a recipe as Markdown: what it holds, its default, its meaning, an example."""
    from twokeys.commands.recipe_reference import reference

    sys.stdout.write(reference())


@app.command("schema")
@speaking
def schema() -> None:
    """Print the JSON schema of a recipe, for editors."""
    from twokeys.commands.recipe_reference import schema_text

    sys.stdout.write(schema_text())
