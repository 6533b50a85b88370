"""Running a generator that retrieves: one pass over all items."""

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
    """A generator that retrieves, and what it found.

    Attributes:
        making: The generator.
        items: The items that it was asked about, sorted by id.
        found: Its candidates, and what it understood.
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
        space: Where the work is done.
        making: The generator.
        budget: Candidates of each item at most, the best first; None: any number.
        items: Items to find partners for, sorted by id.
        pool: The images.

    Raises:
        ValueError: When the generator's candidates are not what it may find.
    """
    found = cast("Retriever", making.generator).retrieve(items.frame, pool)
    _check(found, set(items.frame["id"]), pool)
    candidates = found.candidates.drop_duplicates(ignore_index=True)
    if budget is not None:
        candidates = candidates[candidates.groupby("of", observed=True).cumcount() < budget]
    return replace(found, candidates=candidates.reset_index(drop=True))


def _check(found: Retrieval, asked: set[str], pool: Pool) -> None:
    """Refuse what would be taken for anything but a retrieved partner.

    Raises:
        ValueError: When the kind does not say so, or a candidate has no image of the pool or is of no item.
    """
    if not is_retrieved(found.kind):
        raise ValueError(f"the kind {found.kind!r} of retrieved partners does not begin with {RETRIEVED!r}")
    of, image = (found.candidates[name].cat.categories for name in ("of", "image"))
    if strange := sorted(set(of) - asked):
        raise ValueError(f"{found.kind} of {strange[0]}: a candidate is of an item asked")
    if strange := sorted(set(image[pool.places.get_indexer(image) < 0])):
        raise ValueError(f"{found.kind} with {strange[0]}: a candidate shows an image of the pool")
