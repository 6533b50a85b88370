"""Items of a published folder, read from its Parquet files alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

from twokeys.core.answers.normal import compared
from twokeys.core.columns import REMOVED, TIERS
from twokeys.core.errors import BadInput
from twokeys.core.files import sha256_of_all
from twokeys.core.item_images import KEYS
from twokeys.core.pictures import decoding
from twokeys.core.pictures.shown import side_by_side
from twokeys.data_cards.eval_yaml import evaluated
from twokeys.data_cards.published import PublishedFolder, PublishedImages

ALL = "all"
"""Every config together: what was read, before anything was selected."""
EVALUATED = (*TIERS, REMOVED)
"""Configs whose rows are items; a row of `pairs` is two of them, which stand in `balanced`."""
TEXT = ("id", "question", "choices", "answer", "answer_type", "question_key", "image_key", "group")
OPTIONAL = (KEYS, "answers", "image_partner", "question_partner", "quad", "edit_of", "edit_kind", "edit_boxes")


@dataclass(frozen=True)
class Published:
    """One config and split of a published folder.

    Attributes:
        folder: The folder.
        config: `balanced`, `audited`, `removed`, or `all`.
        split: The split.
        table: A row per item, in file order: `TEXT`, `OPTIONAL`, `compared`, and what else was asked for.
        images: Images of the items by key.
        unseen: Items that are left out: removed ones are published without images, and no other item has theirs.
    """

    folder: Path
    config: str
    split: str
    table: pd.DataFrame
    images: PublishedImages
    unseen: int = 0

    @property
    def several(self) -> bool:
        """Whether some item has several images."""
        return any(keys is not None and len(keys) > 1 for keys in self.table[KEYS])

    def pictures(self, rows: np.ndarray[Any, Any]) -> Iterator[tuple[int, tuple[Image.Image, ...]]]:
        """Images of some rows of the table (places, any order) in file order: (place, its images in RGB, in order)."""
        places: dict[str, list[int]] = {}
        for place in np.sort(rows).tolist():
            places.setdefault(str(self.table["image_key"].iat[place]), []).append(place)
        for key, images in self.images.lists(places):
            shown = tuple(decode(data, f"{self.folder}, image {key}") for data in images)
            for place in places[key]:
                yield place, shown

    @property
    def image_lists(self) -> list[list[str]]:
        """The keys of each item's images, in order."""
        pairs = zip(self.table["image_key"], self.table[KEYS], strict=True)
        return [[str(key)] if keys is None else list(map(str, keys)) for key, keys in pairs]

    def images_of(self, names: Collection[str]) -> dict[str, tuple[Image.Image, ...]]:
        """Images of the items of some ids, by id, in their order."""
        places = np.flatnonzero(self.table["id"].isin(names))
        return {str(self.table["id"].iat[place]): images for place, images in self.pictures(places)}

    def shown(self, names: Collection[str]) -> dict[str, Image.Image]:
        """Images of the items of some ids, by id; several of one item side by side."""
        return {name: side_by_side(images) for name, images in self.images_of(names).items()}


def fingerprints(published: Published) -> dict[str, str]:
    """What the configs that were read hold: config -> the fingerprint of its rows that the folder's manifest names.

    A folder without a manifest, which `twokeys build` did not write, is known by the SHA-256 of its files.

    Raises:
        BadInput: When the manifest cannot be read, or names no fingerprint of a config.
    """
    folder = PublishedFolder(published.folder)
    configs = sorted(set(folder.configs) & set(EVALUATED)) if published.config == ALL else [published.config]
    if not folder.claims:
        return {name: sha256_of_all(folder.files(name)) for name in configs}
    if missing := [name for name in configs if name not in folder.manifest.configs]:
        problem = f"the manifest names no fingerprint of {', '.join(missing)}"
        remedy = f"run `twokeys verify {published.folder}`"
        raise BadInput(published.folder / "manifest.json", "configs", problem, "", remedy)
    return {name: folder.manifest.configs[name].fingerprint for name in configs}


def asked_scores(folder: Path) -> list[str]:
    """Scores beside exact match and VQA accuracy that the folder's recipe asks for; none where there is no manifest."""
    there = PublishedFolder(folder)
    return list(there.manifest.recipe.get("scores", [])) if there.claims else []


def read(folder: Path, config: str | None = None, split: str | None = None, more: Sequence[str] = ()) -> Published:
    """Read the items of a folder.

    Args:
        folder: A published folder.
        config: Its config; the first of `balanced`, `audited` that it has when None; `all` for all of them.
        split: Its split; that on which models are evaluated (`twokeys.data_cards.eval_yaml.evaluated`) when None.
        more: Columns to read beside `TEXT` and `OPTIONAL`.

    Raises:
        BadInput: When it holds no such items, lacks a column, or another version of twokeys wrote it.
    """
    there = PublishedFolder(folder)
    found = [name for name in EVALUATED if name in there.configs]
    if not found:
        allowed = f"a folder with one of {', '.join(EVALUATED)}"
        problem = "the folder holds no published items"
        raise BadInput(folder, None, problem, allowed, "name a folder that `twokeys build` wrote")
    there.check()
    config = config or found[0]
    if config != ALL and config not in found:
        problem = f"there is no config {config!r}"
        raise BadInput(folder, "config", problem, ", ".join([*sorted(found), ALL]), "name one of these")
    configs = sorted(found) if config == ALL else [config]
    splits = sorted({split for name in configs for split in there.splits(name)})
    split = split or evaluated(splits)
    if split not in splits:
        raise BadInput(folder, "split", f"there is no split {split!r}", ", ".join(splits), "name one of these")
    parts = [_rows(there, name, split, more) for name in configs if there.files(name, split)]
    table = pd.concat(parts, ignore_index=True).drop_duplicates("id", ignore_index=True)
    images = there.images([name for name in configs if {"image", "images"} & set(there.columns(name))], split)
    seen = table[[key in images for key in table["image_key"]]].reset_index(drop=True)
    if seen.empty:
        remedy = "name the config `all`, in which other items may have their images"
        raise BadInput(folder, config, "the items have no images", "", remedy)
    return Published(folder, config, split, seen, images, len(table) - len(seen))


def _rows(folder: PublishedFolder, config: str, split: str, more: Sequence[str]) -> pd.DataFrame:
    """Items of one config and split; what a config has no column for is None."""
    wanted = [*TEXT, *OPTIONAL, *more]
    table = folder.rows_of(config, wanted, split)
    if missing := [name for name in TEXT if name not in table]:
        problem = f"the table has no column {missing[0]!r}"
        raise BadInput(folder.path / config, None, problem, "", "build the folder again with this version of twokeys")
    table = table.assign(**{name: None for name in wanted if name not in table})
    table["compared"] = [
        compared(kind, list(choices), answer)
        for kind, choices, answer in zip(table["answer_type"], table["choices"], table["answer"], strict=True)
    ]
    table["answers"] = [[] if answers is None else list(answers) for answers in table["answers"]]
    return table[[*wanted, "compared"]]


def decode(data: bytes, where: str) -> Image.Image:
    """A published image as a reader sees it, in RGB.

    Raises:
        BadInput: When there are no bytes, or `twokeys.core.pictures.decoding.decode` refuses them.
    """
    if not data:
        raise BadInput(where, "image", "there is no image", "", "build the folder from a corpus with images")
    return decoding.decode(data, where)
