"""Checksums of what lies in the run folder: what does not fit its checksum was written by no stage, and is made again.

A part has its checksum beside it, written after the part, so that a killed run knows which parts are whole. A stage
that is done lists the checksums of all its files.
"""

from __future__ import annotations

import json
import warnings
from pathlib import Path

from twokeys.core.disk import is_unfinished, write_text
from twokeys.core.files import hashes, sha256

DONE = "done.json"
ENDING = ".sha256"


def sum_of(part: Path) -> Path:
    """The file that holds the checksum of a part."""
    return part.with_name(part.name + ENDING)


def seal(part: Path) -> None:
    """Write the checksum of a part that is whole."""
    write_text(sum_of(part), sha256(part))


def is_sealed(part: Path, stage: str) -> bool:
    """Whether a part is what a stage wrote; warns of one that is not, and removes it.

    Args:
        part: The file, which need not be there.
        stage: Name of the stage, for the warning.
    """
    if not part.is_file() or not sum_of(part).is_file():
        return False  # not made, or killed before it was whole
    if sha256(part) == sum_of(part).read_text(encoding="utf-8", errors="replace"):
        return True
    _warn(stage, part.name)
    for path in (part, sum_of(part)):
        path.unlink()
    return False


def sums(folder: Path) -> dict[str, str]:
    """Checksums of all files of a stage."""
    return {name: value for name, value in hashes(folder, {DONE}).items() if not is_unfinished(name)}


def is_done(folder: Path, stage: str) -> bool:
    """Whether a stage is done and its folder is as it left it; warns where it is not, and removes what is not.

    Args:
        folder: The stage's folder.
        stage: Its name, for the warning.
    """
    if not (folder / DONE).is_file():
        return False
    try:
        said = json.loads((folder / DONE).read_text(encoding="utf-8"))["files"]
        there = sums(folder)
        odd = sorted(name for name in said.keys() | there.keys() if said.get(name) != there.get(name))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        odd = [DONE]
    if not odd:
        return True
    _warn(stage, odd[0])
    for name in {*odd, DONE}:
        (folder / name).unlink(missing_ok=True)
    return False


def _warn(stage: str, name: str) -> None:
    problem = f"{name} in the run folder is not what the stage {stage!r} wrote there"
    warnings.warn(f"{problem}; it is made again", RuntimeWarning, stacklevel=4)
