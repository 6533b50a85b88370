"""What can go wrong with a disk, and what must not be half done on it."""

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
"""What a disk answers that has no room left, or no room for this user or this file."""
CLOSED = {errno.EROFS, errno.EACCES, errno.EPERM}
"""What it answers where nothing may be written."""
NO_PLACE = {
    errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.EILSEQ, errno.ELOOP, errno.ENOENT, errno.EBUSY,
    errno.EEXIST, errno.ENOTEMPTY, errno.EIO,
}  # fmt: skip
"""What it answers where no file of the name can be."""
_UNFINISHED = re.compile(r"\..+\.\d+-[0-9a-f]{8}\.partial")
"""Names that `whole` gives to files as long as they are not whole."""
_CANNOT = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EXDEV}
"""What a system or a file system answers that exchanges nothing."""


@contextmanager
def writing(place: Path) -> Iterator[None]:
    """Say in a sentence why nothing can be written somewhere.

    Args:
        place: What the block writes.

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
    """What to say of a place that cannot be written to."""
    problem = f"it cannot be written ({error.strerror or error})"
    if error.errno in FULL:
        remedy = "make room there, or name another place; the same command then goes on"
    elif error.errno in CLOSED:
        remedy = "allow writing there, or name another place"
    else:
        remedy = "name another place"
    return BadInput(place, None, problem, "", remedy)


def _concerns(error: OSError, place: Path) -> bool:
    """Whether an error is of a place or what lies in it or beside it; pyarrow names no file."""
    return error.filename is None or Path(os.fsdecode(error.filename)).is_relative_to(place.parent)


def sync(path: Path) -> None:
    """Have a file or a folder on the disk itself before anything else is done: a power cut loses it no more."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # file systems that have nothing to do
            raise
    finally:
        os.close(number)


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; what was written there becomes `path` only when the block ends well.

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
    """Whether a file's name is one that `whole` gives: if it is still there, its writer was killed.

    Example:
        >>> is_unfinished("parts/.a.json.71-0badf00d.partial"), is_unfinished("parts/a.json")
        (True, False)
    """
    return _UNFINISHED.fullmatch(name.rpartition("/")[2]) is not None


def write_text(path: Path, text: str) -> None:
    """Write a text file whole."""
    with whole(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def exchange(one: Path, other: Path) -> bool:
    """Exchange two files or folders in one step, so that at no moment either name is missing.

    Returns:
        False where the system or the file system cannot; nothing has happened then.

    Raises:
        OSError: When it can and fails.
    """
    call = _exchanging()
    if call is None:
        return False
    ctypes.set_errno(0)
    if call(os.fsencode(one), os.fsencode(other)) == 0:
        return True
    if (number := ctypes.get_errno()) in _CANNOT:
        return False
    raise OSError(number, os.strerror(number), str(one), None, str(other))


def _exchanging() -> Callable[[bytes, bytes], int] | None:
    """The system's call that exchanges two names; None where it has none."""
    library = ctypes.CDLL(None, use_errno=True)
    if sys.platform == "linux" and hasattr(library, "renameat2"):
        here, swap = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
        return lambda one, other: library.renameat2(here, one, here, other, swap)
    if sys.platform == "darwin" and hasattr(library, "renamex_np"):
        swap = 2  # RENAME_SWAP
        return lambda one, other: library.renamex_np(one, other, swap)
    return None
