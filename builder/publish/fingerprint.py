"""Identity of published rows: a hash of their values, which does not depend on library, engine or number of shards."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from twokeys.core.columns import PICTURES, PLACE, is_measurement
from twokeys.core.items import canonical_json


def fingerprint(rows: Iterable[Mapping[str, Any]], split: str | None = None) -> str:
    """Hash rows: every column but measurements and place, images by the SHA-256 of their bytes, in the order of ids.

    Args:
        rows: Rows with `id`; an image is `{"bytes": ...}` as `datasets.Image(decode=False)` gives it.
        split: The split of all rows; None if each row has a `split`.

    Returns:
        The hash, in hex: rows in another order have the same, other rows have another.

    Example:
        >>> rows = [{"id": "a", "question": "Is it red?"}, {"id": "b", "question": "Is it blue?"}]
        >>> fingerprint(rows, "test") == fingerprint(rows[::-1], "test")
        True
        >>> fingerprint(rows, "test") == fingerprint(rows, "train")
        False
    """
    return Fingerprint().add(rows, split).value(measurements=False)


class Fingerprint:
    """Collects row hashes; memory holds two hashes per row."""

    def __init__(self) -> None:
        self._rows: dict[str, tuple[bytes, bytes]] = {}

    def add(self, rows: Iterable[Mapping[str, Any]], split: str | None = None) -> Fingerprint:
        """Add rows.

        Raises:
            ValueError: When an id comes twice.
        """
        images: dict[str, tuple[Any, Any]] = {}
        for row in rows:
            apart = {name: value for name, value in row.items() if is_measurement(name) or name == PLACE}
            cells = {name: value for name, value in row.items() if name not in PICTURES and name not in apart}
            if split is not None:
                cells["split"] = split
            for name in PICTURES:
                if (shown := row.get(name)) is not None:
                    if name not in images or images[name][0] != shown:
                        images[name] = shown, _hashes(shown)  # rows of an image are neighbours
                    cells[name] = images[name][1]
            if row["id"] in self._rows:
                raise ValueError(f"the id {row['id']!r} comes twice")
            self._rows[row["id"]] = (_hash(cells), _hash(_rounded(apart)))
        return self

    def value(self, measurements: bool) -> str:
        """The hash over all rows, with or without their measurements and places."""
        total = hashlib.sha256()
        for identity in sorted(self._rows):
            cells, measured = self._rows[identity]
            total.update(cells + measured if measurements else cells)
        return total.hexdigest()

    def version(self) -> str:
        """A dataset version `1.0.N` that changes whenever any cell does.

        `load_dataset` caches a local folder under its name and this version; N is an unsigned 32-bit number.
        """
        return f"1.0.{int(self.value(measurements=True)[:8], 16)}"


def _hashes(shown: Mapping[str, Any] | list[Mapping[str, Any]]) -> str | list[str]:
    """SHA-256 of the bytes of an image, or of each of several."""
    if isinstance(shown, list):
        return [hashlib.sha256(image["bytes"]).hexdigest() for image in shown]
    return hashlib.sha256(shown["bytes"]).hexdigest()


def _hash(value: Any) -> bytes:
    return hashlib.sha256(canonical_json(value).encode()).digest()


def _rounded(measured: dict[str, Any]) -> dict[str, Any]:
    """Floats by four digits: 32-bit floats come back from readers with different tails. NaN becomes null."""
    return {
        name: (None if value != value else round(value, 4)) if isinstance(value, float) else value
        for name, value in measured.items()
    }
