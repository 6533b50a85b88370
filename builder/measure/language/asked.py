"""What is said of the served models that a recipe had asked: names, prompts, dates, and how many replies are kept."""

from __future__ import annotations

from collections.abc import Collection

from twokeys.audit.models.hosts import is_address
from twokeys.audit.served.replies import prompt
from twokeys.builder.measure.language.prompts import ask
from twokeys.builder.measure.language.served import ServedModel, asker, served_model, way_of
from twokeys.builder.recipe import Recipe
from twokeys.builder.run.stages import Run
from twokeys.data_cards.manifest import AskedModel

QUESTION, OPTIONS = "{question}", ("{option}", "{option}")


def asked_models(run: Run, recipe: Recipe, used: Collection[str]) -> list[AskedModel]:
    """Served models of a recipe that were asked.

    Args:
        run: The build under way, whose folder keeps the replies.
        recipe: Names the models.
        used: What the encoders that were used encode.
    """
    encoders = recipe.encoders
    named = [("language", encoders.language), *(("panel", model) for model in encoders.panel)]
    return [
        facts_of(run, served_model(name, recipe.served.manner), role)
        for role, name in named
        if is_address(name) and role in used
    ]


def facts_of(run: Run, model: ServedModel, role: str) -> AskedModel:
    """What is known of one served model."""
    found, how = asker(run, model).facts, way_of(run, model)
    replies = how.kind == "replies"
    return AskedModel(
        role=role,
        model=found.model,
        server=found.server,
        named=list(found.named),
        way=how.words,
        prompts=[prompt(QUESTION, ()), prompt(QUESTION, OPTIONS)] if replies else [ask(QUESTION)],
        samples=model.manner.samples if replies else 1,
        replies=found.replies,
        prompt_tokens=found.prompt,
        reply_tokens=found.reply,
        first=found.first,
        last=found.last,
    )
