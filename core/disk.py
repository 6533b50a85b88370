"""Write files whole or not at all, and explain errors of the disk."""

from __future__ import annotations

import ctypes
import errno
import os
import re
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from twokeys.core.errors import BadInput

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
"""Errors of a disk without room, or without room for this user or this file."""
CLOSED = {errno.EROFS, errno.EACCES, errno.EPERM}
"""Errors of a place that must not be written to."""
NO_PLACE = {
    errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.EILSEQ, errno.ELOOP, errno.ENOENT, errno.EBUSY,
    errno.EEXIST, errno.ENOTEMPTY, errno.EIO,
}  # fmt: skip
"""Errors of a place that cannot hold a file of this name."""
_UNFINISHED = re.compile(r"\..+\.\d+-[0-9a-f]{8}\.partial")
"""Names that `whole` gives to unfinished files."""
_CANNOT = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EXDEV}
"""Errors of a system or a file system that cannot exchange two files."""


@contextmanager
def writing(place: Path) -> Iterator[None]:
    """Turn errors of the disk inside the block into a sentence that explains them.

    Args:
        place: The file or folder that the block writes.

    Raises:
        BadInput: When the disk is full, or the place cannot be written to or named.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in FULL | CLOSED | NO_PLACE or not _concerns(error, place):
            raise
        raise unwritable(place, error) from error
    except UnicodeEncodeError as error:
        problem = f"the name cannot be written in the file system's encoding, {error.encoding}"
        remedy = "name another folder, or set a UTF-8 locale such as LC_ALL=C.UTF-8"
        raise BadInput(ascii(str(place)), None, problem, "", remedy) from error


def unwritable(place: object, error: OSError) -> BadInput:
    """Make the error for a place that cannot be written to."""
    problem = f"it cannot be written ({error.strerror or error})"
    if error.errno in FULL:
        remedy = "make room there, or name another place; the same command then goes on"
    elif error.errno in CLOSED:
        remedy = "allow writing there, or name another place"
    else:
        remedy = "name another place"
    return BadInput(place, None, problem, "", remedy)


def _concerns(error: OSError, place: Path) -> bool:
    """Whether an error is about a place, or about a file in it or beside it; errors of pyarrow name no file."""
    return error.filename is None or Path(os.fsdecode(error.filename)).is_relative_to(place.parent)


def sync(path: Path) -> None:
    """Force a file or a folder onto the disk, so that a power cut cannot lose it."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some file systems do not sync
            raise
    finally:
        os.close(number)


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; the file written there becomes `path` only if the block succeeds.

    Raises:
        BadInput: When nothing can be written there.
    """
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.partial")
        try:
            yield temporary
            sync(temporary)
            temporary.replace(path)
            sync(path.parent)
        finally:
            temporary.unlink(missing_ok=True)


def is_unfinished(name: str) -> bool:
    """Whether `whole` gives such names to unfinished files: a file of that name means that its writer was killed.

    Example:
        >>> is_unfinished("parts/.a.json.71-0badf00d.partial"), is_unfinished("parts/a.json")
        (True, False)
    """
    return _UNFINISHED.fullmatch(name.rpartition("/")[2]) is not None


def write_text(path: Path, text: str) -> None:
    """Write a text file whole."""
    with whole(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def exchange(first: Path, second: Path) -> bool:
    """Exchange two files or folders in one step, so that neither name is ever missing.

    Returns:
        False if the system or the file system cannot do it; nothing has changed then.

    Raises:
        OSError: When the system can do it and fails.
    """
    call = _exchanging()
    if call is None:
        return False
    ctypes.set_errno(0)
    if call(os.fsencode(first), os.fsencode(second)) == 0:
        return True
    if (number := ctypes.get_errno()) in _CANNOT:
        return False
    raise OSError(number, os.strerror(number), str(first), None, str(second))


def _exchanging() -> Callable[[bytes, bytes], int] | None:
    """Return the system's call that exchanges two names; None if the system has none."""
    library = ctypes.CDLL(None, use_errno=True)
    if sys.platform == "linux" and hasattr(library, "renameat2"):
        here, swap = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
        return lambda first, second: library.renameat2(here, first, here, second, swap)
    if sys.platform == "darwin" and hasattr(library, "renamex_np"):
        swap = 2  # RENAME_SWAP
        return lambda first, second: library.renamex_np(first, second, swap)
    return None
