"""What goes out into the world: `datasheet`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from commands.terminal import bad_input


def datasheet(
    recipe: Annotated[str | None, typer.Argument(help="A recipe whose answers are put in; none by default.")] = None,
) -> None:
    """Print the YAML file of answers that a datasheet needs from people, to be filled in and named in the recipe."""
    with bad_input():
        from builder.datasheet import template
        from builder.recipe import load

        sys.stdout.write(template(load(recipe).datasheet if recipe else {}))
