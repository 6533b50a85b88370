"""Generators are checked before anything is measured: a bad file is found in seconds, not after hours."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import cast

from twokeys.builder.pair.edit import Checker
from twokeys.builder.pair.equip import POOL, located
from twokeys.builder.pair.generate import Making, fitting
from twokeys.builder.pair.languages import check_languages
from twokeys.builder.read.source import Source
from twokeys.builder.read.stage import Reading
from twokeys.builder.recipe import Recipe
from twokeys.builder.run.keys import KeyedTable
from twokeys.builder.run.results import WrittenFiles
from twokeys.builder.run.stages import Run, Workspace, stage
from twokeys.core.errors import BadInput


def check_names(recipe: Recipe, sources: Sequence[Source]) -> None:
    """Make every generator of a recipe, before anything is read, and tell users what they should think twice about.

    Raises:
        BadInput: When a generator or a parameter is unknown, a file is not there, two generators have one judge, or one
            does not know the language of the questions.
    """
    check_languages(recipe, None)
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


def check_files(run: Run, recipe: Recipe, reading: Reading, sources: Sequence[Source]) -> None:
    """Let every generator of a recipe look at its files, once the items are read and before anything is measured.

    Raises:
        BadInput: When a file cannot be read, or does not fit the items.
        MissingPackage: When a library that a generator needs is not installed.
    """
    items = KeyedTable(reading.items, reading.key)
    for number, use in enumerate(recipe.pair.generators):
        generator = located(recipe, number, sources)
        if "check" in generator.needs:
            look_at_files.named(f"check-{use.generator}")(run, Making(generator), fitting(recipe, generator, items))


@stage("check", version=1)
def look_at_files(space: Workspace, making: Making, items: KeyedTable) -> WrittenFiles:
    """Let one generator look at its files; nothing is kept but that they were good."""
    cast("Checker", making.generator).check(items.frame)
    return WrittenFiles()
