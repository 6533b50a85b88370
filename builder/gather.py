"""How every verb begins: pools and corpora are read, generators look at their files, and the items are surveyed."""

from __future__ import annotations

from pathlib import Path

from twokeys.builder.measure.survey import Survey, survey
from twokeys.builder.pair.check import check_files, check_images
from twokeys.builder.pair.stage import pool_images
from twokeys.builder.read.source import Source
from twokeys.builder.read.stage import read
from twokeys.builder.recipe import Recipe
from twokeys.builder.run.stages import Run


def gather(run: Run, recipe: Recipe, sources: list[Source], corpora: Path | None, *, pools: bool = True) -> Survey:
    """Read and survey a recipe's items, and the images of its pools.

    Args:
        run: The build under way.
        recipe: The recipe.
        sources: Its corpora.
        corpora: Folder that paths are relative to; the environment variable TWOKEYS_CORPORA if None.
        pools: Whether pools are read, too: who pairs nothing needs none.

    Raises:
        BadInput: When a pool, a corpus or a file of a generator cannot be read, or partners
            are looked for among images that are known by name alone.
        MissingPackage: When a library that a generator needs is not installed.
    """
    if pools:
        check_images(recipe)
    pool = pool_images(run, recipe, corpora) if pools else None
    reading = read(run, recipe, sources)
    check_files(run, recipe, reading, sources)
    return survey(run, recipe, sources, reading, pool)
