"""`twokeys clean`: remove the folders from which stopped work goes on, what is known of masks, and kept vectors."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from twokeys.builder.measure.kept_vectors import blocks, place_of_vectors
from twokeys.builder.run.stages import LOCK
from twokeys.core.disk import is_unfinished
from twokeys.core.errors import BadInput
from twokeys.core.lock import alone

_HIDDEN = re.compile(r"\.(?P<name>.+)\.(?P<kind>run|masks)")
_MASKS = re.compile(r"[0-9a-f]{16}\.json")


@dataclass(frozen=True)
class Leftover:
    """A folder that twokeys wrote beside results, and that it can make again.

    Attributes:
        folder: Where it is.
        of: Name of the folder that it belongs to; `all builds` of vectors.
        kind: `run`: results of stages, from which a build goes on; `masks`: what masks let through; `vectors`: what
            encoders made of texts and images, for all builds.
        files: Files in it.
        size: Their bytes.
        busy: Whether a build is at work in it.
    """

    folder: Path
    of: str
    kind: str
    files: int
    size: int
    busy: bool


def clean(place: str | Path = "out", *, remove: bool = False, vectors: bool = False) -> list[Leftover]:
    """Find the run folders in a folder, and remove them if that is asked for. Published folders are left alone.

    Without them the same command does all work again, and gives the same rows.

    Args:
        place: The folder in which results lie.
        remove: Whether to remove what is found, but for folders in which a build is at work.
        vectors: Whether the vectors count, too, that are kept for all builds (`docs/scale.md`).

    Returns:
        What was found, by name.

    Raises:
        BadInput: When there is no such folder.
    """
    root = Path(place)
    if not root.is_dir():
        raise BadInput(root, None, "there is no such folder", "a folder in which results lie, such as out", "name it")
    found = [leftover for path in sorted(root.iterdir()) if (leftover := _leftover(path)) is not None]
    found += [kept] if vectors and (kept := kept_vectors()).files else []
    for one in found:
        if remove and not one.busy:
            shutil.rmtree(one.folder)
    return found


def kept_vectors() -> Leftover:
    """The vectors that are kept for all builds; a build that is at work embeds again what it misses."""
    sizes = [state.st_size for _, state in blocks()]
    return Leftover(place_of_vectors(), "all builds", "vectors", len(sizes), sum(sizes), busy=False)


def _leftover(path: Path) -> Leftover | None:
    """What a folder is, if twokeys wrote it; links, and folders of other names and contents, are nothing of ours."""
    named = _HIDDEN.fullmatch(path.name)
    if named is None or path.is_symlink() or not path.is_dir():
        return None
    kind = named["kind"]
    if kind == "run" and not (path / LOCK).is_file():
        return None
    if kind == "masks" and not all(one.is_file() and _is_of_masks(one.name) for one in path.iterdir()):
        return None
    files = [one for one in path.rglob("*") if one.is_file()]
    size = sum(one.lstat().st_size for one in files)
    return Leftover(path, named["name"], kind, len(files), size, kind == "run" and _busy(path))


def _is_of_masks(name: str) -> bool:
    return _MASKS.fullmatch(name) is not None or is_unfinished(name)


def _busy(folder: Path) -> bool:
    busy = BadInput(folder, None, "a build is at work there", "", "wait for it")
    try:
        with alone(folder / LOCK, busy):
            return False
    except BadInput:
        return True
