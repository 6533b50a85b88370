"""The pool: images in addition to the corpora's images, without questions, in which partners are searched.

Three stages: `pool-names` (the images that each pool names), `pool-pictures` (each decoded, hashed and measured like
the images of corpora), `pool` (a row for each distinct image). A bad image is skipped with a reason and stops no build.
"""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from twokeys.builder.read.corpora import READERS, coco, reader, readers
from twokeys.builder.read.corpora.reader import CorpusImage, corpora_folder, corpus_folder
from twokeys.builder.read.pictures import Pictures
from twokeys.builder.read.source import Source, find
from twokeys.builder.read.stage import PICTURE_SCHEMA, ImageLocations, Seen, as_json, look_at_pictures
from twokeys.builder.recipe import Recipe
from twokeys.builder.run.files import write_table
from twokeys.builder.run.results import Parts, Result
from twokeys.builder.run.stages import Run, Workspace, stage
from twokeys.builder.sources import IMAGES, Pool
from twokeys.core.errors import BadInput
from twokeys.core.items import digest
from twokeys.core.pictures.decoding import file_endings
from twokeys.core.pictures.limits import Images
from twokeys.core.pictures.shown import FORMATS

FILE_LINK = "file:"
"""Prefix of links that hold an image's bare file name."""
NEEDS = f"a folder that holds image files ({', '.join(FORMATS)}), in folders of any depth"
_ROWS = 50_000
"""Number of rows that are joined at a time."""
_NAMES_SCHEMA = pa.schema(
    [
        ("source", pa.string()),
        ("image", pa.string()),  # null if the row names none
        ("links", pa.list_(pa.string())),
        ("problem", pa.string()),
    ]
)
_LEFT_OUT_SCHEMA = pa.schema([("source", pa.string()), ("problem", pa.string())])


@dataclass(frozen=True)
class FoundPool:
    """A pool whose folder is located.

    Attributes:
        source: The pool as readers take it; without splits and files if it is a folder of images.
        names: Paths of the image files in a folder of images, relative to it, sorted.
    """

    source: Source
    names: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Hash of everything on which its names depend, independent of the place of the folder."""
        return digest("pool", self.source.key, *map(_written, self.names))


@dataclass(frozen=True, eq=False)
class NamedImages(Parts):
    """Every image that a pool names, with its stated links, and the rows that name no image."""

    def table(self, *columns: str) -> pd.DataFrame:
        """All rows, or some of their columns; an image has a row for each split that names it."""
        names = list(columns or _NAMES_SCHEMA.names)
        parts = [pq.read_table(part, columns=names) for part in self.parts]
        rows: pd.DataFrame = pa.concat_tables([_NAMES_SCHEMA.empty_table().select(names), *parts]).to_pandas()
        return rows


@dataclass(frozen=True, eq=False)
class PoolImages(Result):
    """The images of a recipe's pools.

    Attributes:
        table: A row for each distinct image, sorted by `image_key`: `source` (the first pool of the recipe with the
            image), `image` (locator), its facts, and `links` (its stated links in all pools, and its file names).
        left_out: Unusable images: `source`, and the `problem` as JSON.
        named: Pool -> number of images that it names, including bad and repeated images.
        files: Pool -> official file -> SHA-256; empty for a folder of images.
        roots: Pool -> the folder of its locators on this machine; not stored.
    """

    table: pd.DataFrame
    left_out: pd.DataFrame
    named: dict[str, int]
    files: dict[str, dict[str, str]]
    roots: dict[str, Path] = field(default_factory=dict)

    SCHEMAS: ClassVar = {
        "table": PICTURE_SCHEMA.append(pa.field("links", pa.list_(pa.string()))),
        "left_out": _LEFT_OUT_SCHEMA,
    }

    def pictures(self, limits: Images) -> Pictures:
        """The images by key, decoded within limits."""
        return Pictures(self.table.drop(columns="links"), self.roots, limits)


def find_pool(pool: Pool, corpora: Path | None) -> FoundPool:
    """Locate a pool's files: hash those of a corpus, list the image files of a folder.

    Raises:
        BadInput: If the folder or a file is missing, or the format or a split is unknown.
    """
    if pool.format == IMAGES:
        root = corpus_folder(pool.corpus, corpora, NEEDS)
        return FoundPool(Source(pool.corpus, root, {}, {}), tuple(image_files(root)))
    if pool.format not in (every := readers()):
        raise replace(READERS, kind="format", place="recipe, pool.format").unknown(pool.format, [IMAGES, *every])
    return FoundPool(find(pool.corpus, corpora, published=False))


def image_files(root: Path) -> list[str]:
    """List the image files below a folder, sorted, by their endings; a link to a folder is listed as if it were a file.

    `held` checks each of them when it is read: links may only lead to files inside the folder.

    Raises:
        BadInput: If a folder cannot be listed, or there is no image file.
    """
    endings = file_endings()
    paths = []
    for place, folders, files in os.walk(root, onerror=_unlisted):
        images = [name for name in files if PurePosixPath(name).suffix.lower() in endings]
        links = [name for name in folders if Path(place, name).is_symlink()]
        paths += [Path(place, name).relative_to(root).as_posix() for name in (*images, *links)]
    if not paths:
        raise BadInput(root, None, "the folder holds no image file", NEEDS, "correct `path` of the pool in the recipe")
    return sorted(paths)


def read_pool(run: Run, recipe: Recipe, corpora: Path | None) -> PoolImages:
    """Read the images of a recipe's pools, and warn of unusable images.

    Args:
        run: The build under way.
        recipe: Names the pools, and the limits of images.
        corpora: Folder that their paths are relative to; the environment variable TWOKEYS_CORPORA if None.

    Raises:
        BadInput: If a pool is missing, or a file that it names cannot be read at all.
    """
    pools = [find_pool(pool, corpora_folder(corpora)) for pool in recipe.pool]
    roots = {pool.source.corpus.name: pool.source.root for pool in pools}
    named = name_images(run, pools)
    places = named.table("source", "image").dropna().drop_duplicates()
    locations = ImageLocations(sorted(places.itertuples(index=False, name=None)), [pool.source for pool in pools])
    step = look_at_pictures.named("pool-pictures")
    seen = (step.anew if run.check else step)(run, locations, recipe.images)
    files = {pool.source.corpus.name: pool.source.files for pool in pools}
    joined = replace(join_pool(run, named, seen.by_content(), files), roots=roots)
    for name in roots:
        _warn_of_left_out(name, joined.left_out[joined.left_out["source"] == name]["problem"].tolist())
    return joined


# --------------------------------------------------------------------------------------------------------- names


@stage("pool-names", version=1)
def name_images(space: Workspace, pools: Sequence[FoundPool]) -> NamedImages:
    """List every image that a pool names."""
    space.parts(_write_names, [(pool, split) for pool in pools for split in (*pool.source.splits, *_whole(pool))])
    return NamedImages()


def _whole(pool: FoundPool) -> list[str]:
    """A folder of images is a single part without a split."""
    return [""] if pool.source.corpus.format == IMAGES else []


def _write_names(shard: tuple[FoundPool, str], path: Path) -> None:
    """List the images of a split of a pool, each once, with all links that its rows state."""
    pool, split = shard
    source, links = pool.source.corpus.name, dict[str, tuple[str, ...]]()
    problems = []
    with pool.source.as_hashed():
        for image in _split_images(pool, split):
            if isinstance(image, BadInput):
                problems.append({"source": source, "problem": as_json(image)})
            else:
                stated = (*image.links, *_name_links(image.name))
                links[image.locator] = tuple(dict.fromkeys((*links.get(image.locator, ()), *stated)))
    rows = chain(problems, ({"source": source, "image": image, "links": list(of)} for image, of in links.items()))
    tables = [_NAMES_SCHEMA.empty_table()]
    while batch := [row for _, row in zip(range(_ROWS), rows, strict=False)]:
        tables.append(pa.Table.from_pylist(batch, schema=_NAMES_SCHEMA))
    write_table(path, pa.concat_tables(tables))


def _split_images(pool: FoundPool, split: str) -> Iterator[CorpusImage | BadInput]:
    source = pool.source
    if source.corpus.format == IMAGES:
        yield from map(_file_image, pool.names)
        return
    yield from reader(source.corpus.format).images(source.corpus, source.root, split)


def _file_image(name: str) -> CorpusImage | BadInput:
    if name != _written(name):
        return BadInput(_written(name), None, "the file name is no UTF-8", "", "rename the file")
    return CorpusImage(f"file:{name}", PurePosixPath(name).name, ())


def _written(name: str) -> str:
    """A name as UTF-8, with a question mark for each invalid byte."""
    return name.encode(errors="replace").decode()


def _name_links(name: str | None) -> tuple[str, ...]:
    """The links that follow from a bare file name: the photo of COCO if it names one, and the name."""
    return () if name is None else (*coco.links(name), f"{FILE_LINK}{name}")


def _unlisted(error: OSError) -> None:
    problem = f"the folder cannot be listed ({error.strerror})"
    raise BadInput(error.filename, None, problem, NEEDS, "make it readable, or name another folder") from error


# ---------------------------------------------------------------------------------------------------------- rows


@stage("pool", version=1)
def join_pool(space: Workspace, named: NamedImages, seen: Seen, files: dict[str, dict[str, str]]) -> PoolImages:
    """Join all places of an image into a row.

    Args:
        space: Workspace of the stage.
        named: The images that pools name.
        seen: The decoded and measured images.
        files: Official files of each pool, in the order of the recipe.
    """
    names, pictures = named.table(), seen.table()
    bad = [table.loc[table["problem"].notna(), ["source", "problem"]] for table in (names, pictures)]
    order = {source: number for number, source in enumerate(files)}
    good = pictures[pictures["problem"].isna()]
    good = good.assign(order=good["source"].map(order)).sort_values(["image_key", "order", "image"])
    rows = good.drop(columns="order").drop_duplicates("image_key", ignore_index=True)
    stated = names.merge(good[["source", "image", "image_key"]], on=["source", "image"])
    counts = names.dropna(subset="image").drop_duplicates(["source", "image"])["source"].value_counts()
    return PoolImages(
        table=rows.assign(links=_links(rows["image_key"], stated)),
        left_out=pd.concat(bad).sort_values(["source", "problem"], ignore_index=True),
        named={source: int(counts.get(source, 0)) for source in files},
        files=files,
    )


def _links(keys: pd.Series[str], stated: pd.DataFrame) -> pd.Series[Any]:
    """All links that are stated at any place of each image; `keys` are sorted."""
    links = stated[["image_key", "links"]].explode("links").dropna().drop_duplicates()
    links = links.sort_values(["image_key", "links"])
    ends = links["image_key"].value_counts().reindex(keys, fill_value=0).cumsum().tolist()
    values = links["links"].tolist()
    parts = [values[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    return pd.Series(parts, index=keys.index, dtype=object)


def _warn_of_left_out(name: str, problems: list[str]) -> None:
    """Warn of the unusable images of a pool, with their number and the first; `PoolImages.left_out` lists all."""
    if problems:
        first: dict[str, Any] = json.loads(problems[0])
        many = "1 image" if len(problems) == 1 else f"{len(problems):,} images"
        message = f"the pool {name!r} leaves out {many}; the first: {BadInput(**first)}"
        warnings.warn(message, RuntimeWarning, stacklevel=3)
