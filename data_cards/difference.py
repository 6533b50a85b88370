"""Two manifests side by side, as the rows of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twokeys.data_cards.tables import NONE, Cells, summary_rows

if TYPE_CHECKING:
    from twokeys.data_cards.manifest import Manifest

HEADER: Cells = ("", "first", "second")


def side_by_side(first: Manifest, second: Manifest) -> dict[str, list[Cells]]:
    """Return the items, ceilings and best baselines of two builds, read and published, under `HEADER`."""
    old, new = ({row[0]: row[1:] for row in summary_rows(manifest)} for manifest in (first, second))
    missing = (NONE, NONE)
    names = list(dict.fromkeys([*old, *new]))
    return {
        title: [(name, old.get(name, missing)[place], new.get(name, missing)[place]) for name in names]
        for place, title in enumerate(("Read", "Published"))
    }
