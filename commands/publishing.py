"""Verbs that publish: `datasheet`, `sign`, `push`."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from twokeys.commands.options import AsJson, Folder
from twokeys.commands.progress import CHECKS, progress
from twokeys.commands.terminal import plainly, print_json
from twokeys.commands.verbosity import Verbosity

if TYPE_CHECKING:
    from twokeys.builder.checks.finding import Unsound


def datasheet(
    recipe: Annotated[str | None, typer.Argument(help="A recipe whose answers are filled in. Default: none.")] = None,
) -> None:
    """Print the YAML file of answers that a datasheet needs from people, to be filled in and named in the recipe."""
    with plainly():
        from twokeys.builder.recipe import load
        from twokeys.data_cards.answers import template

        text = template(load(recipe).datasheet if recipe else {})
    sys.stdout.write(text)


def sign(
    folder: Annotated[Path | None, typer.Argument(help="A published folder.")] = None,
    key: Annotated[Path | None, typer.Option(help="File of the secret key, NAME.key.")] = None,
    new_key: Annotated[
        Path | None,
        typer.Option(metavar="NAME", help="Make a pair of keys instead: NAME.key, to be kept secret, and NAME.pub."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Sign a folder, once it passes `twokeys verify`; `--new-key` makes the keys. TWOKEYS_PASSPHRASE opens a key."""
    from twokeys.commands.show_folders import show_new_key, show_signed

    if new_key is not None and folder is None and key is None:
        with plainly():
            from twokeys.core.signing import new_key as make_key

            made = make_key(new_key, passphrase=_passphrase(new=True))
        print_json(asdict(made)) if as_json else show_new_key(made)
        return
    with plainly():
        from twokeys.core.signing import is_closed

        folder, key = _folder_and_key(folder, key, new_key)
        passphrase = _passphrase(new=False) if is_closed(key) else ""
    with plainly(), progress(CHECKS, in_pipes=Verbosity.VERBOSE) as say:
        from twokeys.builder.checks.finding import Unsound
        from twokeys.builder.sign import Signed
        from twokeys.builder.sign import sign as signed

        try:
            found: Signed | Unsound = signed(folder, key=key, passphrase=passphrase, say=say)
        except Unsound as unsound:
            found = unsound
    if isinstance(found, Unsound):
        _refuse(found, as_json=as_json)
    print_json(asdict(found)) if as_json else show_signed(found)


def _folder_and_key(folder: Path | None, key: Path | None, new_key: Path | None) -> tuple[Path, Path]:
    """Return what to sign with which key, if both are named."""
    from twokeys.core.errors import BadInput

    if new_key is not None:
        problem, remedy = (
            "--new-key makes keys and signs nothing",
            "make the keys first, then sign the folder with --key",
        )
        raise BadInput("--new-key", None, problem, "", remedy)
    if folder is None or key is None:
        problem = "there is no key to sign with" if key is None else "there is no folder to sign"
        allowed = "`twokeys sign FOLDER --key NAME.key`, or `twokeys sign --new-key NAME`"
        raise BadInput("sign", None, problem, allowed, "name both")
    return folder, key


def _passphrase(*, new: bool) -> str:
    """Ask for a passphrase at the terminal, unless the environment gives one; empty if there is no terminal."""
    if (given := os.environ.get("TWOKEYS_PASSPHRASE")) is not None:
        return given
    if not sys.stdin.isatty():
        return ""
    text = "Passphrase for the secret key (Enter: none)" if new else "Passphrase of the key"
    asked: str = typer.prompt(text, hide_input=True, default="", show_default=False, confirmation_prompt=new, err=True)
    return asked


def _refuse(found: Unsound, *, as_json: bool) -> NoReturn:
    """Say which checks a folder does not pass, and end with status 1."""
    from twokeys.commands.show_folders import show_verified

    if as_json:
        failed = [{"check": one.check, "problems": one.problems} for one in found.verified if one.failed]
        print_json({"outcome": "refused", "failed": failed})
    else:
        show_verified(found.verified, brief=True)
        typer.secho(str(found), err=True)
    raise typer.Exit(1)


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
        from twokeys.builder.checks.finding import Unsound
        from twokeys.builder.push import Pushed
        from twokeys.builder.push import push as pushed
        from twokeys.commands.show_folders import show_push

        try:
            result: Pushed | Unsound = pushed(folder, repository, public=public, tag=tag, dry_run=dry_run, say=say)
        except Unsound as unsound:
            result = unsound
    if isinstance(result, Unsound):
        _refuse(result, as_json=as_json)
    if as_json:
        print_json(asdict(result))
    else:
        show_push(result)
