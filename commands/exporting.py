"""A published folder in the format of another harness: `export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from twokeys.commands.options import AsJson, Folder, Split
from twokeys.commands.terminal import plainly, print_json


def export(
    folder: Folder,
    to: Annotated[
        str,
        typer.Option(
            help="Format: lmms-eval, vlmevalkit, inspect, lm-eval, vqa-v2, naturalbench, or the format of a package."
        ),
    ],
    out: Annotated[Path | None, typer.Option(help="Folder to write. Default: out/NAME-FORMAT.")] = None,
    config: Annotated[str | None, typer.Option(help="Config of the folder: balanced or audited.")] = None,
    split: Split = None,
    dataset: Annotated[
        str | None,
        typer.Option(help="Repository on the hub from which harnesses load the items instead of from this folder."),
    ] = None,
    instruction: Annotated[
        str | None,
        typer.Option(
            help="Instruction put after every question; empty for none. Default: how to answer in one word or letter."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write a published folder as files that run in another harness."""
    with plainly():
        from twokeys.exports.export import export

        exported = export(
            folder, to, out=out, config=config, split=split, dataset=dataset, instruction=instruction,
        )  # fmt: skip
    if as_json:
        print_json(exported.json())
    else:
        from rich.markup import escape

        from twokeys.commands.show_builds import OUT, table

        rows = [(name, digest[:16]) for name, digest in exported.files.items() if "/" not in name]
        table(f"{exported.facts['items']:,} items, {len(exported.files):,} files", ["file", "SHA-256 begins"], rows)
        OUT.print(f"Folder: [bold]{escape(str(exported.folder))}[/]")
