"""Verbs for published folders and the run folders beside them: `verify`, `diff`, `clean`."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from twokeys.commands.options import AsJson, Corpora, Folder
from twokeys.commands.progress import CHECKS, CONFIGS, progress
from twokeys.commands.terminal import plainly, print_json
from twokeys.commands.verbosity import Verbosity


def verify(
    folder: Folder,
    corpora: Corpora = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Fail for a question of the datasheet that has no answer, too.")
    ] = False,
    key: Annotated[
        str | None,
        typer.Option(help="Public key that must have signed the folder: a file of minisign's, or its 56 characters."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Recount everything that a published folder claims: from the folder alone, and from annotations that it names."""
    with plainly(), progress(CHECKS, in_pipes=Verbosity.VERBOSE) as say:
        from twokeys.builder.verify import verify

        verified = verify(folder, corpora=corpora, strict=strict, key=key, say=say)
    if as_json:
        print_json(verified.json())
    else:
        from twokeys.commands.show_folders import show_verified

        show_verified(verified)
    raise typer.Exit(0 if verified.ok else 1)


def clean(
    place: Annotated[Path, typer.Argument(help="The folder in which results lie.")] = Path("out"),
    yes: Annotated[bool, typer.Option("--yes", help="Remove without asking.")] = False,
    vectors: Annotated[
        bool,
        typer.Option("--vectors", help="Remove the vectors, too, that are kept for all builds in the user's cache."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Remove run folders, so that a stopped build starts anew. Lists them and asks before it removes any."""
    with plainly():
        from twokeys.builder.clean import clean, kept_vectors

        leftovers = clean(place, vectors=vectors)
    gone = [each for each in leftovers if not each.busy]
    if not as_json:
        from twokeys.commands.show_folders import show_kept, show_leftovers

        show_leftovers(place, leftovers)
        if not vectors:
            show_kept(kept_vectors())
    if gone and (yes or (not as_json and sys.stdin.isatty() and typer.confirm(f"Remove {len(gone)} of them?"))):
        with plainly():
            clean(place, remove=True, vectors=vectors)
        removed = True
    else:
        removed = False
    if as_json:
        print_json([asdict(each) | {"removed": removed and not each.busy} for each in leftovers])
    elif removed:
        typer.echo(f"{len(gone)} removed")
    elif gone:
        typer.echo("nothing was removed; --yes removes without asking")


def diff(
    first: Folder,
    second: Annotated[
        Path, typer.Argument(help="The folder to compare with, such as a later build of the same recipe.")
    ],
    as_json: AsJson = False,
) -> None:
    """Compare two published folders: items added, removed, changed, and why. Ends with 0: same rows, 1: they differ."""
    with plainly(), progress(CONFIGS) as say:
        from twokeys.builder.diff import diff

        difference = diff(first, second, say)
    if as_json:
        print_json(difference.json())
    else:
        from twokeys.commands.show_folders import show_difference

        show_difference(difference)
    raise typer.Exit(0 if difference.same else 1)
