"""Blind baselines: predictors that see one view only, one file each."""

from __future__ import annotations

from functools import partial
from inspect import isabstract
from typing import Any

from builder.baselines.baseline import Baseline, View
from builder.baselines.boosted import Boosted
from builder.baselines.cased import Cased
from builder.baselines.convnet import Convnet
from builder.baselines.described import Described
from builder.baselines.detail import Detail
from builder.baselines.finetuned import Finetuned
from builder.baselines.forest import Forest
from builder.baselines.language import LanguageModel, LanguageModelFitted, LanguageModelPrior
from builder.baselines.looks import Looks
from builder.baselines.lora import Lora
from builder.baselines.majority import Majority
from builder.baselines.metadata import Metadata
from builder.baselines.neighbours import Neighbours
from builder.baselines.order import Order
from builder.baselines.prior import Prior
from builder.baselines.probe import Probe
from builder.baselines.tfidf import Tfidf
from builder.baselines.together import Together
from builder.baselines.vlm import VisionLanguage
from builder.errors import BadInput
from filters.plugins import plugins

FAMILIES: tuple[type[Baseline], ...] = (
    Majority, Prior, Tfidf, Neighbours, Forest, Probe, Boosted, Order, Cased, Looks, Metadata, Described, Detail,
    Together, Convnet, Finetuned, LanguageModel, LanguageModelPrior, LanguageModelFitted, Lora, VisionLanguage,
)  # fmt: skip
VIEWS: tuple[View, ...] = ("question", "choices", "image")
GROUP = "twokeys.baselines"
"""Entry-point group under which other packages add baselines: family name = "module:BaselineClass"."""


def families() -> tuple[type[Baseline], ...]:
    """Return all families: the built-in ones, then those of installed packages.

    One of a package that cannot be loaded is left out, with a warning that names the package.

    Raises:
        BadInput: When two have one name.
    """
    built_in = {family.name: f"{family.__module__}:{family.__name__}" for family in FAMILIES}
    clash = partial(BadInput, "installed packages", GROUP)
    return FAMILIES + tuple(plugins(GROUP, built_in, _name, clash).values())


def baselines() -> dict[str, Baseline]:
    """All baselines by full name, such as `question.tfidf`."""
    known = families()
    return {f"{view}.{family.name}": family() for view in VIEWS for family in known if view in family.views}


def chosen(names: list[str] | None) -> dict[str, Baseline]:
    """The baselines that a recipe names; when it names none, all that cost seconds.

    Raises:
        BadInput: When a name is unknown.
    """
    known = baselines()
    if unknown := sorted(set(names or []) - set(known)):
        raise BadInput("recipe", "measure.baselines", ", ".join(unknown), ", ".join(known), "name some of these")
    quick = [name for name, baseline in known.items() if baseline.needs == "seconds"]
    return {name: known[name] for name in (quick if names is None else names)}


def _name(found: Any) -> str:
    if not (isinstance(found, type) and issubclass(found, Baseline) and not isabstract(found)):
        raise TypeError(f"{found!r} is no subclass of builder.baselines.Baseline that implements all of it")
    return found.name


__all__ = ["FAMILIES", "GROUP", "VIEWS", "Baseline", "View", "baselines", "chosen", "families"]
