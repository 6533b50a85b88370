"""How much a verb prints: the options `--quiet` and `--verbose` of every verb."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextvars import ContextVar
from enum import IntEnum
from functools import wraps
from typing import Annotated, Any, get_type_hints

import typer


class Verbosity(IntEnum):
    """How much is printed: with `QUIET` problems and places of results, with `VERBOSE` every stage and every detail."""

    QUIET = 0
    USUAL = 1
    VERBOSE = 2


OPTIONS: dict[str, Any] = {
    "quiet": Annotated[bool, typer.Option("--quiet", help="Say only what is wrong, and where results are.")],
    "verbose": Annotated[bool, typer.Option("--verbose", help="Say more: every stage, and all that was found.")],
}
_CHOSEN: ContextVar[Verbosity] = ContextVar("verbosity", default=Verbosity.USUAL)


def verbosity() -> Verbosity:
    """The user's choice for the running verb."""
    return _CHOSEN.get()


def speaking(verb: Callable[..., None]) -> Callable[..., None]:
    """Add the options `--quiet` and `--verbose` to a verb; they hold while it runs."""

    @wraps(verb)
    def chosen(*, quiet: bool = False, verbose: bool = False, **given: Any) -> None:
        if quiet and verbose:
            raise typer.BadParameter("--quiet and --verbose are contraries: leave one of them out")
        before = _CHOSEN.set(Verbosity.QUIET if quiet else Verbosity.VERBOSE if verbose else Verbosity.USUAL)
        try:
            verb(**given)
        finally:
            _CHOSEN.reset(before)

    hints = get_type_hints(verb, include_extras=True)
    parameters = [
        parameter.replace(annotation=hints[parameter.name]) for parameter in inspect.signature(verb).parameters.values()
    ]
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=False, annotation=option)
        for name, option in OPTIONS.items()
    ]
    vars(chosen)["__signature__"] = inspect.Signature([*parameters, *added])
    chosen.__annotations__ = hints | OPTIONS
    return chosen
