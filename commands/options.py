"""Arguments and options that several verbs take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Recipe = Annotated[str, typer.Argument(help="Name of a recipe that ships (see `twokeys recipes`) or a YAML file.")]
Out = Annotated[Path | None, typer.Option(help="Folder to write; out/NAME by default.")]
Corpora = Annotated[
    Path | None,
    typer.Option(help="Folder of the official corpora; TWOKEYS_CORPORA by default.", envvar="TWOKEYS_CORPORA"),
]
Work = Annotated[Path | None, typer.Option(help="Run folder, where a stopped build goes on.")]
EngineName = Annotated[str, typer.Option(help="serial, process or ray.")]
AllowHost = Annotated[
    list[str] | None,
    typer.Option(
        help="HOST or HOST:PORT that a served model of the recipe may be asked at, pictures and all; may be repeated. "
        "TWOKEYS_ALLOW_HOST names more.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
Folder = Annotated[Path, typer.Argument(help="A published folder.")]
Config = Annotated[str | None, typer.Option(help="Its config; `all` for everything that was read.")]
Split = Annotated[str | None, typer.Option(help="Its split.")]
ModelName = Annotated[
    str,
    typer.Option("--model", help="reference:NAME, a folder, a name on the hub, or http://host/v1#model of a server."),
]
Masks = Annotated[
    str | None,
    typer.Option(
        help="IMAGE,TEXT, such as blur,removed; the least leaky ones are found by default. explain: `all` tries each."
    ),
]
