"""What rewords or understands questions works in the languages that it knows, and in no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twokeys.builder.pair.wording import LANGUAGES
from twokeys.core.errors import BadInput

if TYPE_CHECKING:
    from twokeys.builder.pair.edit import Generator
    from twokeys.builder.recipe import Recipe


def check_languages(recipe: Recipe, generator: Generator | None) -> None:
    """Refuse a generator, or for None what the recipe mines, unless it knows every language of the recipe.

    Rules of English applied to another language give questions that nobody asks, with answers that do not follow. So a
    recipe that states no language is asked for it.

    Raises:
        BadInput: When the recipe states no language, or one that is not known.
    """
    languages = LANGUAGES if generator is None else getattr(generator, "languages", ())
    if not languages or (generator is None and not recipe.pair.mined):
        return
    what = "`mined: [paraphrases]`" if generator is None else f"the generator {generator.name!r}"
    reads = f"{what} reads questions in {', '.join(languages)}"
    if not recipe.language:
        remedy = f"add `language: {languages[0]}` if the questions are in it, or leave that out"
        raise BadInput(
            recipe.name, "language", f"{reads}, and the recipe states no language", ", ".join(languages), remedy
        )
    if strange := [language for language in recipe.language if language.partition("-")[0] not in languages]:
        problem = f"{reads}, and the recipe's language is {', '.join(strange)}"
        raise BadInput(recipe.name, "pair", problem, ", ".join(languages), "leave it out of the recipe")
