"""Any table of one's own: CSV, JSON Lines or Parquet files with images beside or inside them."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING

from twokeys.builder.read.corpora.columns import MoreColumns, Tables
from twokeys.builder.read.corpora.opening import SourceFile, source_file
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
    given = options(corpus, Options).files
    if given is not None:
        patterns = given if isinstance(given, dict) else {"all": given}
        return {split: _matching(root, wanted) for split, wanted in patterns.items()}
    shards: Shards = {}
    for path in sorted(root.iterdir()):
        if path.name.removesuffix(".gz").lower().endswith(TABLES):
            stem = path.name.removesuffix(".gz").rpartition(".")[0]
            shards.setdefault(_SHARD.sub("", stem), []).append(source_file(root, path.name, NEEDS))
    if not shards:
        problem = "the folder holds no table"
        raise BadInput(root, None, problem, NEEDS, "put the tables there, or name them in options.files")
    return shards


def _matching(root: Path, patterns: str | list[str]) -> list[SourceFile]:
    found: list[SourceFile] = []
    for pattern in [patterns] if isinstance(patterns, str) else patterns:
        if PurePath(pattern).is_absolute() or ".." in PurePath(pattern).parts:
            problem, allowed = f"{pattern!r} leads elsewhere", "paths inside the corpus's folder"
            raise BadInput(root, "options.files", problem, allowed, "correct the recipe")
        paths = sorted(path for path in root.glob(pattern) if path.is_file())
        if not paths:
            raise BadInput(root / pattern, None, "there is no such file", NEEDS, "correct `options.files`")
        found += [source_file(root, path.relative_to(root).as_posix(), NEEDS) for path in paths]
    return found


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
