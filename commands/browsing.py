"""`browse`: a published folder in a web browser."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from twokeys.commands.options import Folder
from twokeys.commands.terminal import plainly


def browse(
    folder: Folder,
    evaluation: Annotated[
        list[Path] | None, typer.Option(help="Folder that `twokeys evaluate FOLDER --out DIR` wrote; repeatable.")
    ] = None,
    explanation: Annotated[
        list[Path] | None, typer.Option(help="Folder that `twokeys explain FOLDER --out DIR` wrote; repeatable.")
    ] = None,
    host: Annotated[
        str, typer.Option(help="Address that is listened on; 0.0.0.0 lets every machine in that reaches this one.")
    ] = "127.0.0.1",
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port. Default: a free one from 7860 on.")] = None,
) -> None:
    """Look at a published folder in a web browser: items, partners, what was removed, what models answered."""
    with plainly():
        from twokeys.browsing.browse import browse

        page = browse(folder, evaluations=evaluation or (), explanations=explanation or (), host=host, port=port)
    try:
        with suppress(KeyboardInterrupt):  # the usual end
            typer.echo(f"{page.url} shows {folder}; Ctrl-C ends it")
            page.wait()
    finally:
        page.close()
