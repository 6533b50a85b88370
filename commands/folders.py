"""What one or two published folders say, and what lies beside them: `verify`, `diff`, `clean`."""

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

        found = verify(folder, corpora=corpora, strict=strict, key=key, say=say)
    if as_json:
        print_json(found.json())
    else:
        from twokeys.commands.show_folders import show_verified

        show_verified(found)
    raise typer.Exit(0 if found.ok else 1)


def clean(
    place: Annotated[Path, typer.Argument(help="The folder in which results lie.")] = Path("out"),
    yes: Annotated[bool, typer.Option("--yes", help="Remove without asking.")] = False,
    vectors: Annotated[
        bool,
        typer.Option("--vectors", help="Remove the vectors, too, that are kept for all builds in the user's cache."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Remove run folders: a stopped build then starts anew. Says what it would remove, and asks."""
    with plainly():
        from twokeys.builder.clean import clean, kept_vectors

        found = clean(place, vectors=vectors)
    gone = [one for one in found if not one.busy]
    if not as_json:
        from twokeys.commands.show_folders import show_kept, show_leftovers

        show_leftovers(place, found)
        if not vectors:
            show_kept(kept_vectors())
    if gone and (yes or (not as_json and sys.stdin.isatty() and typer.confirm(f"Remove {len(gone)} of them?"))):
        with plainly():
            clean(place, remove=True, vectors=vectors)
        removed = True
    else:
        removed = False
    if as_json:
        print_json([asdict(one) | {"removed": removed and not one.busy} for one in found])
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

        found = diff(first, second, say)
    if as_json:
        print_json(found.json())
    else:
        from twokeys.commands.show_folders import show_difference

        show_difference(found)
    raise typer.Exit(0 if found.same else 1)
