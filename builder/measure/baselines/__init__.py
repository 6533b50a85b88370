"""Blind baselines: predictors that see a single view, one file each."""

from __future__ import annotations

from collections.abc import Iterable
from inspect import isabstract
from typing import Any

from twokeys.builder.measure.baselines.baseline import Baseline
from twokeys.core.errors import BadInput, correction
from twokeys.core.measured import check_family
from twokeys.core.plugins import Registry
from twokeys.core.views import VIEWS, View

BUILT_IN = {
    "majority": "twokeys.builder.measure.baselines.majority:Majority",
    "prior": "twokeys.builder.measure.baselines.prior:Prior",
    "tfidf": "twokeys.builder.measure.baselines.tfidf:Tfidf",
    "neighbours": "twokeys.builder.measure.baselines.neighbours:Neighbours",
    "forest": "twokeys.builder.measure.baselines.forest:Forest",
    "probe": "twokeys.builder.measure.baselines.probe:Probe",
    "boosted": "twokeys.builder.measure.baselines.boosted:Boosted",
    "order": "twokeys.builder.measure.baselines.order:Order",
    "cased": "twokeys.builder.measure.baselines.cased:Cased",
    "looks": "twokeys.builder.measure.baselines.looks:Looks",
    "metadata": "twokeys.builder.measure.baselines.metadata:Metadata",
    "described": "twokeys.builder.measure.baselines.described:Described",
    "detail": "twokeys.builder.measure.baselines.detail:Detail",
    "together": "twokeys.builder.measure.baselines.together:Together",
    "convnet": "twokeys.builder.measure.baselines.convnet:Convnet",
    "finetuned": "twokeys.builder.measure.baselines.finetuned:Finetuned",
    "lm": "twokeys.builder.measure.baselines.language:LanguageModel",
    "lm_pmi": "twokeys.builder.measure.baselines.language:LanguageModelPrior",
    "lm_fitted": "twokeys.builder.measure.baselines.language:LanguageModelFitted",
    "lora": "twokeys.builder.measure.baselines.lora:Lora",
    "vlm": "twokeys.builder.measure.baselines.vlm:VisionLanguage",
}
"""Name of a family -> place of its class; adversaries and tables are in this order."""


def _predicts(candidate: Any) -> bool:
    fits = isinstance(candidate, type) and issubclass(candidate, Baseline) and not isabstract(candidate)
    if fits:
        check_family(candidate.name)
    return fits


FAMILIES: Registry[type[Baseline]] = Registry(
    kind="family of baselines",
    group="twokeys.baselines",
    built_in=BUILT_IN,
    fits=_predicts,
    must="subclass of twokeys.builder.measure.baselines.Baseline that implements all of it",
    place="recipe, measure.baselines",
)


def families() -> tuple[type[Baseline], ...]:
    """Return all families: built-in families, then families of installed packages.

    If a family of a package cannot be loaded, it is ignored with a warning that names the package.

    Raises:
        BadInput: When two families have the same name.
    """
    return tuple(FAMILIES.all().values())


def baselines() -> dict[str, Baseline]:
    """All baselines by full name, such as `question.tfidf`."""
    every = families()
    return {f"{view}.{family.name}": family() for view in VIEWS for family in every if view in family.views}


def chosen(names: list[str] | None) -> dict[str, Baseline]:
    """Return the baselines that a recipe names; if it names none, all baselines that cost seconds.

    Raises:
        BadInput: When a name is unknown.
    """
    every = baselines()
    if unknown := sorted(set(names or []) - set(every)):
        raise unknown_baseline("measure.baselines", unknown[0], every)
    quick = [name for name, baseline in every.items() if baseline.needs == "seconds"]
    return {name: every[name] for name in (quick if names is None else names)}


def unknown_baseline(field: str, name: str, names: Iterable[str]) -> BadInput:
    """Make the error for an unknown baseline that a field of a recipe names."""
    return BadInput("recipe", field, f"there is no baseline {name!r}", ", ".join(names), correction(name, names))


__all__ = ["FAMILIES", "VIEWS", "Baseline", "View", "baselines", "chosen", "families", "unknown_baseline"]
