"""Facts for the manifest about the served models of a recipe: names, prompts, dates, and the number of replies."""

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
    """Return the facts of all served models that a recipe used.

    Args:
        run: The current build, whose folder keeps the replies.
        recipe: The recipe, which names the models.
        used: Roles of the encoders that were used.
    """
    encoders = recipe.encoders
    named = [("language", encoders.language), *(("panel", model) for model in encoders.panel)]
    return [
        facts_of(run, served_model(name, recipe.served.manner), role)
        for role, name in named
        if is_address(name) and role in used
    ]


def facts_of(run: Run, model: ServedModel, role: str) -> AskedModel:
    """Return the facts of one served model."""
    facts, way = asker(run, model).facts, way_of(run, model)
    replies = way.kind == "replies"
    return AskedModel(
        role=role,
        model=facts.model,
        server=facts.server,
        named=list(facts.named),
        way=way.words,
        prompts=[prompt(QUESTION, ()), prompt(QUESTION, OPTIONS)] if replies else [ask(QUESTION)],
        samples=model.manner.samples if replies else 1,
        replies=facts.replies,
        prompt_tokens=facts.prompt,
        reply_tokens=facts.reply,
        first=facts.first,
        last=facts.last,
    )
