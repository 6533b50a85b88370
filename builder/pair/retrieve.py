"""How a generator that retrieves runs: in a single pass over all items."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

from twokeys.builder.pair.edit import Retrieval, Retriever
from twokeys.builder.pair.generate import Making
from twokeys.builder.pair.pool import Pool
from twokeys.builder.run.keys import KeyedTable
from twokeys.builder.run.stages import Workspace, stage
from twokeys.core.columns import RETRIEVED, is_retrieved


@dataclass(frozen=True)
class Retrieved:
    """A generator that retrieves, and its candidates.

    Attributes:
        making: The generator.
        items: The items that it read, sorted by id.
        found: Its candidates, and the items that it understands.
    """

    making: Making
    items: KeyedTable
    found: Retrieval

    @property
    def retriever(self) -> Retriever:
        """The generator."""
        return cast("Retriever", self.making.generator)


@stage("retrieve", version=4)
def retrieve(space: Workspace, making: Making, budget: int | None, items: KeyedTable, pool: Pool) -> Retrieval:
    """Find candidates for partners among the images of a pool.

    Args:
        space: Workspace of the stage.
        making: The generator.
        budget: Largest number of candidates of an item, the best first; None: any number.
        items: Items to find partners for, sorted by id.
        pool: The images.

    Raises:
        ValueError: If the generator returns candidates that are no retrieved partners.
    """
    retrieval = cast("Retriever", making.generator).retrieve(items.frame, pool)
    _check(retrieval, set(items.frame["id"]), pool)
    candidates = retrieval.candidates.drop_duplicates(ignore_index=True)
    if budget is not None:
        candidates = candidates[candidates.groupby("of", observed=True).cumcount() < budget]
    return replace(retrieval, candidates=candidates.reset_index(drop=True))


def _check(retrieval: Retrieval, ids: set[str], pool: Pool) -> None:
    """Refuse candidates that are no retrieved partners.

    Raises:
        ValueError: If the kind does not begin with `RETRIEVED`, or a candidate has no item or no image of the pool.
    """
    if not is_retrieved(retrieval.kind):
        raise ValueError(f"the kind {retrieval.kind!r} of retrieved partners does not begin with {RETRIEVED!r}")
    of, image = (retrieval.candidates[name].cat.categories for name in ("of", "image"))
    if strange := sorted(set(of) - ids):
        raise ValueError(f"{retrieval.kind} of {strange[0]}: a candidate is of an item asked")
    if strange := sorted(set(image[pool.places.get_indexer(image) < 0])):
        raise ValueError(f"{retrieval.kind} with {strange[0]}: a candidate shows an image of the pool")
