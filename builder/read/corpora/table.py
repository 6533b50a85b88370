"""Any table of one's own: CSV, JSON Lines or Parquet files with images beside or inside them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from twokeys.builder.read.corpora.columns import MoreColumns, Tables
from twokeys.builder.read.corpora.opening import SourceFile, source_file, without_packing
from twokeys.builder.read.corpora.reader import Reader, options
from twokeys.builder.read.corpora.shards import TABLES, Shards
from twokeys.builder.recipe import Corpus
from twokeys.core.errors import BadInput

if TYPE_CHECKING:
    from pathlib import Path

NEEDS = (
    f"a folder with files ending in {', '.join(TABLES)}, one or more a split, named after the split "
    "(train.csv, test-00000-of-00002.parquet) or given in options.files; `columns` says what stands where"
)
_SHARD = re.compile(r"-\d{5}-of-\d{5}$")


class Options(MoreColumns):
    """What the recipe may choose."""

    files: dict[str, str | list[str]] | str | list[str] | None = None
    """Files or patterns of each split, relative to the corpus root; given without splits, they are `all`."""


def _shards(corpus: Corpus, root: Path) -> Shards:
    chosen = options(corpus, Options)
    found = _named(root, chosen.files) if chosen.files is not None else _by_name(root)
    return {split: [replace(file, records=chosen.records) for file in files] for split, files in found.items()}


def _named(root: Path, files: dict[str, str | list[str]] | str | list[str]) -> Shards:
    patterns = files if isinstance(files, dict) else {"all": files}
    if not patterns:
        raise BadInput(root, "options.files", "no split is named", "split: file", "name files, or leave the option out")
    return {split: _matching(root, wanted, split) for split, wanted in patterns.items()}


def _by_name(root: Path) -> Shards:
    """The tables of a folder, with the splits that their names tell; hidden files are no tables."""
    shards: Shards = {}
    for path in sorted(root.iterdir()):
        small = without_packing(path.name)
        if small.endswith(TABLES) and not path.name.startswith(".") and path.is_file():
            stem = path.name[: len(small)].rpartition(".")[0]
            shards.setdefault(_SHARD.sub("", stem), []).append(source_file(root, path.name, NEEDS))
    if not shards:
        problem = "the folder holds no table"
        raise BadInput(root, None, problem, NEEDS, "put the tables there, or name them in options.files")
    return shards


def _matching(root: Path, patterns: str | list[str], split: str) -> list[SourceFile]:
    found: list[SourceFile] = []
    for pattern in [patterns] if isinstance(patterns, str) else patterns:
        if not pattern.strip() or PurePath(pattern).is_absolute() or ".." in PurePath(pattern).parts:
            problem = f"{pattern!r} leads elsewhere" if pattern.strip() else f"the file of {split!r} has no name"
            raise BadInput(root, "options.files", problem, "paths inside the corpus's folder", "correct the recipe")
        paths = sorted(path for path in _glob(root, pattern) if path.is_file() and _is_meant(path, root, pattern))
        if not paths:
            raise BadInput(root / pattern, None, "there is no such file", NEEDS, "correct `options.files`")
        found += [source_file(root, path.relative_to(root).as_posix(), NEEDS) for path in paths]
    if not found:
        problem = f"the list of files of {split!r} is empty"
        raise BadInput(root, "options.files", problem, "one file or more", "name them, or leave the split out")
    return list({file.name: file for file in found}.values())


def _glob(root: Path, pattern: str) -> list[Path]:
    try:
        return list(root.glob(pattern))
    except (ValueError, IndexError, NotImplementedError, OSError) as error:
        problem, allowed = f"{pattern!r} is no pattern ({error})", "a path, with * and ? for parts of names"
        raise BadInput(root, "options.files", problem, allowed, "correct the recipe") from None


def _is_meant(path: Path, root: Path, pattern: str) -> bool:
    """Whether a pattern means a file: hidden ones, such as those that macOS puts into archives, only by their names."""
    hidden = [part for part in path.relative_to(root).parts if part.startswith(".") or part == "__MACOSX"]
    return all(part in PurePath(pattern).parts for part in hidden)


_TABLES = Tables(_shards, Options)
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
