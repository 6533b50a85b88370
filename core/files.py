"""Files by their content: the one place that reads a file to hash it, and tells whether it was written meanwhile."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from twokeys.core.errors import BadInput

Stamp = tuple[int, int, int, int]
"""Number, size, and times of a file's content and of its change: no programme can set the last one back."""


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hex; read a block at a time, however large the file is."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def stamp(path: Path) -> Stamp:
    """What is another one as soon as a file is written or replaced."""
    state = path.stat()
    return state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns


@contextmanager
def as_hashed(hashed: Mapping[Path, str], stamps: Mapping[Path, Stamp] | None = None) -> Iterator[None]:
    """Read files that are those that were hashed before, and stay so: what follows from a hash follows from the file.

    Args:
        hashed: File -> its SHA-256.
        stamps: File -> its stamp when it was hashed; a file that still has it is not hashed again.

    Raises:
        BadInput: When a file is another one by now, or is written while the block reads it.
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
    """One SHA-256 for several files in an order, in hex: that of their digests, one after the other."""
    total = hashlib.sha256()
    for path in paths:
        total.update(bytes.fromhex(sha256(path)))
    return total.hexdigest()


def sha256_of_weights(folder: Path) -> str:
    """One SHA-256 for the weights of a model: those of all safetensors files in its folder, by name."""
    return sha256_of_all(sorted(folder.glob("*.safetensors")))


def hashes(folder: Path, without: Collection[str] = ()) -> dict[str, str]:
    """SHA-256 of every file in a folder, by path relative to it.

    Args:
        folder: The folder; files in folders inside it count too.
        without: Relative paths of files that are left out.
    """
    files = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    return {name: sha256(path) for name, path in files.items() if name not in without}
