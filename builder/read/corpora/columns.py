"""Tables of any source: what their columns mean, and the rows that they make."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from twokeys.builder.read.corpora.gold_marks import Golds, answers_of, plain
from twokeys.builder.read.corpora.image_columns import ImageColumn
from twokeys.builder.read.corpora.lists import absent, as_list
from twokeys.builder.read.corpora.opening import MEND, Record, SourceFile, one_of
from twokeys.builder.read.corpora.reader import CorpusImage, Images, Rows, each, file_name, of_split, options
from twokeys.builder.read.corpora.shards import CORRECT, Shards, embedded_name, records
from twokeys.builder.read.placeholders import named
from twokeys.builder.recipe import Columns, Corpus, Part
from twokeys.core.errors import BadInput
from twokeys.core.items import ANSWER_TYPES, AnswerType, Row

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class MoreColumns(Part):
    """What the recipe may choose about any table."""

    meta: tuple[str, ...] = ()
    """Further columns to keep with each item."""


@dataclass(frozen=True)
class Tables:
    """A corpus that is a table in one or more files: its splits, paths, rows and images, as a `Reader` needs them.

    Attributes:
        shards: Function that finds the files of each split.
        options: What the recipe may choose.
    """

    shards: Callable[[Corpus, Path], Shards]
    options: type[MoreColumns]

    def splits(self, corpus: Corpus, root: Path) -> list[str]:
        """List the splits: those of the split column in order of appearance, else those of the files.

        Raises:
            BadInput: When a row names no split, so that reading split by split would pass over it.
        """
        return _splits(corpus, self.shards(corpus, root))

    def paths(self, corpus: Corpus, root: Path) -> list[Path]:
        """List the files of the wanted splits; all files if a column tells the split."""
        shards = self.shards(corpus, root)
        if _columns(corpus).split is not None or corpus.splits is None:
            return [file.path for file in _all(shards)]
        return [file.path for split in corpus.splits for file in of_split(shards, split, corpus)]

    def read(self, corpus: Corpus, root: Path, split: str) -> Rows:
        """Yield the rows of a split.

        Without a column of ids, an item's id is its row number, counted over all files, so that it does not depend on
        how the table is cut into files.
        """
        shards, meta = self.shards(corpus, root), options(corpus, self.options).meta
        columns, images = _columns(corpus), _image_columns(corpus)
        wanted = [columns.question, *columns.links, *meta]
        wanted += [columns.choices] if isinstance(columns.choices, str) else columns.choices or []
        single = (columns.answer, columns.id, columns.answers, columns.answer_type, columns.split)
        wanted += [name for name in single if name]
        # A broken line tells no split: it is reported with the first one, so it is neither lost nor repeated.
        reports_broken = not columns.split or split == next(iter(corpus.splits or _splits(corpus, shards)))
        before = 0
        for file in _all(shards) if columns.split else of_split(shards, split, corpus):
            of_file = [ImageColumn.of(corpus, file, name, len(images) == 1) for name in images]
            golds = Golds(columns, file)
            table = Table(corpus, columns, meta, file, split, of_file, before, golds)
            naming = [column.naming for column in of_file if column.naming]
            number = 0
            for number, record in records(file, [*wanted, *naming]):
                if isinstance(record, BadInput):
                    if reports_broken:
                        yield record
                elif not columns.split or _text(_get(record, columns.split, file, number)) == split:
                    yield from each([(number, record)], table.row)
            golds.finish()
            before += number

    def images(self, corpus: Corpus, root: Path, split: str) -> Images:
        """Yield the images of a split's files; of all columns, only those of images and links need to be there."""
        links = _columns(corpus).links
        for file in of_split(self.shards(corpus, root), split, corpus):
            for name in _image_columns(corpus):
                column = ImageColumn.of(corpus, file, name, True)
                told = embedded_name(file, name) if column.naming is None else column.naming
                wanted = [*links, *([told] if told else [])]
                for found in each(records(file, wanted), partial(_of_record, corpus, file, column, told)):
                    yield from [found] if isinstance(found, BadInput) else found


def _splits(corpus: Corpus, shards: Shards) -> list[str]:
    column = _columns(corpus).split
    if column is None:
        return list(shards)
    found: dict[str, None] = {}
    for file in _all(shards):
        for number, record in records(file, [column]):
            if isinstance(record, BadInput):
                continue
            split = _text(_get(record, column, file, number))
            if split is None:
                raise BadInput(file.path, number, f"the column {column!r} holds no split", "", "fill in the split")
            found[split] = None
    return list(found)


def _of_record(
    corpus: Corpus, file: SourceFile, column: ImageColumn, name: str | None, number: int, record: Record
) -> list[CorpusImage]:
    """The images of a record in one column; their file names stand in `name`."""
    links = _links(corpus, record, file, number)
    stated = _names(record, name, file, number) if name else []
    locators = column.locators(corpus, file, number, lambda _: stated)
    if column.naming is not None:
        return [CorpusImage(locator, file_name(locator), links) for locator in locators]
    bare = [PurePosixPath(one).name if isinstance(one, str) else "" for one in stated]
    names = bare if len(bare) == len(locators) else [""] * len(locators)
    return [CorpusImage(locator, named or None, links) for locator, named in zip(locators, names, strict=True)]


def _names(record: Record, column: str, file: SourceFile, row: int) -> list[Any]:
    """The names of images in a cell; a cell without a name counts as one, unless it is an empty list."""
    value = _get(record, column, file, row)
    listed = isinstance(value, list) or (isinstance(value, str) and re.fullmatch(r"\s*\[.*\]\s*", value, re.DOTALL))
    return [name for name in as_list(value, column, file, row) if not absent(name)] if listed else [value]


def _links(corpus: Corpus, record: Record, file: SourceFile, row: int) -> tuple[str, ...]:
    """Declared groups: the column's name and its value, or each of its values."""
    named = [
        (name, _text(value))
        for name in _columns(corpus).links
        for value in as_list(_get(record, name, file, row), name, file, row)
    ]
    return tuple(f"{corpus.name}:{name}:{value}" for name, value in named if value is not None)


@dataclass(frozen=True)
class Table:
    """One file of a table, and all that is needed to make rows of its records.

    Attributes:
        corpus: Whose table it is.
        columns: What stands where.
        meta: Further columns to keep.
        file: The file.
        split: The split that is read.
        images: The columns of images.
        before: Number of rows in the files before this one.
        golds: Reads its golds.
    """

    corpus: Corpus
    columns: Columns
    meta: tuple[str, ...]
    file: SourceFile
    split: str
    images: list[ImageColumn]
    before: int
    golds: Golds

    def row(self, number: int, record: Record) -> Row:
        """Make the row of a record.

        Raises:
            BadInput: When a field is missing or cannot be what it should be.
        """
        columns, file = self.columns, self.file

        def get(name: str) -> Any:
            return _get(record, name, file, number)

        def members(name: str) -> list[Any]:
            return as_list(get(name), name, file, number)

        identity = str(self.before + number) if columns.id is None else _text(get(columns.id))
        if identity is None:
            raise BadInput(file.name, number, f"the column {columns.id!r} holds no id", "", MEND)
        # Absent options stay in place until the gold is found, so that letters and indices count right.
        one = isinstance(columns.choices, str)
        options = members(str(columns.choices)) if one else [get(name) for name in columns.choices or []]
        answers = answers_of(members(columns.answers)) if columns.answers else ()
        images = self._locators(number, record)
        asked = named(get(columns.question), options, len(images), file.name, number)
        options = list(asked.options)
        return Row(
            file.name,
            number,
            self.split,
            source_id=identity,
            image=images[0] if len(images) == 1 else tuple(images),
            question=asked.question,
            answer=self.golds.of(number, get(columns.answer) if columns.answer else None, options, answers),
            choices=tuple(plain(option) for option in options if not absent(option)),
            answers=answers,
            answer_type=_type(get(columns.answer_type), file, number) if columns.answer_type else None,
            links=_links(self.corpus, record, file, number),
            meta={name: _json(get(name)) for name in self.meta},
        )

    def _locators(self, number: int, record: Record) -> list[str]:
        """Locators of the images of a record, in the order of their columns.

        Raises:
            BadInput: If there is none.
        """
        alone = len(self.images) == 1

        def names(column: str) -> list[Any]:
            return [name for name in _names(record, column, self.file, number) if alone or not absent(name)]

        found = [locator for one in self.images for locator in one.locators(self.corpus, self.file, number, names)]
        if not found:
            problem = f"the row has no image in {', '.join(one.name for one in self.images)}"
            raise BadInput(self.file.name, number, problem, "one image or more", MEND)
        return found


def _columns(corpus: Corpus) -> Columns:
    return corpus.columns or Columns()


def _image_columns(corpus: Corpus) -> list[str]:
    column = _columns(corpus).image
    if not column:
        raise BadInput(corpus.name, "columns.image", "no column is named", "the column that holds the image", CORRECT)
    return [column] if isinstance(column, str) else column


def _all(shards: Shards) -> list[SourceFile]:
    return [file for files in shards.values() for file in files]


def _get(record: Record, name: str, file: SourceFile, row: int) -> Any:
    """The cell `name`; dots go into nested fields, and into each member of a list."""
    if name in record:
        return record[name]
    value: Any = record
    for part in name.split("."):
        members = value if isinstance(value, list) else [value]
        if not all(isinstance(member, dict) and part in member for member in members):
            problem = f"there is no field {name!r} beside {', '.join(sorted(record)[:12])}"
            raise BadInput(file.name, row, problem, "", f"{CORRECT}, or the row")
        inner = [member[part] for member in members]
        value = inner if isinstance(value, list) else inner[0]
    return value


def _text(value: Any) -> str | None:
    return None if absent(value) else str(value).strip() or None


def _json(value: Any) -> Any:
    """The value as JSON has it: what JSON does not know becomes text, what is missing null."""
    if isinstance(value, dict):
        return {str(key): _json(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_json(inner) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, str | int | float | None) else str(value)


def _type(value: Any, file: SourceFile, row: int) -> AnswerType | None:
    if absent(value):
        return None
    # "other" is VQA v2's word for what is neither yes/no nor a number.
    found = one_of(value, (*ANSWER_TYPES, "other"), "answer type", file, row)
    return next((kind for kind in ANSWER_TYPES if kind == found), "open")
