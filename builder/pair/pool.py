"""The pool: all images that a retrieved partner may show, namely the images of the items and of the recipe's pools."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twokeys.builder.measure.embed import IMAGE_DIMENSIONS, Embeddings, embed_pictures, embedded_of, thumbnails_of
from twokeys.builder.measure.encoders import image_encoder
from twokeys.builder.measure.groups import joined
from twokeys.builder.measure.near_duplicates import near_images
from twokeys.builder.measure.survey import CALIBRATION, Survey
from twokeys.builder.read.pictures import Pictures
from twokeys.builder.read.pool import PoolImages
from twokeys.builder.recipe import Recipe
from twokeys.core.item_images import images_of
from twokeys.core.items import canonical_json, digest

COLUMNS = ("source", "source_revision", "license", "group", "image_width", "image_height", "links")
"""Published facts about an image."""
_SIZE = {"image_width": "width", "image_height": "height"}


@dataclass(frozen=True, eq=False)
class Pool:
    """Images and the published facts about each.

    Attributes:
        table: A row for each image, sorted by `image_key`: `source` (corpus or pool), `source_revision`, `license`,
            `links` (list), `group` (of the items about it; empty if there are none), `image_width`, `image_height`.
        pictures: Bytes of the images.
        embeddings: Embeddings of the items' images and of the pools' images.
        encoder: Name of the image encoder.
    """

    table: pd.DataFrame
    pictures: Pictures
    embeddings: Sequence[Embeddings]
    encoder: str

    def __len__(self) -> int:
        """Number of images."""
        return len(self.table)

    @cached_property
    def key(self) -> str:
        """Hash of everything on which candidates depend."""
        cells = self.table.drop(columns="links").to_json(orient="values")
        links = canonical_json([list(of) for of in self.table["links"]])
        return digest("pool", cells, links, *(each.key for each in self.embeddings), self.pictures.key)

    @cached_property
    def places(self) -> pd.Index[str]:
        """Index of the image keys, for look-ups of places."""
        keys: pd.Index[str] = pd.Index(self.table["image_key"])
        return keys

    @cached_property
    def vectors(self) -> NDArray[np.float32]:
        """(n, d) unit vectors in the order of the table."""
        embedded = embedded_of(self.embeddings, IMAGE_DIMENSIONS)
        return embedded.vectors[embedded.of(self.places)]

    @cached_property
    def group_numbers(self) -> NDArray[np.int64]:
        """(n,) number of each image's group; an image without items is the only member of its group."""
        names = self.table["group"].where(self.table["group"] != "", self.table["image_key"])
        return pd.factorize(names)[0].astype(np.int64)

    def stated(self, key: str) -> dict[str, Any]:
        """The published facts about an image that replaces the original's image."""
        shown = self.table.iloc[self.places.get_loc(key)]
        names = {"source": "source", "revision": "source_revision", "license": "license"}
        return {"image": {name: str(shown[column]) for name, column in names.items()} | {"links": list(shown["links"])}}

    def described(self, keys: Iterable[str]) -> dict[str, dict[str, Any]]:
        """The rows of some images in the table, by key."""
        rows = self.table.iloc[self.places.get_indexer(pd.Index(sorted(set(keys))))].to_dict("records")
        return {row["image_key"]: row for row in rows}  # type: ignore[misc]

    def groups(self, keys: set[str]) -> dict[str, str]:
        """The groups of some images: near-duplicates and images with a common link are in the same group.

        An image that is near to images of items, or shares a link with them, is in the group of the first of them.

        Args:
            keys: Images; the images of the items are always included.

        Returns:
            Image key -> group, for these images and for all images of items.
        """
        of_items = self.table["group"] != ""
        group = dict(zip(self.table["image_key"][of_items], self.table["group"][of_items], strict=True))
        fresh = keys - group.keys()
        if not fresh:
            return group
        every = fresh | group.keys()
        embedded = embedded_of(self.embeddings, keys=every)
        sample = [
            str(embedded.keys[place])
            for place in np.unique(np.linspace(0, len(embedded.keys) - 1, CALIBRATION, dtype=int))
        ]
        clusters = near_images(
            embedded,
            thumbnails_of(self.embeddings, every),
            [self.pictures.decode(key) for key in sample],
            image_encoder(self.encoder),
        )
        leaders = {str(key): str(of) for key, of in zip(embedded.keys, embedded.keys[clusters.leader], strict=True)}
        links = dict(zip(self.table["image_key"], self.table["links"], strict=True))
        marks = {key: {leaders[key], *links[key]} for key in sorted(every)}
        of_mark: dict[str, str] = {}
        for key in sorted(group):
            for mark in marks[key]:
                of_mark.setdefault(mark, group[key])
        return group | _joined({key: marks[key] for key in sorted(fresh)}, of_mark)


def _joined(marks: dict[str, set[str]], groups: dict[str, str]) -> dict[str, str]:
    """The group of each image: images that have a mark in common are joined.

    Args:
        marks: Image -> what it may have in common with others.
        groups: Mark -> the group of items that have it.
    """
    table = pd.Series([sorted(of) for of in marks.values()]).explode()
    label = joined(np.arange(len(marks), dtype=np.int64), table)
    named: dict[int, list[str]] = {}
    for at, of in zip(label.tolist(), marks.values(), strict=True):
        named.setdefault(at, []).extend(groups[mark] for mark in of if mark in groups)
    names = {at: min(of) if of else "" for at, of in named.items()}
    first = {at: key for key, at in reversed([*zip(marks, label.tolist(), strict=True)])}
    return {key: names[at] or digest("group", first[at]) for key, at in zip(marks, label.tolist(), strict=True)}


def pool_of(survey: Survey) -> Pool:
    """The pool of a recipe: the images of its items and of its pools, each once.

    Args:
        survey: The survey of all items that were read, and the images that the recipe's pools hold.
    """
    represent, table = survey.represent, _of_items(survey.items, survey.pictures)
    embeddings, pictures = [represent.images()], survey.pictures
    if survey.pool is not None:
        every = survey.pool.pictures(survey.pictures.limits)
        others = every.part(key for key in every.keys if key not in survey.pictures)
        embeddings.append(embed_pictures(represent.run, represent.image, others))
        pictures = pictures.and_others(others)
        table = _with_pools(table, survey.pool, represent.recipe)
    return Pool(table.sort_values("image_key", ignore_index=True), pictures, embeddings, represent.image.name)


def _of_items(items: pd.DataFrame, pictures: Pictures) -> pd.DataFrame:
    """The images of items, each with the links of all items about it."""
    every = items.assign(image_key=images_of(items)).explode("image_key")
    columns = ["image_key", *(name for name in COLUMNS if name not in ("links", *_SIZE))]
    first = every.sort_values("id").drop_duplicates("image_key")[columns]
    sizes = pictures.table.set_index("image_key")[list(_SIZE.values())].loc[first["image_key"]]
    first = first.assign(**{name: sizes[of].to_numpy() for name, of in _SIZE.items()})
    links = every[["image_key", "links"]].explode("links").dropna().groupby("image_key")["links"].agg(set)
    return first.assign(links=_cells([sorted(links.get(key, ())) for key in first["image_key"]]))


def _with_pools(table: pd.DataFrame, pool: PoolImages, recipe: Recipe) -> pd.DataFrame:
    """The images of items and of pools; an item's image gets the links that a pool states for it, too."""
    terms = {named.name: named for named in recipe.pool}
    rows = pool.table.rename(columns={"width": "image_width", "height": "image_height"})
    rows["source_revision"] = [terms[name].revision for name in rows["source"]]
    rows["license"] = [terms[name].license for name in rows["source"]]
    stated = dict(zip(rows["image_key"], rows["links"], strict=True))
    links = [sorted({*of, *stated.get(key, ())}) for key, of in zip(table["image_key"], table["links"], strict=True)]
    new: pd.DataFrame = rows[~rows["image_key"].isin(set(table["image_key"]))].assign(group="")
    return pd.concat([table.assign(links=_cells(links)), new[list(table.columns)]])


def _cells(lists: list[list[str]]) -> NDArray[np.object_]:
    """Lists as the cells of a column."""
    cells = np.empty(len(lists), dtype=object)
    cells[:] = lists
    return cells
