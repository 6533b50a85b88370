"""Hash files, and detect files that are written during a build; all hashes of files are made here."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from twokeys.core.errors import BadInput

Stamp = tuple[int, int, int, int]
"""Inode number, size, and the times of the last write and the last change; no program can set the last time back."""


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hex; large files are read in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def stamp(path: Path, *, link: bool = False) -> Stamp:
    """Return the stamp of a file, which changes whenever the file is written or replaced.

    Args:
        path: The file.
        link: Whether a symbolic link has a stamp itself; otherwise the stamp is that of its target.
    """
    state = path.lstat() if link else path.stat()
    return state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns


@contextmanager
def as_hashed(hashed: Mapping[Path, str], stamps: Mapping[Path, Stamp] | None = None) -> Iterator[None]:
    """Make sure that files still have their hashes, and do not change while the block reads them.

    Args:
        hashed: File -> its SHA-256.
        stamps: File -> its stamp when it was hashed; a file with the same stamp is not hashed again.

    Raises:
        BadInput: When a file has changed since, or is written while the block reads it.
    """
    before = {path: stamp(path) for path in hashed}
    for path, value in hashed.items():
        if (stamps or {}).get(path) != before[path] and sha256(path) != value:
            raise _written(path)
    yield
    for path in hashed:
        if stamp(path) != before[path]:
            raise _written(path)


def _written(path: Path) -> BadInput:
    problem = "the file was written since the build began to read it"
    return BadInput(path, None, problem, "", "run the same command again, once nothing writes there")


def sha256_of_all(paths: Iterable[Path]) -> str:
    """One SHA-256 for an ordered list of files, in hex: the hash of their hashes."""
    total = hashlib.sha256()
    for path in paths:
        total.update(bytes.fromhex(sha256(path)))
    return total.hexdigest()


def sha256_of_weights(folder: Path) -> str:
    """One SHA-256 for the weights of a model: all safetensors files in its folder, sorted by name."""
    return sha256_of_all(sorted(folder.glob("*.safetensors")))


def hashes(folder: Path, without: Collection[str] = ()) -> dict[str, str]:
    """SHA-256 of every file in a folder, by path relative to it.

    Args:
        folder: The folder; files in folders inside it count too.
        without: Relative paths of files to ignore.
    """
    files = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    return {name: sha256(path) for name, path in files.items() if name not in without}
