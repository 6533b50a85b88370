"""Two manifests side by side, as the rows of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data_cards.tables import NONE, Cells, summary_rows

if TYPE_CHECKING:
    from data_cards.manifest import Manifest

HEADER: Cells = ("", "read, first", "read, second", "published, first", "published, second")


def side_by_side(first: Manifest, second: Manifest) -> list[Cells]:
    """Items, ceilings and best baselines of two builds; under `HEADER`."""
    old, new = ({row[0]: row[1:] for row in summary_rows(manifest)} for manifest in (first, second))
    missing = (NONE, NONE)
    rows: list[Cells] = []
    for name in dict.fromkeys([*old, *new]):
        (read, published), (read_now, published_now) = old.get(name, missing), new.get(name, missing)
        rows.append((name, read, read_now, published, published_now))
    return rows
