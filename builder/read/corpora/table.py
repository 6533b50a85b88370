"""Any table of one's own: CSV, JSON Lines or Parquet files with images beside or inside them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from twokeys.builder.read.corpora.columns import MoreColumns, Tables
from twokeys.builder.read.corpora.opening import source_file
from twokeys.builder.read.corpora.patterns import matching, told_split
from twokeys.builder.read.corpora.reader import Reader, options
from twokeys.builder.read.corpora.shards import TABLES, Shards
from twokeys.builder.read.packed import without_packing
from twokeys.builder.recipe import Corpus
from twokeys.core.errors import BadInput

if TYPE_CHECKING:
    from pathlib import Path

NEEDS = (
    f"a folder with files ending in {', '.join(TABLES)}, one or more a split, named after the split "
    "(train.csv, test-00000-of-00002.parquet) or given in options.files; `columns` says what stands where"
)


class Options(MoreColumns):
    """What the recipe may choose."""

    files: dict[str, str | list[str]] | str | list[str] | None = None
    """Files or patterns of each split, relative to the corpus root. Given without splits, they are the one split that
    the recipe names in `splits`, else the split that one file's name tells, else `all`."""


def _split(corpus: Corpus, files: str | list[str]) -> str:
    """The split of files that are given without one."""
    if corpus.splits is not None and len(corpus.splits) == 1:
        return next(iter(corpus.splits))
    names = [files] if isinstance(files, str) else files
    return told_split(PurePath(names[0]).name) if len(names) == 1 and not set("*?[") & set(names[0]) else "all"


def shards_of(corpus: Corpus, root: Path) -> Shards:
    """The files of each split: those that the recipe names, or all tables of the folder.

    Raises:
        BadInput: When there are none.
    """
    chosen = options(corpus, Options)
    listed = _named(corpus, root, chosen.files) if chosen.files is not None else _by_name(root)
    return {split: [replace(file, records=chosen.records) for file in files] for split, files in listed.items()}


def _named(corpus: Corpus, root: Path, files: dict[str, str | list[str]] | str | list[str]) -> Shards:
    if not files:
        raise BadInput(root, "options.files", "no file is named", "split: file", "name files, or leave the option out")
    patterns = files if isinstance(files, dict) else {_split(corpus, files): files}
    return {split: matching(root, wanted, "options.files", NEEDS) for split, wanted in patterns.items()}


def _by_name(root: Path) -> Shards:
    """The tables of a folder, with the splits that their names tell; hidden files are no tables."""
    shards: Shards = {}
    for path in sorted(root.iterdir()):
        if without_packing(path.name).endswith(TABLES) and not path.name.startswith(".") and not path.is_dir():
            shards.setdefault(told_split(path.name), []).append(source_file(root, path.name, NEEDS))
    if not shards:
        problem = "the folder holds no table"
        raise BadInput(root, None, problem, NEEDS, "put the tables there, or name them in options.files")
    return shards


_TABLES = Tables(shards_of, Options)
READER = Reader(
    format="table",
    summary="your own CSV, JSON Lines or Parquet, by its columns",
    official=(),
    files=_TABLES.paths,
    read=_TABLES.read,
    needs=NEEDS,
    find_splits=_TABLES.splits,
    read_images=_TABLES.images,
)
