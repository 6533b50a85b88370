"""Generators are checked before any measurement, so that a bad file is reported in seconds and not after hours."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import cast

from twokeys.audit.models.hosts import is_address
from twokeys.builder.pair.edit import Checker
from twokeys.builder.pair.equip import POOL, located
from twokeys.builder.pair.generate import Making, fitting
from twokeys.builder.pair.generators import registry
from twokeys.builder.pair.languages import check_languages
from twokeys.builder.read.source import Source
from twokeys.builder.read.stage import Reading
from twokeys.builder.recipe import Recipe
from twokeys.builder.run.keys import KeyedTable
from twokeys.builder.run.results import WrittenFiles
from twokeys.builder.run.stages import Run, Workspace, stage
from twokeys.core.errors import BadInput


def check_names(recipe: Recipe, sources: Sequence[Source]) -> None:
    """Make every generator of a recipe before any corpus is read, and warn users of risky settings.

    Raises:
        BadInput: If a generator or a parameter is unknown, a file is missing, two generators have the same judge, a
            generator does not know the language of the questions, or a model that verifies edits is served.
    """
    check_languages(recipe, None)
    _check_models(recipe.pair.verify.models if recipe.pair.verify else [])
    judges: set[tuple[str, object]] = set()
    for number, use in enumerate(recipe.pair.generators):
        generator = located(recipe, number, sources)
        check_languages(recipe, generator)
        if POOL in generator.needs:
            judge = (use.generator, use.with_.get("judge"))
            if judge in judges:
                problem = f"two generators `{use.generator}` have the judge {judge[1]!r}"
                raise BadInput("recipe", "pair.generators", problem, "one for each judge", "name all files in one")
            judges.add(judge)
        for sentence in cast("Checker", generator).cautions if "check" in generator.needs else ():
            warnings.warn(f"{use.generator}: {sentence}", RuntimeWarning, stacklevel=2)


def _check_models(models: Sequence[str]) -> None:
    for model in filter(is_address, models):
        problem = f"{model!r} is served, and gives replies without probabilities, of which no margin can be made"
        allowed = "models that run here: reference models, folders, names on the hub"
        raise BadInput("recipe", "pair.verify.models", problem, allowed, "name one of these")


def check_images(recipe: Recipe) -> None:
    """Refuse to search partners for images without files.

    Raises:
        BadInput: If a generator searches the pool for partners, and a corpus gives only the names of its images.
    """
    named = [corpus.name for corpus in recipe.corpora if corpus.images == "names"]
    needs = [use.generator for use in recipe.pair.generators if POOL in registry.generator_class(use.generator).needs]
    if named and needs:
        problem = f"`{needs[0]}` looks for images that are near to those of {', '.join(named)}, known by name alone"
        remedy = "add the images and set `images: required`, or leave the generator out"
        raise BadInput("recipe", "pair.generators", problem, "images that can be read", remedy)


def check_files(run: Run, recipe: Recipe, reading: Reading, sources: Sequence[Source]) -> None:
    """Let every generator of a recipe check its files, after the items are read and before any measurement.

    Raises:
        BadInput: If a file cannot be read, or does not fit the items.
        MissingPackage: If a library that a generator needs is not installed.
    """
    items = KeyedTable(reading.items, reading.key)
    for number, use in enumerate(recipe.pair.generators):
        generator = located(recipe, number, sources)
        if "check" in generator.needs:
            look_at_files.named(f"check-{use.generator}")(run, Making(generator), fitting(recipe, generator, items))


@stage("check", version=1)
def look_at_files(space: Workspace, making: Making, items: KeyedTable) -> WrittenFiles:
    """Let a generator check its files; the result holds only that they are good."""
    cast("Checker", making.generator).check(items.frame)
    return WrittenFiles()
