"""Where a folder is written: only in the place of one that twokeys wrote before, file by file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.util import source_from_cache
from pathlib import Path

from twokeys.core.errors import BadInput
from twokeys.core.files import Stamp, stamp

Stamps = dict[str, Stamp]
"""File of a folder -> its stamp."""


@dataclass(frozen=True)
class Kind:
    """A kind of folder that twokeys writes, and what tells it from folders of others.

    Attributes:
        record: File that lists the folder's files under `files`; it may be of another version of twokeys.
        mark: Field by which a record is told from other JSON.
        what: What is written there, for messages.
        modules: Whether what Python keeps beside a listed module, once it was imported, may lie there, and goes.
        later: Files that twokeys adds to a finished folder and no record lists; they go with it.
    """

    record: str
    mark: str
    what: str
    modules: bool = False
    later: frozenset[str] = frozenset()

    def ours(self, place: Path) -> list[Path]:
        """Files of a folder that its record lists, and the record as the last one; none without a record."""
        written = self._written(place)
        found = [path for path in files_in(place) if self._is_ours(path, place, written)]
        return sorted(found, key=lambda path: (path == place / self.record, path))

    def stray(self, place: Path) -> Path | None:
        """A file in a folder that twokeys did not write; None where there is none, or no folder."""
        written = self._written(place)
        return next((path for path in files_in(place) if not self._is_ours(path, place, written)), None)

    def _written(self, place: Path) -> set[str]:
        """Names of the files in a folder that its record lists, and the record's; none without a record."""
        try:
            said = json.loads((place / self.record).read_text(encoding="utf-8"))
            return {self.record, *said["files"], *self.later} if self.mark in said else set()
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return set()

    def _is_ours(self, path: Path, place: Path, written: set[str]) -> bool:
        return path.relative_to(place).as_posix() in written or (self.modules and _cached(path, place, written))


def check_place(place: Path, kind: Kind) -> None:
    """Never replace what twokeys did not write.

    Args:
        place: The folder to write.
        kind: What it is.

    Raises:
        BadInput: When there is a file that no earlier one lists.
    """
    if (stray := kind.stray(place)) is not None:
        problem = f"the folder holds files that twokeys did not write, such as {stray}"
        remedy = "name another folder with --out, or move these files away"
        raise BadInput("--out", None, problem, f"a new or empty folder, or one of an earlier {kind.what}", remedy)


def files_in(place: Path) -> list[Path]:
    """Everything in a folder that is no folder, links too; the place itself where it is no folder."""
    if place.is_dir():
        return [path for path in place.rglob("*") if path.is_symlink() or not path.is_dir()]
    return [place] if place.exists() or place.is_symlink() else []


def stamps(place: Path) -> Stamps:
    """The stamps of all files in a folder."""
    return {path.relative_to(place).as_posix(): stamp(path, link=True) for path in files_in(place)}


def _cached(path: Path, place: Path, written: set[str]) -> bool:
    """Whether a file lies in `__pycache__` and belongs to a module that a record lists."""
    try:
        return path.suffix == ".pyc" and Path(source_from_cache(path)).relative_to(place).as_posix() in written
    except ValueError:
        return False
