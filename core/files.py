"""Files by their content: the one place that reads a file to hash it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from pathlib import Path


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hex; read a block at a time, however large the file is."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_of_all(paths: Iterable[Path]) -> str:
    """One SHA-256 for several files in an order, in hex: that of their digests, one after the other."""
    total = hashlib.sha256()
    for path in paths:
        total.update(bytes.fromhex(sha256(path)))
    return total.hexdigest()


def hashes(folder: Path, without: Collection[str] = ()) -> dict[str, str]:
    """SHA-256 of every file in a folder, by path relative to it.

    Args:
        folder: The folder; files in folders inside it count too.
        without: Relative paths of files that are left out.
    """
    files = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    return {name: sha256(path) for name, path in files.items() if name not in without}
