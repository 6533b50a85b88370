"""Images in archives: members of zip and tar files are read singly, and nothing is unpacked into a folder.

The members are listed once. Limits are checked before a member is read; links, and members whose name leads out of the
archive, are not read.
"""

from __future__ import annotations

import os
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path, PurePosixPath
from typing import IO

from twokeys.builder.read.held import held
from twokeys.builder.read.packed import plain, without_packing
from twokeys.core.errors import BadInput
from twokeys.core.files import Stamp, stamp

ENDINGS = (".zip", ".tar", ".tgz")
"""Endings of an archive's name; the ending of a packed file may follow (`.tar.gz`)."""
LARGEST = 512 * 2**20
"""Largest number of bytes of an unpacked member."""
MOST = 2_000_000
"""Largest number of members of an archive."""
_REMEDY = "unpack the archive by hand, and name its folder as `image_folder`"

Read = Callable[[], bytes]


@dataclass(frozen=True)
class Members:
    """The members of an archive.

    Attributes:
        found: Name -> its number of bytes, and a function that reads them; None if two members have the name.
        refused: Name -> why the member cannot be read.
        by_file_name: Bare file name -> names of members.
    """

    found: dict[str, tuple[int, Read] | None]
    refused: dict[str, str]
    by_file_name: dict[str, list[str]]


def archive_in(folder: Path, name: str) -> tuple[Path, str, str] | None:
    """The folder, the archive and the member of a name that leads into an archive; None for other names.

    The folder in the recipe may be an archive itself.

    Example:
        >>> archive_in(Path("c"), "photos/val.tar.gz/1.png"), archive_in(Path("c"), "photos/1.png")
        ((PosixPath('c'), 'photos/val.tar.gz', '1.png'), None)
    """
    if is_archive(folder.name) and not folder.is_dir():
        real = folder.resolve()  # the recipe may name a link
        return real.parent, real.name, name
    parts = PurePosixPath(name).parts
    for place, part in enumerate(parts[:-1], start=1):
        if is_archive(part) and not folder.joinpath(*parts[:place]).is_dir():
            return folder, "/".join(parts[:place]), "/".join(parts[place:])
    return None


def member_bytes(folder: Path, archive: str, member: str) -> bytes:
    """Read the member with this name, or the only member whose name ends with it.

    Args:
        folder: Folder that the archive must lie in.
        archive: Its name there.
        member: A name inside it, as a row states it.

    Raises:
        BadInput: If the file is no archive, exceeds a limit, or does not have exactly one such member.
    """
    path = held(folder, archive, "archive")
    members = _members(path, stamp(path), os.getpid())
    name = _named(path, members, member)
    size, read = members.found[name] or _twice(path, name)
    if size > LARGEST:
        raise BadInput(path, name, f"the member has {size:,} bytes", f"at most {LARGEST:,}", "leave its rows out")
    try:
        data = read()
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise BadInput(path, name, f"the member cannot be read ({reason})", "", _REMEDY) from None
    if len(data) != size:
        problem = f"the member has other bytes than the {size:,} that the archive states"
        raise BadInput(path, name, problem, "", "download the archive again")
    return data


def member_names(folder: Path, archive: str) -> list[str]:
    """The names of an archive's readable members, in its order.

    Args:
        folder: Folder that the archive must lie in.
        archive: Its name there.

    Raises:
        BadInput: If the file is no archive, or exceeds a limit.
    """
    path = held(folder, archive, "archive")
    return [name for name, members in _members(path, stamp(path), os.getpid()).found.items() if members is not None]


def is_archive(name: str) -> bool:
    """Whether a file has the name of an archive."""
    return without_packing(name).endswith(ENDINGS)


def _named(path: Path, members: Members, member: str) -> str:
    """The member that a row means."""
    wanted = str(PurePosixPath(member))
    if wanted in members.found:
        return wanted
    if wanted in members.refused:
        raise BadInput(path, wanted, members.refused[wanted], "a file", _REMEDY)
    ending = [name for name in members.by_file_name.get(PurePosixPath(wanted).name, []) if name.endswith(f"/{wanted}")]
    if len(ending) == 1:
        return ending[0]
    if ending:
        problem = f"{len(ending)} members are named so: {', '.join(ending[:3])}"
        raise BadInput(path, wanted, problem, "one of these", "write the folder before the name")
    shown = ", ".join(list(members.found)[:3])
    allowed = f"its members, such as {shown}" if shown else ""
    raise BadInput(path, wanted, "there is no such member", allowed, "correct the name, or name another archive")


def _twice(path: Path, name: str) -> tuple[int, Read]:
    raise BadInput(path, name, "two members have this name", "", _REMEDY)


@lru_cache(maxsize=4)
def _members(path: Path, written: Stamp, process: int) -> Members:
    """List the members of an archive, once in each process, since processes must not share a position in a file.

    Raises:
        BadInput: If it is no archive, is broken, or holds too many members.
    """
    members = Members({}, {}, {})
    try:
        (_zip if path.name.lower().endswith(".zip") else _tar)(path, members)
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, OSError, ValueError) as error:
        if isinstance(error, BadInput):
            raise
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise BadInput(path, None, f"the archive cannot be read ({reason})", "", "download it again") from None
    return members


def _zip(path: Path, members: Members) -> None:
    archive = zipfile.ZipFile(path)
    for info in archive.infolist():
        if info.is_dir():
            continue
        why = "the member is a link" if stat.S_ISLNK(info.external_attr >> 16) else ""
        why = "the member is encrypted" if info.flag_bits & 1 else why
        _add(path, members, info.filename, why, info.file_size, partial(_unzipped, archive, info))


def _unzipped(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    with archive.open(info) as stream:
        return stream.read(info.file_size + 1)


def _tar(path: Path, members: Members) -> None:
    stream = plain(path)
    with tarfile.open(fileobj=stream, mode="r:") as archive:
        for info in archive:
            if info.isdir():
                continue
            why = "" if info.isreg() and not info.issparse() else "the member is a link, or no plain file"
            _add(path, members, info.name, why, info.size, partial(_between, stream, info.offset_data, info.size))


def _between(stream: IO[bytes], begin: int, size: int) -> bytes:
    return os.pread(stream.fileno(), size, begin)


def _add(path: Path, members: Members, stated: str, why: str, size: int, read: Read) -> None:
    """Add a member under its name as rows spell it; a member whose name leads out of the archive is not added."""
    name = str(PurePosixPath(stated.replace("\\", "/")))
    if name.startswith("/") or ".." in PurePosixPath(name).parts or ":" in PurePosixPath(name).parts[0]:
        members.refused[name] = "the name of the member leads out of the archive"
        return
    if len(members.found) + len(members.refused) >= MOST:
        raise BadInput(path, None, f"the archive holds more than {MOST:,} members", "", _REMEDY)
    if why:
        members.refused[name] = why
        return
    if name not in members.found:
        members.by_file_name.setdefault(PurePosixPath(name).name, []).append(name)
    members.found[name] = None if name in members.found else (size, read)
