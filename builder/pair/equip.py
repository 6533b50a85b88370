"""How a recipe's generator gets its limits, its files beside the corpora and the lexicon of the corpus."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import fields, replace
from functools import partial
from pathlib import Path
from typing import cast

import pandas as pd

from twokeys.builder.pair.edit import FileReader, Generator
from twokeys.builder.pair.generators import registry
from twokeys.builder.pair.lexicon import learn
from twokeys.builder.read.source import Source
from twokeys.builder.recipe import Recipe

POOL = "pool"
"""The entry in `needs` of a generator that searches the pool for partners."""


def made(recipe: Recipe, items: pd.DataFrame, number: int, sources: Sequence[Source]) -> Generator:
    """Make a generator of the recipe with the lexicon, the limits and the files that it needs."""
    generator = located(recipe, number, sources)
    if "lexicon" in generator.needs and not any(
        each.name == "lexicon" and getattr(generator, each.name)
        for each in fields(generator)  # type: ignore[arg-type]
    ):
        lexicon = learn(items, recipe.pair.lexicon_support, recipe.pair.lexicon_confidence)
        generator = replace(generator, lexicon=lexicon)  # type: ignore[type-var]
    return generator


def located(recipe: Recipe, number: int, sources: Sequence[Source]) -> Generator:
    """Make a generator of the recipe with the limits and the files that it needs, before any item is read."""
    use = recipe.pair.generators[number]
    generator = registry.make(use.generator, use.with_)
    if "images" in generator.needs:
        generator = replace(generator, images=recipe.images)  # type: ignore[type-var]
    if "within" in generator.needs:
        generator = replace(generator, within=tuple(recipe.balance.within))  # type: ignore[type-var]
    if "files" in generator.needs:
        generator = cast("FileReader", generator).located(partial(_beside, sources))
    return generator


def _beside(sources: Sequence[Source], name: str) -> Path:
    """The path of a file that a recipe names relative to the corpora folder."""
    with_folder = [source for source in sources if source.corpus.path is not None]
    if not with_folder or Path(name).is_absolute():
        return Path(name)
    return with_folder[0].root / os.path.relpath(name, str(with_folder[0].corpus.path))
