"""Verbs that publish: `datasheet`, `push`."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Annotated

import typer

from twokeys.commands.options import AsJson, Folder
from twokeys.commands.progress import CHECKS, progress
from twokeys.commands.terminal import plainly, print_json
from twokeys.commands.verbosity import Verbosity


def datasheet(
    recipe: Annotated[str | None, typer.Argument(help="A recipe whose answers are filled in. Default: none.")] = None,
) -> None:
    """Print the YAML file of answers that a datasheet needs from people, to be filled in and named in the recipe."""
    with plainly():
        from twokeys.builder.recipe import load
        from twokeys.data_cards.answers import template

        text = template(load(recipe).datasheet if recipe else {})
    sys.stdout.write(text)


def push(
    folder: Folder,
    repository: Annotated[
        str, typer.Argument(help="OWNER/NAME on the hub; it is created as private if it does not exist.")
    ],
    public: Annotated[bool, typer.Option("--public", help="Make the repository public.")] = False,
    tag: Annotated[str | None, typer.Option(help="Name of the tag. Default: the version of the dataset.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Verify and list the files without asking the hub.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Push a folder to the Hugging Face Hub (HF_ENDPOINT, HF_TOKEN), once it passes `twokeys verify --strict`."""
    with plainly("push again; what was sent is not sent again"), progress(CHECKS, in_pipes=Verbosity.VERBOSE) as say:
        from twokeys.builder.push import Pushed, Unsound
        from twokeys.builder.push import push as pushed
        from twokeys.commands.show_folders import show_push, show_verified

        try:
            result: Pushed | Unsound = pushed(folder, repository, public=public, tag=tag, dry_run=dry_run, say=say)
        except Unsound as unsound:
            result = unsound
    if isinstance(result, Unsound):
        if as_json:
            failed = [{"check": each.check, "problems": each.problems} for each in result.verified if each.failed]
            print_json({"outcome": "refused", "failed": failed})
        else:
            show_verified(result.verified, brief=True)
            typer.secho(str(result), err=True)
        raise typer.Exit(1)
    if as_json:
        print_json(asdict(result))
    else:
        show_push(result)
