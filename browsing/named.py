"""Look-up of the rows of a config by their id."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from twokeys.browsing.cells import Cells
from twokeys.browsing.index import Hashes, hashed
from twokeys.browsing.types import check


class Named:
    """Rows of some files by id.

    Attributes:
        cells: The rows.
    """

    def __init__(self, files: Sequence[Path]) -> None:
        self.cells = Cells(files)
        for number, path in enumerate(files):
            check(path, self.cells.schema(number), needed=["id"])
        hashes: Hashes = np.zeros(self.cells.count, dtype=np.uint64)
        for _, start, table in self.cells.scan(["id"]):
            hashes[start : start + len(table)] = hashed(table.column("id").to_pylist())
        self._order = np.argsort(hashes, kind="stable")
        self._known = hashes[self._order]

    def of(self, identity: str) -> int | None:
        """The number of the row of an id; None if there is none."""
        wanted = hashed([identity])[0]
        at = int(np.searchsorted(self._known, wanted))
        if at == len(self._known) or self._known[at] != wanted:
            return None
        return int(self._order[at])
