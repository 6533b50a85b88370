"""The first rows of a split, checked as a build checks each of them, before anything is built."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from twokeys.builder.read.corpora import reader
from twokeys.builder.read.golds import Asked, asked_of
from twokeys.builder.read.item_images import within
from twokeys.core.errors import BadInput
from twokeys.core.items import Row, TextRule

if TYPE_CHECKING:
    from pathlib import Path

    from twokeys.builder.recipe import Corpus, Recipe


def first_rows(
    recipe: Recipe, corpus: Corpus, root: Path, split: str, most: int
) -> Iterator[tuple[Row, Asked] | BadInput]:
    """Yield each row with what it asks, or what is wrong with it.

    Args:
        recipe: How texts are spelt, and how many images an item may have.
        corpus: One of its corpora.
        root: The folder of the corpus.
        split: An official split.
        most: Rows at most.

    Raises:
        BadInput: When the corpus cannot be read at all.
    """
    rule = TextRule(recipe.text.unicode, recipe.text.lowercase)
    for each in islice(reader(corpus.format).read(corpus, root, split), most):
        row = within(each, recipe.images.max_per_item)
        try:
            yield row if isinstance(row, BadInput) else (row, asked_of(row, rule))
        except BadInput as problem:
            yield problem
