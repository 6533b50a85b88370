"""From corpora to a benchmark: `build`, `diagnose`, `pairs`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from twokeys.commands.options import AllowHost, AsJson, Budget, Check, Corpora, EngineName, Out, Price, Recipe, Work
from twokeys.commands.progress import progress
from twokeys.commands.terminal import GOES_ON, plainly, print_json


def build(
    recipe: Recipe,
    out: Out = None,
    corpora: Corpora = None,
    work: Work = None,
    engine: EngineName = "process",
    allow_host: AllowHost = None,
    budget: Budget = None,
    price: Price = None,
    check: Check = False,
    as_json: AsJson = False,
) -> None:
    """Build a benchmark: read, measure blind baselines, filter, pair, balance, certify, publish."""
    with plainly(GOES_ON), progress() as say:
        from twokeys.builder.build import build

        built = build(
            recipe,
            out,
            corpora=corpora,
            work=work,
            engine=engine,
            allow_host=allow_host or (),
            budget=budget or (),
            price=price,
            check=check,
            say=say,
        )
    if as_json:
        print_json({
            "folder": str(built.folder),
            "certified": built.certified,
            "executed": built.executed,
            "configs": {name: config.model_dump() for name, config in built.manifest.configs.items()},
        })  # fmt: skip
    else:
        from twokeys.commands.show_builds import show_build

        show_build(built)
    raise typer.Exit(0 if built.certified else 1)


def diagnose(
    source: Annotated[str, typer.Argument(help="A recipe, as for `build`, or a published folder.")],
    out: Annotated[Path | None, typer.Option(help="Folder to write. Default: out/NAME-diagnosis.")] = None,
    blind: Annotated[
        list[str] | None,
        typer.Option(
            help="A language model that is asked every item without its image: http://host/v1#model, packaged:smollm2, "
            "a folder, a GGUF file or a name on the hub; repeatable."
        ),
    ] = None,
    samples: Annotated[
        int | None, typer.Option(min=1, max=100, help="Replies of a served model to each question. Default: 1.")
    ] = None,
    protocol: Annotated[
        str | None, typer.Option(help="How served models are asked: auto, completions or chat. Default: auto.")
    ] = None,
    corpora: Corpora = None,
    work: Work = None,
    engine: EngineName = "process",
    allow_host: AllowHost = None,
    budget: Budget = None,
    price: Price = None,
    check: Check = False,
    as_json: AsJson = False,
) -> None:
    """Measure how well a corpus can be answered blind: ceilings, blind baselines, largest balanced subset."""
    with plainly(GOES_ON), progress() as say:
        from twokeys.audit.served.ways import known_protocol
        from twokeys.builder.diagnose import diagnose

        diagnosis = diagnose(
            source,
            out,
            blind=blind or (),
            samples=samples,
            protocol=known_protocol(protocol),
            corpora=corpora,
            work=work,
            engine=engine,
            allow_host=allow_host or (),
            budget=budget or (),
            price=price,
            check=check,
            say=say,
        )
    if as_json:
        print_json(diagnosis.json())
    else:
        from twokeys.commands.show_builds import show_diagnosis

        show_diagnosis(diagnosis)


def pairs(
    recipe: Recipe,
    corpora: Corpora = None,
    work: Work = None,
    engine: EngineName = "process",
    allow_host: AllowHost = None,
    budget: Budget = None,
    price: Price = None,
    check: Check = False,
    artefacts: Annotated[
        int,
        typer.Option(
            min=0, help="How many pairs of each kind of edit are searched for artefacts of editing; 0 for none."
        ),
    ] = 0,
    as_json: AsJson = False,
) -> None:
    """Mine and construct counterfactual partners only, and count how many items can then be balanced."""
    with plainly(GOES_ON), progress() as say:
        from twokeys.builder.pairs import pairs

        paired = pairs(
            recipe,
            corpora=corpora,
            work=work,
            engine=engine,
            allow_host=allow_host or (),
            budget=budget or (),
            price=price,
            check=check,
            artefacts=artefacts,
            say=say,
        )
    if as_json:
        print_json(paired.json())
    else:
        from twokeys.commands.show_builds import show_pairs

        show_pairs(paired)
