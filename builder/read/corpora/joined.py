"""Second files of a table: their rows are found by id, and their columns are named `NAME.column`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from twokeys.builder.read.corpora.opening import MEND, Record, SourceFile
from twokeys.builder.read.corpora.patterns import matching
from twokeys.builder.read.corpora.record_cells import Cells
from twokeys.builder.read.corpora.shards import records
from twokeys.builder.recipe import Columns, Joined
from twokeys.core.errors import BadInput

if TYPE_CHECKING:
    from pathlib import Path

    from twokeys.builder.recipe import Corpus

_FILES = "a table beside the first one"


@dataclass(frozen=True)
class SecondFiles:
    """The second files of one split, in memory.

    Attributes:
        found: Name -> id -> record; None where the id comes twice.
        on: Name -> the column or template of the first table that holds the id.
        names: Name -> the files, for messages.
    """

    found: dict[str, dict[str, Record | None]]
    on: dict[str, str]
    names: dict[str, str]

    def beside(self, cells: Cells) -> Cells:
        """The cells of a first table with those that belong to them.

        Raises:
            BadInput: When one has no partner or two, or a column bears the name of a second file.
        """
        out = dict(cells.record)
        for name, by_id in self.found.items():
            if name in out:
                problem = f"the table has a column {name!r}, as a second file in `columns.joined` is named"
                raise BadInput(cells.file.name, cells.row, problem, "", "give the second file another name")
            identity = cells.text(self.on[name]) or ""
            record = by_id.get(identity)
            if record is None:
                often = "twice" if identity in by_id else "nowhere"
                problem = f"the id {identity!r} of {self.on[name]!r} stands {often} in {self.names[name]}"
                remedy = f"{MEND}, or correct `columns.joined.{name}` in the recipe"
                raise BadInput(cells.file.name, cells.row, problem, "an id that comes there once", remedy)
            out[name] = record
        return replace(cells, record=out)


def second_files(corpus: Corpus, root: Path, split: str, wanted: dict[str, str]) -> SecondFiles:
    """Read the second files of a split.

    Args:
        corpus: Names them.
        root: Its folder.
        split: The official split.
        wanted: Column, `NAME.column` -> the field of the recipe that names it.

    Raises:
        BadInput: When a file cannot be read, or lacks a column.
    """
    joined = (corpus.columns or Columns()).joined
    by_file: dict[str, dict[str, Record | None]] = {}
    names: dict[str, str] = {}
    for name, second in joined.items():
        inner = {column.partition(".")[2]: field for column, field in wanted.items() if column.startswith(f"{name}.")}
        inner[second.id] = f"columns.joined.{name}.id"
        files = _files(corpus, root, name, split)
        names[name] = ", ".join(file.name for file in files)
        by_file[name] = {}
        for file in files:
            for number, record in records(file, inner):
                if isinstance(record, BadInput):
                    raise record
                identity = Cells(record, Columns(), file, number).text(second.id)
                if identity is not None:
                    by_file[name][identity] = None if identity in by_file[name] else record
    return SecondFiles(by_file, {name: second.on or second.id for name, second in joined.items()}, names)


def joined_files(corpus: Corpus, root: Path, splits: list[str]) -> list[SourceFile]:
    """List the second files of splits, each once.

    Raises:
        BadInput: When one is not there.
    """
    names = (corpus.columns or Columns()).joined
    every = [file for name in names for split in splits for file in _files(corpus, root, name, split)]
    return list({file.name: file for file in every}.values())


def patterns(second: Joined) -> list[str]:
    """All files and patterns that a recipe gives for a second file, whatever the split."""
    listed = list(second.file.values()) if isinstance(second.file, dict) else [second.file]
    return [pattern for each in listed for pattern in ([each] if isinstance(each, str) else each)]


def _files(corpus: Corpus, root: Path, name: str, split: str) -> list[SourceFile]:
    """The files of one second file for a split."""
    field = f"columns.joined.{name}.file"
    given = (corpus.columns or Columns()).joined[name].file
    if isinstance(given, dict):
        if split not in given:
            problem = f"there is no file for the split {split!r}"
            raise BadInput(corpus.name, field, problem, ", ".join(given), "name one, or read other splits")
        given = given[split]
    return matching(root, given, field, _FILES)
