"""A folder that appears whole or not at all: written beside its place, and exchanged with what is there in one step.

Nothing is removed but what twokeys wrote: files that a record lists and nobody touched meanwhile, and a new folder
that never came to its place. The lock of the place tells which names these have, so that the next process there clears
away what a killed one left.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from twokeys.core.disk import exchange, sync, writing
from twokeys.core.errors import BadInput
from twokeys.core.files import hashes
from twokeys.core.lock import alone, busy, lock_of
from twokeys.core.place import Kind, Stamps, check_place, stamps

NEW, OLD = "new", "old"


@dataclass(frozen=True)
class Output:
    """A folder that this process alone writes.

    Attributes:
        place: The folder; it need not be there.
        kind: What it is.
        before: Its files when the process began.
    """

    place: Path
    kind: Kind
    before: Stamps

    @property
    def lock(self) -> Path:
        """The file that keeps others out; it lists the names of folders beside the place that this process may make."""
        return lock_of(self.place)

    def beside(self, ending: str) -> Path:
        """A name beside the place that nobody can guess."""
        return self.place.with_name(f".{self.place.name}.{secrets.token_hex(8)}.{ending}")

    def listed(self) -> list[Path]:
        """Folders that the lock lists."""
        names = re.compile(rf"\.{re.escape(self.place.name)}\.[0-9a-f]{{16}}\.({NEW}|{OLD})")
        try:
            said = json.loads(self.lock.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return []
        told = said if isinstance(said, list) else []
        return [self.place.with_name(name) for name in told if isinstance(name, str) and names.fullmatch(name)]

    def check(self, folder: Path | None = None) -> None:
        """Make sure that nothing of others is in the folder.

        Args:
            folder: Where the folder is now; in its place if None.

        Raises:
            BadInput: When there is a file that no record lists, or a file was written since the process began.
        """
        now = self.place if folder is None else folder
        check_place(now, self.kind)
        fresh = [name for name, stamp in stamps(now).items() if self.before.get(name) != stamp]
        if fresh:
            problem = f"{now / fresh[0]} was written while the {self.kind.what} was at work"
            raise BadInput("--out", None, problem, "", "move the file away, or name another folder with --out")


@contextmanager
def alone_at(place: Path, kind: Kind) -> Iterator[Output]:
    """Keep other processes from writing a folder, and clear away what a killed one left beside it.

    Args:
        place: The folder; it need not be there.
        kind: What it is.

    Raises:
        BadInput: When another process writes there, the folder holds files that twokeys did not write, or nothing can
            be written beside it.
    """
    check_place(place, kind)
    with writing(place):
        place.parent.mkdir(parents=True, exist_ok=True)
    lock = lock_of(place)
    with alone(lock, busy(place)):
        with writing(place):
            _clear(Output(place, kind, {}))
        output = Output(place, kind, stamps(place))
        try:
            yield output
        finally:
            if not any(path.exists() for path in output.listed()):
                lock.unlink(missing_ok=True)  # while it is held: a process that waits for it makes another one


@contextmanager
def whole_folder(output: Output) -> Iterator[Path]:
    """Give a folder to write into; it takes the place of another one when the block ends well.

    Raises:
        BadInput: When files of others came into the place meanwhile, or the disk takes no more.
    """
    new, old, kind = output.beside(NEW), output.beside(OLD), output.kind
    with writing(output.place):
        output.lock.write_text(json.dumps([new.name, old.name]), encoding="utf-8")
        new.mkdir()
    try:
        with writing(output.place):
            yield new
            for path in sorted(new.rglob("*"), reverse=True):
                sync(path)
            sync(new)
        output.check()
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    with writing(output.place):
        _put(new, old, output)
        _remove(old, kind)
    if old.exists():
        problem = f"files came into the folder while it was replaced; they now lie in {old}"
        raise BadInput("--out", None, problem, "", f"move them away; the new {kind.what} is in its place")


def write_record(folder: Path, kind: Kind, said: object) -> dict[str, str]:
    """Write the record of a new folder, once all its files are there; returns them with their SHA-256.

    Args:
        folder: The folder.
        kind: What it is.
        said: What the record says of it under the kind's mark.
    """
    files = hashes(folder)
    told = json.dumps({kind.mark: said, "files": files}, indent=1, ensure_ascii=False)
    (folder / kind.record).write_text(f"{told}\n", encoding="utf-8")
    return files


def _put(new: Path, old: Path, output: Output) -> None:
    """Put a new folder in its place, and the earlier one, if there is one, under the name `old`."""
    place = output.place
    if not place.exists():
        new.rename(place)
        sync(place.parent)
    elif exchange(new, place):
        with _taken_back(new, output):
            output.check(new)
        new.rename(old)
    else:
        # Two steps: the next process finds the earlier folder under its name in the lock, if this one is killed here.
        place.rename(old)
        try:
            output.check(old)
            new.rename(place)
        except BaseException:
            old.rename(place)
            raise
    sync(place.parent)


@contextmanager
def _taken_back(new: Path, output: Output) -> Iterator[None]:
    """Exchange the folders once more if the block finds files of others in the earlier one, which is in `new`."""
    try:
        yield
    except BadInput:
        exchange(new, output.place)
        shutil.rmtree(new, ignore_errors=True)
        output.check()
        raise


def _clear(output: Output) -> None:
    """Clear away what a killed process left beside a place, as the lock lists it."""
    for path in output.listed():
        if path.suffix == f".{OLD}" and path.is_dir() and not output.place.exists():
            path.rename(output.place)
        elif path.suffix == f".{NEW}" and not (path / output.kind.record).exists():
            shutil.rmtree(path, ignore_errors=True)  # never whole
        else:
            _remove(path, output.kind)


def _remove(folder: Path, kind: Kind) -> None:
    """Remove what twokeys wrote of a folder, the record last, and what is then empty."""
    for path in kind.ours(folder):
        path.unlink(missing_ok=True)
    for path in (*sorted((path for path in folder.rglob("*") if path.is_dir()), reverse=True), folder):
        with suppress(OSError):
            path.rmdir()
