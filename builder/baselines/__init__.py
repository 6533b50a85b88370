"""Blind baselines: predictors that see one view only, one file each."""

from __future__ import annotations

from builder.baselines.baseline import Baseline, View
from builder.baselines.boosted import Boosted
from builder.baselines.convnet import Convnet
from builder.baselines.described import Described
from builder.baselines.finetuned import Finetuned
from builder.baselines.forest import Forest
from builder.baselines.language import LanguageModel, LanguageModelFitted, LanguageModelPrior
from builder.baselines.lora import Lora
from builder.baselines.majority import Majority
from builder.baselines.metadata import Metadata
from builder.baselines.neighbours import Neighbours
from builder.baselines.order import Order
from builder.baselines.prior import Prior
from builder.baselines.probe import Probe
from builder.baselines.tfidf import Tfidf
from builder.baselines.vlm import VisionLanguage
from builder.errors import BadInput

FAMILIES: tuple[type[Baseline], ...] = (
    Majority, Prior, Tfidf, Neighbours, Forest, Probe, Boosted, Order, Metadata, Described, Convnet, Finetuned,
    LanguageModel, LanguageModelPrior, LanguageModelFitted, Lora, VisionLanguage,
)  # fmt: skip
VIEWS: tuple[View, ...] = ("question", "choices", "image")


def baselines() -> dict[str, Baseline]:
    """All baselines by full name, such as `question.tfidf`."""
    return {f"{view}.{family.name}": family() for view in VIEWS for family in FAMILIES if view in family.views}


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


__all__ = ["FAMILIES", "VIEWS", "Baseline", "View", "baselines", "chosen"]
