"""Tables of any source: what their columns mean, and the rows that they make."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from twokeys.builder.read.corpora.gold_marks import Golds, plain, said_of
from twokeys.builder.read.corpora.image_columns import ImageColumn
from twokeys.builder.read.corpora.joined import joined_files, second_files
from twokeys.builder.read.corpora.kept import Kept
from twokeys.builder.read.corpora.lists import absent, by_letter
from twokeys.builder.read.corpora.opening import MEND, Record, SourceFile, one_of
from twokeys.builder.read.corpora.reader import CorpusImage, Images, Rows, each, file_name, of_split, options
from twokeys.builder.read.corpora.record_cells import Cells, flat
from twokeys.builder.read.corpora.shards import CORRECT, Shards, embedded_name, records
from twokeys.builder.read.placeholders import highest, named
from twokeys.builder.recipe import Columns, Corpus, Part
from twokeys.core.errors import BadInput, correction, short
from twokeys.core.items import ANSWER_TYPES, AnswerType, Row
from twokeys.core.templates import as_text, is_template, names_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class MoreColumns(Part):
    """What the recipe may choose about any table."""

    meta: tuple[str, ...] = ()
    """Further columns to keep with each item."""
    records: str | None = None
    """Of JSON files: the key that the records stand under, with dots between keys; None if the files tell."""


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
        """List the files of the wanted splits with the files that are joined to them.

        All files if a column tells the split.
        """
        shards = self.shards(corpus, root)
        splits = list(corpus.splits or _splits(corpus, shards)) if _columns(corpus).joined else []
        joined = [file.path for file in joined_files(corpus, root, splits)]
        if _columns(corpus).split is not None or corpus.splits is None:
            return [file.path for file in _all(shards)] + joined
        return [file.path for split in corpus.splits for file in of_split(shards, split, corpus)] + joined

    def read(self, corpus: Corpus, root: Path, split: str) -> Rows:
        """Yield the rows of a split.

        Without a column of ids, an item's id is its row number, counted over all files, so that it does not depend on
        how the table is cut into files.

        Raises:
            BadInput: When a file cannot be read, or no row of the split passes the filters of the recipe.
        """
        shards, meta = self.shards(corpus, root), options(corpus, self.options).meta
        columns, images = _columns(corpus), _image_columns(corpus)
        of_images = dict.fromkeys((inner for name in images for inner in names_in(name)), "columns.image")
        wanted = dict.fromkeys(meta, "options.meta") | columns.named
        every = columns.whole(of_images | wanted)
        _meant(corpus, {*wanted, *of_images, *every})
        second = second_files(corpus, root, split, every)
        first = {name: field for name, field in columns.whole(wanted).items() if not _is_second(name, columns)}
        # A broken line tells no split: it is reported with the first one, so it is neither lost nor repeated.
        reports_broken = not columns.split or split == next(iter(corpus.splits or _splits(corpus, shards)))
        before, kept, kept_second = 0, Kept.of(columns), Kept.of(columns, second=True)
        for file in _all(shards) if columns.split else of_split(shards, split, corpus):
            of_file = [ImageColumn.of(corpus, file, name, len(images) == 1) for name in images]
            golds = Golds(columns, file)
            table = Table(corpus, meta, file, split, of_file, before, golds)
            stated = {name: "columns.image" for column in of_file if column.naming for name in names_in(column.naming)}
            naming = [name for name in columns.whole(stated) if not _is_second(name, columns)]
            number = 0
            for number, record in records(file, first | dict.fromkeys(naming, "columns.image")):
                is_here = False
                try:
                    if isinstance(record, BadInput):
                        raise record
                    cells = Cells(record, columns, file, number)
                    if not kept.passes(cells) or (columns.split and cells.text(columns.split) != split):
                        continue
                    is_here = True
                    cells = second.beside(cells) if columns.joined else cells
                    if not kept_second.passes(cells):
                        continue
                except BadInput as problem:
                    if is_here or reports_broken:
                        yield problem
                    continue
                yield from each([(number, cells)], table.row)
            golds.finish()
            before += number
        kept.check(corpus.name)
        kept_second.check(corpus.name)

    def images(self, corpus: Corpus, root: Path, split: str) -> Images:
        """Yield the images of a split's files; of all columns, only those of images and links need to be there."""
        links = _columns(corpus).links
        for file in of_split(self.shards(corpus, root), split, corpus):
            for name in _image_columns(corpus):
                column = ImageColumn.of(corpus, file, name, True)
                naming = embedded_name(file, name) if column.naming is None else column.naming
                wanted = {inner: "columns.links" for link in links for inner in names_in(link)}
                wanted |= dict.fromkeys(names_in(naming), "columns.image") if naming else {}
                rows = records(file, _columns(corpus).whole(wanted))
                for locator in each(rows, partial(_of_record, corpus, file, column, naming)):
                    yield from [locator] if isinstance(locator, BadInput) else locator


def _is_second(column: str, columns: Columns) -> bool:
    """Whether a column is one of a second file."""
    return column.partition(".")[0] in columns.joined


def _meant(corpus: Corpus, named: set[str]) -> None:
    """Refuse meanings and separators of columns that nothing reads.

    Raises:
        BadInput: When there are such, for a misspelt name would change nothing, silently.
    """
    columns = _columns(corpus)
    for field, given in (("values", columns.values), ("separators", columns.separators)):
        if stray := sorted(set(given) - named):
            problem = f"no field of the recipe reads the column {stray[0]!r}"
            allowed, remedy = ", ".join(sorted(named)), correction(stray[0], named, "remove it")
            raise BadInput(corpus.name, f"columns.{field}", problem, allowed, remedy)


def _splits(corpus: Corpus, shards: Shards) -> list[str]:
    columns = _columns(corpus)
    if columns.split is None:
        return list(shards)
    splits: dict[str, None] = {}
    broken: list[BadInput] = []
    kept = Kept.of(columns)
    names = [*names_in(columns.split), *kept.where, *kept.filled]
    wanted = {name: columns.named[name] for name in names}
    for file in _all(shards):
        for number, record in records(file, columns.whole(wanted)):
            if isinstance(record, BadInput):
                broken.append(record)
                continue
            cells = Cells(record, columns, file, number)
            if not kept.passes(cells):
                continue
            split = cells.text(columns.split)
            if split is None:
                problem = f"the column {columns.split!r} holds no split"
                raise BadInput(file.path, number, problem, "", "fill in the split")
            splits[split] = None
    kept.check(corpus.name)
    if not splits:
        at, problem = (broken[0].row, broken[0].problem) if broken else (None, "there are no rows")
        problem_text = f"no row can be read that tells a split; {f'row {at}: ' if broken else ''}{problem}"
        remedy = "mend the rows, or name another column of splits"
        raise BadInput(corpus.name, f"column {columns.split!r}", problem_text, "", remedy)
    return list(splits)


def _of_record(
    corpus: Corpus, file: SourceFile, column: ImageColumn, name: str | None, number: int, record: Record
) -> list[CorpusImage]:
    """The images of a record in one column; their file names stand in `name`."""
    cells = Cells(record, _columns(corpus), file, number)
    links = _links(corpus, cells)
    stated = _names(cells, name) if name else []
    locators = column.locators(corpus, file, number, lambda _: stated)
    if column.naming is not None:
        return [CorpusImage(locator, file_name(locator), links) for locator in locators]
    bare = [PurePosixPath(each).name if isinstance(each, str) else "" for each in stated]
    names = bare if len(bare) == len(locators) else [""] * len(locators)
    return [CorpusImage(locator, named or None, links) for locator, named in zip(locators, names, strict=True)]


def _names(cells: Cells, column: str) -> list[Any]:
    """The names of images in a cell; a cell without a name counts as one, unless it is an empty list."""
    places = _places(cells, column)
    return places if places == [cells.get(column)] else [name for name in places if not absent(name)]


def _places(cells: Cells, column: str) -> list[Any]:
    """The members of a cell that names images, with the empty ones in their places."""
    value = cells.get(column)
    written = isinstance(value, str) and re.fullmatch(r"\s*\[.*\]\s*", value, re.DOTALL)
    if column in cells.columns.separators or isinstance(value, list) or (written and not is_template(column)):
        return cells.members(column)
    if isinstance(value, int) or (isinstance(value, str) and value.strip().isdecimal()):
        remedy = f"write a template, such as `image: '{{{column}}}.jpg'`"
        raise BadInput(cells.file.name, cells.row, f"the image is {value!r}", "the image's file name", remedy)
    return [value]


def _links(corpus: Corpus, cells: Cells) -> tuple[str, ...]:
    """Declared groups: the column's name and its value, or each of its values; a template's text is one value."""
    named = [
        (name, _text(value))
        for name in _columns(corpus).links
        for value in ([cells.text(name)] if is_template(name) else flat(cells.members(name)))
    ]
    return tuple(f"{corpus.name}:{name}:{value}" for name, value in named if value is not None)


@dataclass(frozen=True)
class Table:
    """One file of a table, and all that is needed to make rows of its records.

    Attributes:
        corpus: Whose table it is.
        meta: Further columns to keep.
        file: The file.
        split: The split that is read.
        images: The columns of images.
        before: Number of rows in the files before this one.
        golds: Reads its golds.
    """

    corpus: Corpus
    meta: tuple[str, ...]
    file: SourceFile
    split: str
    images: list[ImageColumn]
    before: int
    golds: Golds

    def row(self, number: int, cells: Cells) -> Row:
        """Make the row of a record.

        Raises:
            BadInput: When a field is missing or cannot be what it should be.
        """
        columns, file = cells.columns, self.file
        identity = str(self.before + number) if columns.id is None else _text(cells.get(columns.id))
        if identity is None:
            raise BadInput(file.name, number, f"the column {columns.id!r} holds no id", "", MEND)
        # Absent options stay in place until the gold is found, so that letters and indices count right.
        named_column = isinstance(columns.choices, str)
        options = (
            cells.members(str(columns.choices)) if named_column else [cells.get(name) for name in columns.choices or []]
        )
        options = (by_letter(options[0]) if len(options) == 1 else None) or options
        images = self._locators(cells)
        members = said_of(flat(cells.members(columns.answers))) if columns.answers else ()
        texts = [_option_text(option, columns, file, number) for option in options]
        question = named(cells.question(), texts, len(images), file.name, number)
        self._check_holes(cells, highest([question.question, *texts]))
        options = list(question.options)
        stated = columns.answer
        gold = None if stated is None else cells.get(stated)
        gold = cells.members(stated) if stated is not None and stated in columns.separators else gold
        return Row(
            file.name,
            number,
            self.split,
            source_id=identity,
            image=images[0] if len(images) == 1 else tuple(images),
            question=question.question,
            answer=self.golds.of(number, gold, options, members),
            choices=tuple(plain(option) for option in options if not absent(option)),
            answers=() if isinstance(members, dict) else members,
            answer_type=_type(cells.get(columns.answer_type), file, number) if columns.answer_type else None,
            links=_links(self.corpus, cells),
            meta={name: _json(cells.column(name)) for name in self.meta},
        )

    def _locators(self, cells: Cells) -> list[str]:
        """Locators of the images of a record, in the order of their columns.

        Raises:
            BadInput: If there is none.
        """
        alone = len(self.images) == 1

        def names(column: str) -> list[Any]:
            return [name for name in _names(cells, column) if alone or not absent(name)]

        locators = [
            locator for images in self.images for locator in images.locators(self.corpus, self.file, cells.row, names)
        ]
        if not locators:
            problem = f"the row has no image in {', '.join(images.name for images in self.images)}"
            raise BadInput(self.file.name, cells.row, problem, "one image or more", MEND)
        return locators

    def _check_holes(self, cells: Cells, number: int) -> None:
        """Refuse a placeholder behind an empty place: it may count this place, and then it names another image.

        Raises:
            BadInput: If the place before one of the first `number` images is empty.
        """
        if not number:
            return
        there = [full for images in self.images for full in images.there(cells.row, lambda name: _places(cells, name))]
        hole = there.index(False) if False in there else len(there)
        if number > hole and any(there[hole:]):
            problem = f"the row names <image {number}>, and image {hole + 1} is missing before other images"
            raise BadInput(self.file.name, cells.row, problem, "images without a gap where texts number them", MEND)


def _columns(corpus: Corpus) -> Columns:
    return corpus.columns or Columns()


def _image_columns(corpus: Corpus) -> list[str]:
    column = _columns(corpus).image
    if not column:
        raise BadInput(corpus.name, "columns.image", "no column is named", "the column that holds the image", CORRECT)
    return [column] if isinstance(column, str) else column


def _all(shards: Shards) -> list[SourceFile]:
    return [file for files in shards.values() for file in files]


def _text(value: Any) -> str | None:
    return None if absent(value) else as_text(value) or None


def _json(value: Any) -> Any:
    """The value as JSON has it: what JSON does not know becomes text, what is missing null."""
    if isinstance(value, dict):
        return {str(key): _json(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_json(inner) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, str | int | float | None) else str(value)


def _option_text(option: Any, columns: Columns, file: SourceFile, row: int) -> Any:
    """An option; a list of one text is that text."""
    if isinstance(option, list) and len(option) == 1:
        return option[0]
    if isinstance(option, list):
        remedy = f"name the member that is the text, such as `choices: '{columns.choices}.*.1'`"
        raise BadInput(file.name, row, f"an option is the list {short(option, 60)}", "a text", remedy)
    if isinstance(option, dict):
        fields = ", ".join(f"'{columns.choices}.{key}'" for key in list(option)[:4])
        remedy = f"name the field of the texts, or one for each option: {fields}"
        allowed = "a text, or one object that names each option by its letter"
        raise BadInput(file.name, row, f"an option is the object {short(option, 60)}", allowed, remedy)
    return option


def _type(value: Any, file: SourceFile, row: int) -> AnswerType | None:
    if absent(value):
        return None
    # VQA v2 says "other" of what is neither yes/no nor a number, and VizWiz "unanswerable" of what nobody can answer.
    stated = one_of(value, (*ANSWER_TYPES, "other", "unanswerable"), "answer type", file, row)
    return next((kind for kind in ANSWER_TYPES if kind == stated), "open")
