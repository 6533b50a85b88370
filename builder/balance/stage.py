"""The stage `balance`: the largest balanced set of the remaining items, each with its nearest partners."""

from __future__ import annotations

from collections.abc import Mapping

from twokeys.builder.balance.select import Near, Selection, select
from twokeys.builder.measure.survey import Survey
from twokeys.builder.recipe import Balance, Recipe
from twokeys.builder.run.keys import NamedModel
from twokeys.builder.run.stages import Run, Workspace, stage


def balance(run: Run, recipe: Recipe, survey: Survey) -> Selection:
    """Balance a recipe's items.

    Raises:
        BadInput: When the weight is no measurement, or the recipe requests the nearest partners of images of which only
            the names are available.
    """
    nearest = recipe.pair.partners == "nearest" and len(survey.items)
    encoders = {"text": survey.represent.text, "image": survey.represent.image} if nearest else {}
    return select_balanced(run, survey, recipe.balance, encoders)


@stage("balance", version=4)
def select_balanced(
    space: Workspace, survey: Survey, settings: Balance, encoders: Mapping[str, NamedModel]
) -> Selection:
    """Select the largest balanced set.

    Args:
        space: Where the work is done.
        survey: The items.
        settings: The recipe's part on balance.
        encoders: What is encoded -> the encoder that decides which partners are nearest; any valid partner if empty.
    """
    represent, items = survey.represent, survey.items
    near = Near(represent.embedded("question", items), represent.embedded("image", items)) if encoders else None
    return select(items, settings, near)
