"""Where a folder is written: only in the place of one that twokeys wrote before, file by file."""

from __future__ import annotations

import json
from importlib.util import source_from_cache
from pathlib import Path

from twokeys.core.errors import BadInput


def check_place(place: Path, record: str, mark: str, what: str, modules: bool = False) -> None:
    """Never replace what twokeys did not write.

    Args:
        place: The folder to write.
        record: File that lists the files of an earlier one under `files`; it may be of another version of twokeys.
        mark: Field by which a record is told from other JSON.
        what: What is written there, for the message.
        modules: Whether what Python keeps beside a listed module, once it was imported, may lie there, and goes.

    Raises:
        BadInput: When there is a file that no earlier one lists.
    """
    if not place.exists():
        return
    ours = _written(place / record, mark)
    inside = (path for path in place.rglob("*") if path.is_symlink() or not path.is_dir())
    files = inside if place.is_dir() else iter([place])
    others = (path for path in files if _name(path, place) not in ours)
    foreign = next((path for path in others if not (modules and _cached(path, place, ours))), None)
    if foreign is not None:
        problem = f"the folder holds files that twokeys did not write, such as {foreign}"
        remedy = "name another folder with --out, or move these files away"
        raise BadInput("--out", None, problem, f"a new or empty folder, or one of an earlier {what}", remedy)


def _name(path: Path, place: Path) -> str:
    return path.relative_to(place).as_posix()


def _cached(path: Path, place: Path, ours: set[str]) -> bool:
    """Whether a file lies in `__pycache__` and belongs to a module that an earlier record lists."""
    try:
        return path.suffix == ".pyc" and _name(Path(source_from_cache(path)), place) in ours
    except ValueError:
        return False


def _written(record: Path, mark: str) -> set[str]:
    """Files that an earlier record lists."""
    try:
        said = json.loads(record.read_text(encoding="utf-8"))
        return {record.name, *said["files"]} if mark in said else set()
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return set()
