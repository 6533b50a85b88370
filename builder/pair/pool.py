"""Whether a recipe's generators look for partners in its pool, which is read only then."""

from __future__ import annotations

from pathlib import Path

from twokeys.builder.pair.generators.registry import generator_class
from twokeys.builder.read.pool import PoolImages, read_pool
from twokeys.builder.recipe import Recipe
from twokeys.builder.run.stages import Run

POOL = "pool"
"""What a generator states in `needs` if it looks for partners in the pool."""


def pool_of(run: Run, recipe: Recipe, corpora: Path | None) -> PoolImages | None:
    """Read the images of a recipe's pools; None if it names none, or no generator that looks in them.

    Arguments and errors are those of `read_pool`; an unknown generator is an error too.
    """
    wanted = recipe.pool and any(POOL in generator_class(use.generator).needs for use in recipe.pair.generators)
    return read_pool(run, recipe, corpora) if wanted else None
