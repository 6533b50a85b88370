"""Packed files: gzip, Zstandard, bzip2 and xz, recognised by their first bytes and not by their names."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

import pyarrow as pa

from twokeys.core.errors import BadInput

ENDINGS = (".gz", ".gzip", ".zst", ".zstd", ".bz2", ".xz")
"""Endings of packed files, which follow the ending of their content."""
POINTER = b"version https://git-lfs."
"""First bytes of a pointer, which Git LFS writes instead of a file that was not fetched."""
MOST_UNPACKED = 64 * 2**30
"""Largest number of bytes that are unpacked into a temporary file."""


def _zstandard(raw: IO[bytes]) -> IO[bytes]:
    return io.BufferedReader(pa.CompressedInputStream(raw, "zstd"))


def _xz(raw: IO[bytes]) -> IO[bytes]:
    return cast("IO[bytes]", lzma.LZMAFile(raw))


_FORMATS: dict[bytes, tuple[str, Callable[[IO[bytes]], IO[bytes]]]] = {
    b"\x1f\x8b": ("gzip", lambda raw: cast("IO[bytes]", gzip.GzipFile(fileobj=raw))),
    b"\x28\xb5\x2f\xfd": ("Zstandard", _zstandard),
    b"BZh": ("bzip2", lambda raw: cast("IO[bytes]", bz2.BZ2File(raw))),
    b"\xfd7zXZ\x00": ("xz", _xz),
}
"""First bytes -> name of the format, and the function that opens it."""


def without_packing(name: str) -> str:
    """A file's name in lower case, without the ending of a packed file.

    Example:
        >>> without_packing("a/Test.CSV.gz"), without_packing("b.json")
        ('a/test.csv', 'b.json')
    """
    small = name.lower()
    return next((small.removesuffix(ending) for ending in ENDINGS if small.endswith(ending)), small)


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """Open a file, and unpack it if its first bytes are those of a packed file.

    Raises:
        BadInput: If the file is missing, unreadable or a broken stream, also while the block reads it.
    """
    packed = None
    try:
        with path.open("rb") as raw:
            packed, opener = _format(raw)
            refuse_pointer(path, raw.peek(len(POINTER)))
            if opener is None:
                yield raw
            else:
                with opener(raw) as stream:
                    yield stream
    except (EOFError, gzip.BadGzipFile, zlib.error, lzma.LZMAError, pa.ArrowException) as error:
        raise _broken(path, packed, error) from None
    except OSError as error:
        if packed is not None and error.strerror is None:  # what cannot be unpacked, and not what cannot be read
            raise _broken(path, packed, error) from None
        problem = f"the file cannot be read ({error.strerror})"
        raise BadInput(path, None, problem, "the corpus's official file", "check the corpora folder") from None


def plain(path: Path) -> IO[bytes]:
    """Open a file for random access: the file itself, or a temporary file with its unpacked content.

    The temporary file has no name and is gone when it is closed.

    Raises:
        BadInput: As `opened`, and if it holds more than `MOST_UNPACKED` bytes.
    """
    with path.open("rb") as raw:
        if _format(raw)[1] is None:
            return path.open("rb")
    out = tempfile.TemporaryFile()  # noqa: SIM115 - whoever reads it holds it
    with opened(path) as stream:
        remaining = MOST_UNPACKED
        while block := stream.read(min(remaining + 1, 2**20)):
            remaining -= len(block)
            if remaining < 0:
                problem = f"it holds more than {MOST_UNPACKED:,} bytes when it is unpacked"
                raise BadInput(path, None, problem, "", "unpack it, and name what is in it")
            out.write(block)
    out.seek(0)
    return out


def refuse_pointer(path: Path, head: bytes) -> None:
    """Refuse a pointer of Git LFS.

    Raises:
        BadInput: If the file begins like a pointer.
    """
    if head.startswith(POINTER):
        problem = "the file is a pointer of Git LFS, not the file that it stands for"
        raise BadInput(path, None, problem, "", "fetch the files: run `git lfs pull` in their folder")


def _format(raw: IO[bytes]) -> tuple[str | None, Callable[[IO[bytes]], IO[bytes]] | None]:
    head = raw.read(8)
    raw.seek(0)
    return next((kind for start, kind in _FORMATS.items() if head.startswith(start)), (None, None))


def _broken(path: Path, packed: str | None, error: Exception) -> BadInput:
    return BadInput(path, None, f"the {packed} stream is broken ({error})", "", "download the file again")
