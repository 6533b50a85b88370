"""Blind baselines: predictors that see one view only, one file each."""

from __future__ import annotations

from functools import partial
from inspect import isabstract
from typing import Any

from twokeys.builder.measure.baselines.baseline import Baseline, View
from twokeys.builder.measure.baselines.boosted import Boosted
from twokeys.builder.measure.baselines.cased import Cased
from twokeys.builder.measure.baselines.convnet import Convnet
from twokeys.builder.measure.baselines.described import Described
from twokeys.builder.measure.baselines.detail import Detail
from twokeys.builder.measure.baselines.finetuned import Finetuned
from twokeys.builder.measure.baselines.forest import Forest
from twokeys.builder.measure.baselines.language import LanguageModel, LanguageModelFitted, LanguageModelPrior
from twokeys.builder.measure.baselines.looks import Looks
from twokeys.builder.measure.baselines.lora import Lora
from twokeys.builder.measure.baselines.majority import Majority
from twokeys.builder.measure.baselines.metadata import Metadata
from twokeys.builder.measure.baselines.neighbours import Neighbours
from twokeys.builder.measure.baselines.order import Order
from twokeys.builder.measure.baselines.prior import Prior
from twokeys.builder.measure.baselines.probe import Probe
from twokeys.builder.measure.baselines.tfidf import Tfidf
from twokeys.builder.measure.baselines.together import Together
from twokeys.builder.measure.baselines.vlm import VisionLanguage
from twokeys.core.errors import BadInput
from twokeys.core.measured import check_family
from twokeys.core.plugins import plugins

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
        raise TypeError(
            f"{found!r} is no subclass of twokeys.builder.measure.baselines.Baseline that implements all of it"
        )
    check_family(found.name)
    return found.name


__all__ = ["FAMILIES", "GROUP", "VIEWS", "Baseline", "View", "baselines", "chosen", "families"]
