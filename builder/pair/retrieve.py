"""Running a generator that retrieves: one pass over all items, each candidate examined as edits are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, cast

import pandas as pd
import pyarrow as pa

from twokeys.builder.pair.edit import Edit, Retrieval, Retriever
from twokeys.builder.pair.examine import Side, examine
from twokeys.builder.pair.generate import EDITS, Edits, Limits, Making, record, within
from twokeys.builder.pair.pool import Pool
from twokeys.builder.run.files import write_table
from twokeys.builder.run.keys import KeyedTable
from twokeys.builder.run.stages import Workspace, stage
from twokeys.core.columns import RETRIEVED, is_retrieved
from twokeys.core.items import TextRule

ROWS_PER_PART = 100_000


@dataclass(frozen=True, eq=False)
class Candidates(Edits):
    """Candidates for retrieved partners.

    Attributes:
        kind: Their kind.
        askable: Ids of the items whose question the generator understands.
        checked: Number of those about whose own image it can tell the answer.
        agreed: Number of those for which it tells the annotated one.
        files: Files from which the answers follow -> SHA-256.
        absence: See `Retrieval`.
    """

    kind: str
    askable: list[str]
    checked: int
    agreed: int
    files: dict[str, str]
    absence: str


@stage("retrieve", version=2)
def retrieve(space: Workspace, making: Making, limits: Limits, items: KeyedTable, pool: Pool) -> Candidates:
    """Find candidates for partners among the images of a pool.

    Args:
        space: Where the work is done.
        making: The generator.
        limits: What candidates are held to.
        items: Items to find partners for, sorted by id.
        pool: The images.

    Raises:
        ValueError: When the generator's candidates are not what it may find.
    """
    found = cast("Retriever", making.generator).retrieve(items.frame, pool)
    _check(found, set(items.frame["id"]), pool)
    candidates = within(iter(found.candidates), limits.budget)
    records = _records(making.generator.name, candidates, items.frame, limits)
    number = 0
    while part := list(islice(records, ROWS_PER_PART)):
        write_table(space.folder / f"part-{number:05d}.parquet", pa.Table.from_pylist(part, schema=EDITS))
        number += 1
    return Candidates({}, found.kind, found.askable, found.checked, found.agreed, found.files, found.absence)


def _check(found: Retrieval, asked: set[str], pool: Pool) -> None:
    """Refuse what would be taken for anything but a retrieved partner.

    Raises:
        ValueError: When kinds differ or do not say so, or a candidate has no image of the pool or is of no item.
    """
    if not is_retrieved(found.kind):
        raise ValueError(f"the kind {found.kind!r} of retrieved partners does not begin with {RETRIEVED!r}")
    for edit in found.candidates:
        if edit.kind != found.kind or edit.of not in asked:
            raise ValueError(f"{edit.kind} of {edit.of}: a candidate is of the kind {found.kind}, and of an item asked")
        if edit.image is None or edit.image not in pool.places:
            raise ValueError(f"{edit.kind} of {edit.of}: a candidate shows an image of the pool")


def _records(
    generator: str, candidates: Iterator[Edit], items: pd.DataFrame, limits: Limits
) -> Iterator[dict[str, Any]]:
    """Candidates as rows of `EDITS`, with why they are refused."""
    text = TextRule(limits.text.unicode, limits.text.lowercase)
    columns = items[["id", "question", "choices", "answer", "answer_type"]].itertuples(index=False)
    sides = {
        identity: Side(question, tuple(choices), answer, kind) for identity, question, choices, answer, kind in columns
    }
    for edit in candidates:
        yield record(edit, generator, examine(edit, sides[edit.of], text, limits.minimal, limits.images))
