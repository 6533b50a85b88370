"""Arguments and options of several verbs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Recipe = Annotated[str, typer.Argument(help="Name of a recipe that ships (see `twokeys recipes`) or a YAML file.")]
Out = Annotated[Path | None, typer.Option(help="Folder to write. Default: out/NAME.")]
Corpora = Annotated[
    Path | None,
    typer.Option(help="Folder that holds the official corpora.", envvar="TWOKEYS_CORPORA"),
]
Work = Annotated[
    Path | None, typer.Option(help="Folder of intermediate results, from which a stopped build continues.")
]
EngineName = Annotated[str, typer.Option(help="Where the work runs: serial, process, ray or slurm.")]
AllowHost = Annotated[
    list[str] | None,
    typer.Option(
        help="HOST or HOST:PORT to which images and questions may be sent, if the recipe names a server; repeatable. "
        "TWOKEYS_ALLOW_HOST names more.",
    ),
]
Budget = Annotated[
    list[str] | None,
    typer.Option(
        help="What this command may spend on served language models: '500 requests', '2M tokens' or, with --price, "
        "'1.50 USD'; repeatable.",
    ),
]
Price = Annotated[
    str | None,
    typer.Option(help="What a server asks for a million tokens of prompts and of replies, as in '0.15/0.60 USD'."),
]
Check = Annotated[
    bool, typer.Option("--check", help="Read all images again, also those whose size and times are as before.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
Folder = Annotated[Path, typer.Argument(help="A published folder.")]
Config = Annotated[str | None, typer.Option(help="Config of the folder; `all` for every item that was read.")]
Split = Annotated[str | None, typer.Option(help="Split of the folder.")]
ModelName = Annotated[
    str,
    typer.Option("--model", help="reference:NAME, a folder, a name on the hub, or http://host/v1#model for a server."),
]
Device = Annotated[
    str | None,
    typer.Option(help="Where the model runs: cpu, cuda, or cuda:NUMBER. Default: the GPU where there is one."),
]
Dtype = Annotated[
    str | None,
    typer.Option(help="Weights: float32, bfloat16 or float16. Default: 32 bits on a CPU and 16 on a GPU."),
]
Masks = Annotated[
    str | None,
    typer.Option(
        help="Masks of IMAGE,TEXT, such as blur,removed. Default: the least leaky masks. `explain` also takes `all`."
    ),
]
