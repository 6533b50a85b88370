"""Files that rows name must lie inside the folders that the recipe names: rows are untrusted, recipes are the user's.

A row must not make a build read, and publish, other files of the machine. The final target of a name counts, after all
symbolic links, each time that it is read.
"""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path, PurePosixPath, PureWindowsPath
from urllib.parse import unquote

from twokeys.builder.read.packed import refuse_pointer
from twokeys.core.errors import BadInput
from twokeys.core.files import Stamp, stamp
from twokeys.core.pictures.limits import MAX_BYTES

BELOW = "//"
"""Separates a locator's folder, which the recipe names, from the name below it, which a row states."""
REMEDY = "put the file itself there, or name its folder in the recipe (`path`, `image_folder`)"
_FAULTS = {
    stat.S_ISDIR: "a folder",
    stat.S_ISFIFO: "a pipe",
    stat.S_ISSOCK: "a socket",
    stat.S_ISCHR: "a device",
    stat.S_ISBLK: "a device",
}


def folder_of(name: str, root: Path) -> tuple[Path, str]:
    """Split the name in a locator into the folder that it must stay in and the rest.

    The folder is taken literally: `..` after a link to the corpus leads to the folder of the link.

    Example:
        >>> folder_of("../photos//1.png", Path("corpora/toy"))
        (PosixPath('corpora/photos'), '1.png')
    """
    folder, mark, rest = name.partition(BELOW)
    return (Path(os.path.normpath(root / folder)), rest) if mark else (root, name)


def held(folder: Path, name: str, what: str = "image") -> Path:
    """The target of a name, which must be a regular file inside the folder.

    Args:
        folder: A folder that the recipe names; it may be a link itself.
        name: A path below it, from a row or a reader.
        what: The kind of file, for messages.

    Raises:
        BadInput: If there is no such file, it is no regular file, or it lies elsewhere.
    """
    windows = PureWindowsPath(name)
    odd = "\\" in name and (windows.anchor or ".." in windows.parts)
    if not name.strip() or "\0" in name or odd or Path(name).is_absolute():
        raise BadInput(name, None, f"the file name is {name!r}", "a relative path inside the corpus's folder", REMEDY)
    try:
        place = (folder / name).resolve(strict=True)
        mode = place.stat().st_mode
    except (OSError, RuntimeError, ValueError) as error:  # a loop of links is a RuntimeError before Python 3.13
        raise _unreadable(folder, name, what, getattr(error, "strerror", None) or str(error)) from None
    if not any(place.is_relative_to(inside) for inside in _folders(folder)):
        problem = f"{name!r} leads out of the folder"
        raise BadInput(name, None, problem, "a file inside the corpus's folder or its image_folder", REMEDY)
    if not stat.S_ISREG(mode):
        fault = next((fault for is_, fault in _FAULTS.items() if is_(mode)), "no regular file")
        raise _unreadable(folder, name, what, fault)
    return place


def read_held(folder: Path, name: str) -> bytes:
    """Read a file that `held` allows; a file that is replaced in the meantime is refused.

    Raises:
        BadInput: As `held`.
    """
    place = held(folder, name)
    # A pipe that took the file's place would keep a reader waiting; its last part is not followed any more.
    try:
        number = os.open(place, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0))
        with os.fdopen(number, "rb") as file:
            opened = os.fstat(number)
            # Where the name leads now is what was opened: also no folder on the way was swapped.
            if not stat.S_ISREG(opened.st_mode) or not os.path.samestat(opened, held(folder, name).stat()):
                raise _unreadable(folder, name, "image", "it changed while it was opened")
            if opened.st_size > MAX_BYTES:
                problem = f"the file {name!r} has {opened.st_size:,} bytes"
                raise BadInput(folder / name, None, problem, f"at most {MAX_BYTES:,} bytes", "shrink the image")
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _unreadable(folder, name, "image", error.strerror or str(error)) from None
    refuse_pointer(folder / name, data)
    return data


def _folders(folder: Path) -> Iterator[Path]:
    """The folder itself, and the folder of the Hugging Face cache to which the links of a snapshot lead."""
    real = folder.resolve()
    yield real
    for snapshot in (real, *real.parents):
        kept = snapshot.parent.parent
        if snapshot.parent.name == "snapshots" and kept.name.startswith(("datasets--", "models--")):
            blobs = kept / "blobs"
            if blobs.is_dir() and not blobs.is_symlink():
                yield blobs


def _unreadable(folder: Path, name: str, what: str, why: str) -> BadInput:
    remedy = "put it there: paths count from the corpus's folder, or from its image_folder"
    if alike := _alike(folder, name):
        remedy = f"name it as it is spelt there: {alike!a}"
    return BadInput(folder / name, None, f"the {what} {name!r} cannot be read ({why})", "", remedy)


def _alike(folder: Path, name: str) -> str | None:
    """A file whose name differs only in letter case, percent signs or accents; None if there is none."""
    place = PurePosixPath(name)
    beside = folder / place.parent
    try:
        # What lies outside is not even told by name.
        inside = beside.resolve().is_relative_to(folder.resolve())
        names = _spelt(beside, stamp(beside)) if inside else {}
    except (OSError, RuntimeError, ValueError):
        return None
    alike = names.get(_plain(place.name))
    return None if alike in (None, place.name) else str(place.with_name(alike))


@lru_cache(maxsize=8)
def _spelt(folder: Path, written: Stamp) -> dict[str, str]:
    """Normalised spelling -> file of a folder; similar names have the same spelling. The folder is listed once."""
    return {_plain(name): name for name in sorted(path.name for path in folder.iterdir())}


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", unquote(name)).casefold()
