"""What a reader of a corpus is, and what its rows have in common whatever the format."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, TypeVar

from pydantic import ValidationError

from twokeys.builder.read.corpora.opening import MEND, SourceFile, source_file
from twokeys.builder.read.embedded import LONGEST_NAME, refuse_address
from twokeys.builder.read.held import BELOW
from twokeys.builder.recipe import Corpus, Part
from twokeys.core.errors import BadInput, misfit, short
from twokeys.core.items import Row

Rows = Iterator[Row | BadInput]
"""Good rows come as `Row`, bad ones as `BadInput` (not raised); what is wrong with a whole file is raised."""


@dataclass(frozen=True)
class CorpusImage:
    """An image of a corpus, whatever is asked about it.

    Attributes:
        locator: Where its bytes are, as of a row.
        name: Its bare file name; None if it lies in a table that tells none.
        links: Namespaced keys of declared groups, as of a row.
    """

    locator: str
    name: str | None
    links: tuple[str, ...]


Images = Iterator[CorpusImage | BadInput]
"""Images come once or several times; a row that names none that can be located comes as `BadInput` (not raised)."""

Options = TypeVar("Options", bound=Part)
Chosen = TypeVar("Chosen")
Key = TypeVar("Key")
Made = TypeVar("Made")


@dataclass(frozen=True)
class Reader:
    """One official format. Its functions are no closures, so that a reader can be sent to other processes.

    Attributes:
        format: Name in recipes.
        summary: One line for tables.
        official: Splits of the official release, in reading order; empty when the files define them.
        files: Function that lists the source files for a corpus and its root folder: these are hashed into
            the manifest. Images are not among them, unless a table embeds them.
        read: Function that yields the rows of one official split, in file order.
        needs: For messages: where the official files come from and how the folder should look.
        find_root: Function that locates the root folder, where it is not the corpus's `path`.
        find_splits: Function that lists the splits, where they depend on the corpus's options or files.
        read_images: Function that yields the images of one official split, if a file may hold images without questions.
    """

    format: str
    summary: str
    official: tuple[str, ...]
    files: Callable[[Corpus, Path], list[Path]]
    read: Callable[[Corpus, Path, str], Rows]
    needs: str
    find_root: Callable[[Corpus, Path | None], Path] | None = None
    find_splits: Callable[[Corpus, Path], list[str]] | None = None
    read_images: Callable[[Corpus, Path, str], Images] | None = None

    def root(self, corpus: Corpus, corpora: Path | None) -> Path:
        """Return the folder that locators and file names of rows are relative to.

        Raises:
            BadInput: When there is no such folder; says where the official files come from. Also when the
                image folder cannot be related to it.
        """
        if corpus.image_folder is not None:
            image_folder(corpus)  # a fault of the recipe must show here, not in every row
        if self.find_root is not None:
            return self.find_root(corpus, corpora)
        return corpus_folder(corpus, corpora, self.needs)

    def splits(self, corpus: Corpus, root: Path) -> list[str]:
        """List the official splits that a corpus has, in reading order."""
        return self.find_splits(corpus, root) if self.find_splits is not None else list(self.official)

    def images(self, corpus: Corpus, root: Path, split: str) -> Images:
        """Yield the images of one official split: those that its rows name, or all of them if the format tells."""
        if self.read_images is not None:
            yield from self.read_images(corpus, root, split)
            return
        for row in self.read(corpus, root, split):
            if isinstance(row, BadInput):
                yield row
            else:
                yield from (CorpusImage(image, file_name(image), row.links) for image in row.images)


def file_name(locator: str) -> str | None:
    """The bare name of the file that a locator points to; None if a table holds the image.

    Example:
        >>> file_name("file:../coco//val2014/1.jpg"), file_name("parquet:test.parquet#image#0")
        ('1.jpg', None)
    """
    kind, _, path = locator.partition(":")
    return None if kind in ("parquet", "cell") else PurePosixPath(path).name


def corpora_folder(named: Path | None) -> Path | None:
    """The folder that paths of recipes are relative to: the environment variable TWOKEYS_CORPORA if none is named."""
    if named is None and (variable := os.environ.get("TWOKEYS_CORPORA")):
        return Path(variable)
    return named


class _Files(Part):
    files: dict[str, str] | None = None
    """File of each split, relative to the corpus root."""


@dataclass(frozen=True)
class SplitFiles:
    """The files of a format that has one file for each split. A recipe can name others in `options.files`.

    Attributes:
        official: Split -> its file in the official release, relative to the corpus root.
        needs: As in `Reader`.
    """

    official: Mapping[str, str]
    needs: str

    def splits(self, corpus: Corpus, root: Path) -> list[str]:
        """List the splits that have files."""
        return list(self._names(corpus))

    def paths(self, corpus: Corpus, root: Path) -> list[Path]:
        """List the files of the wanted splits."""
        return [self.of(corpus, root, split).path for split in corpus.splits or self._names(corpus)]

    def of(self, corpus: Corpus, root: Path, split: str) -> SourceFile:
        """Return the file of a split.

        Raises:
            BadInput: When there is no such split or no such file.
        """
        return source_file(root, of_split(self._names(corpus), split, corpus), self.needs)

    def _names(self, corpus: Corpus) -> Mapping[str, str]:
        files = options(corpus, _Files).files
        return self.official if files is None else files


def corpus_folder(corpus: Corpus, corpora: Path | None, needs: str) -> Path:
    """Join the corpora folder with the corpus's `path`.

    Raises:
        BadInput: When no folder is named or it is not there.
    """
    if corpus.path is None:
        raise BadInput(corpus.name, "path", "no path is named", needs, "give the corpus the path of its folder")
    path = Path(corpus.path)
    if corpora is None and not path.is_absolute():
        problem = f"the path {corpus.path!r} is relative, and no corpora folder is named"
        remedy = "name the corpora folder by --corpora DIR, or by the environment variable TWOKEYS_CORPORA"
        raise BadInput(corpus.name, "path", problem, "", remedy)
    folder = path if corpora is None else corpora / path
    if not folder.is_dir():
        remedy = "put the files there, or name another folder with --corpora DIR or TWOKEYS_CORPORA"
        raise BadInput(folder, None, "there is no such folder", needs, remedy)
    return folder


def options(corpus: Corpus, model: type[Options]) -> Options:
    """Validate a corpus's options; a reader without options passes `Part`.

    Raises:
        BadInput: When an option is unknown or wrong; names it.
    """
    try:
        return model.model_validate(corpus.options)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(["options", *(str(part) for part in first["loc"])])
        problem = misfit(repr(first["input"]), first["msg"])
        allowed = f"the options {', '.join(model.model_fields)}" if model.model_fields else "no options"
        raise BadInput(corpus.name, where, problem, allowed, "correct the recipe") from None


def of_split(files: Mapping[str, Chosen], split: str, corpus: Corpus) -> Chosen:
    """Return what the recipe names for a split.

    Raises:
        BadInput: When it names nothing.
    """
    if split not in files:
        problem = f"there is no split {split!r}"
        raise BadInput(corpus.name, "splits", problem, ", ".join(files), "name the split in options.files")
    return files[split]


def each(records: Iterable[tuple[Key, Any]], make: Callable[[Key, Any], Made]) -> Iterator[Made | BadInput]:
    """Make a row of every (row number, record); what is bad about a single one is yielded in its place."""
    for number, record in records:
        if isinstance(record, BadInput):
            yield record
            continue
        try:
            yield make(number, record)
        except BadInput as problem:
            yield problem


def picture(corpus: Corpus, name: Any, file: SourceFile, row: int | str, inside: str = "") -> str:
    """Return the locator of an image that a row names; whether the image is there is seen when it is read.

    Args:
        corpus: Says whether images are needed, and their folder when it is not inside `path`.
        name: What the row states.
        file: The row's file, for messages.
        row: The row, for messages.
        inside: Folder of the images inside the root; a corpus's own `image_folder` takes its place.

    Raises:
        BadInput: When the name is none, or leads out of the image folder; `each` yields it.
    """
    if not isinstance(name, str) or not name.strip() or "\0" in name or len(name) > LONGEST_NAME:
        raise BadInput(file.name, row, f"the image is {short(name)}", "the image's file name", MEND)
    if corpus.images == "required":
        refuse_address(name, file.name, row)
    # As Windows spells paths; a name with a backslash in it cannot be had.
    name = name.replace("\\", "/")
    windows = PureWindowsPath(name)
    if PurePosixPath(name).is_absolute() or windows.drive or ".." in PurePosixPath(name).parts:
        # Rows come from outside: they must not make us read, and publish, other files of this machine.
        raise BadInput(file.name, row, f"the image is {short(name)}", "a path inside the image folder", MEND)
    if corpus.images == "names":
        return f"name:{name}"
    if corpus.image_folder is None or (folder := image_folder(corpus)) == ".":
        return f"file:{PurePosixPath(inside if corpus.image_folder is None else '', name)}"
    return f"file:{folder}{BELOW}{PurePosixPath(name)}"


def folders_of_images(corpus: Corpus, root: Path) -> tuple[str, ...]:
    """Names of the folders inside a corpus's image folder, sorted, and `.` if files lie beside them.

    None if the recipe names no such folder.
    """
    if corpus.image_folder is None or corpus.images == "names":
        return ()
    try:
        with os.scandir(os.path.normpath(root / image_folder(corpus))) as entries:
            return tuple(sorted({entry.name if entry.is_dir() else "." for entry in entries}))
    except OSError:
        return ()  # each row says that its image is not there


def image_folder(corpus: Corpus) -> str:
    """The image folder as seen from the corpus root; both are given relative to the corpora folder."""
    folder = Path(corpus.image_folder or "")
    if folder.is_absolute():
        return folder.as_posix()
    if corpus.path is None or Path(corpus.path).is_absolute():
        beside = "no path is named" if corpus.path is None else f"the path {corpus.path!r} is not"
        problem = f"the folder {corpus.image_folder!r} is relative, and {beside}"
        allowed = "both relative to the corpora folder"
        raise BadInput(corpus.name, "image_folder", problem, allowed, "correct the recipe")
    return Path(os.path.relpath(folder, corpus.path)).as_posix()
