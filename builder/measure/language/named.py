"""Language models by their names in a recipe: local models, and served models."""

from __future__ import annotations

from twokeys.audit.models.hosts import is_address
from twokeys.audit.served.ways import Manner
from twokeys.builder.measure.language.loading import identity
from twokeys.builder.measure.language.served import served_model
from twokeys.builder.run.keys import NamedModel
from twokeys.core.errors import BadInput


def language_named(name: str, manner: Manner) -> NamedModel:
    """Return a language model with its exact identity.

    Args:
        name: As `twokeys.builder.measure.language.loading.fresh` takes it, or `http://host/v1#model`.
        manner: How a served model is asked.
    """
    return served_model(name, manner) if is_address(name) else NamedModel(name, identity(name))


def local_language_model(name: str, user: str) -> NamedModel:
    """Return a language model whose weights are needed.

    Args:
        name: Name of the model in the recipe.
        user: The baseline that needs the weights.

    Raises:
        BadInput: When the model is served.
    """
    if is_address(name):
        problem = f"{user} needs the weights of the language model, and {name!r} is served"
        raise BadInput(
            "recipe", "encoders.language", problem, "", "name a model that is loaded here, or leave that out"
        )
    return NamedModel(name, identity(name))
