"""Items of a published folder, read from its Parquet files alone."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from PIL import Image

from twokeys.core.answers.normal import compared
from twokeys.core.errors import BadInput
from twokeys.core.files import sha256_of_all
from twokeys.core.pictures import decoding
from twokeys.data_cards.eval_yaml import evaluated

ALL = "all"
"""Every config together: what was read, before anything was selected."""
EVALUATED = ("balanced", "audited", "removed")
"""Configs whose rows are items; a row of `pairs` is two of them, which stand in `balanced`."""
TEXT = ("id", "question", "choices", "answer", "answer_type", "question_key", "image_key", "group")
OPTIONAL = ("answers", "image_partner", "question_partner", "quad", "edit_of", "edit_boxes")


@dataclass(frozen=True)
class Published:
    """One config and split of a published folder.

    Attributes:
        folder: The folder.
        config: `balanced`, `audited`, `removed`, or `all`.
        split: The split.
        table: A row per item, in file order: `TEXT`, `OPTIONAL`, `compared`, and where its picture is: `file`, `row`.
        unseen: Items that are left out: removed ones are published without pictures, and no other item has theirs.
    """

    folder: Path
    config: str
    split: str
    table: pd.DataFrame
    unseen: int = 0

    def pictures(self, rows: np.ndarray[Any, Any]) -> Iterator[tuple[int, Image.Image]]:
        """Pictures of some rows of the table (places, any order), file by file: (place, picture in RGB)."""
        wanted = self.table.iloc[np.sort(rows)]
        for file, part in wanted.groupby("file", sort=False):
            places: dict[int, list[int]] = {}
            for row, place in zip(part["row"], self.table.index.get_indexer(part.index), strict=True):
                places.setdefault(int(row), []).append(int(place))
            start = 0
            for batch in pq.ParquetFile(str(file)).iter_batches(256, columns=["image"]):
                inside = [row for row in range(start, start + len(batch)) if row in places]
                for row in inside:
                    picture = decode(batch.column(0)[row - start].as_py(), f"{file}, row {row}")
                    for own in places[row]:
                        yield own, picture
                start += len(batch)

    def shown(self, names: Collection[str]) -> dict[str, Image.Image]:
        """Pictures of the items of some ids, by id."""
        places = np.flatnonzero(self.table["id"].isin(names))
        return {str(self.table["id"].iat[place]): picture for place, picture in self.pictures(places)}


def fingerprints(published: Published) -> dict[str, str]:
    """What the configs that were read hold: config -> the fingerprint of its rows that the folder's manifest names.

    A folder without a manifest, which `twokeys build` did not write, is known by the SHA-256 of its files.

    Raises:
        BadInput: When the manifest names no fingerprint of a config.
    """
    folder = published.folder
    found = {path.parent.name for path in folder.glob("*/*.parquet")} & set(EVALUATED)
    configs = sorted(found) if published.config == ALL else [published.config]
    manifest = folder / "manifest.json"
    if not manifest.is_file():
        return {name: sha256_of_all(sorted((folder / name).glob("*.parquet"))) for name in configs}
    try:
        claims = json.loads(manifest.read_text(encoding="utf-8"))["configs"]
        return {name: str(claims[name]["fingerprint"]) for name in configs}
    except (ValueError, KeyError, TypeError) as error:
        allowed = f"fingerprints of {', '.join(configs)}"
        raise BadInput(manifest, "configs", repr(error), allowed, "check the folder: twokeys verify") from None


def asked_scores(folder: Path) -> list[str]:
    """Scores beside exact match and VQA accuracy that the folder's recipe asks for; none where there is no manifest."""
    manifest = folder / "manifest.json"
    if not manifest.is_file():
        return []
    return list(json.loads(manifest.read_text(encoding="utf-8")).get("recipe", {}).get("scores", []))


def read(folder: Path, config: str | None = None, split: str | None = None) -> Published:
    """Read the items of a folder.

    Args:
        folder: A published folder.
        config: Its config; the first of `balanced`, `audited` that it has when None; `all` for all of them.
        split: Its split; that on which models are evaluated (`twokeys.data_cards.eval_yaml.evaluated`) when None.

    Raises:
        BadInput: When it holds no such items, or lacks a column.
    """
    found = {path.parent.name for path in folder.glob("*/*.parquet")} & set(EVALUATED)
    if not found:
        allowed = f"a folder with one of {', '.join(EVALUATED)}"
        raise BadInput(folder, None, "no published items", allowed, "name a folder that `twokeys build` wrote")
    config = config or next(name for name in EVALUATED if name in found)
    if config != ALL and config not in found:
        raise BadInput(folder, "config", repr(config), ", ".join([*sorted(found), ALL]), "name one of these")
    files = sorted(
        path for name in (found if config == ALL else {config}) for path in (folder / name).glob("*.parquet")
    )
    splits = sorted({path.name.rsplit("-", 3)[0] for path in files})
    split = split or evaluated(splits)
    if split not in splits:
        raise BadInput(folder, "split", repr(split), ", ".join(splits), "name one of these")
    parts = [_rows(path) for path in files if path.name.rsplit("-", 3)[0] == split]
    table = pd.concat(parts, ignore_index=True)
    if table["id"].duplicated().any():
        table = table.drop_duplicates("id", ignore_index=True)
    shown = table[table["file"].notna()].drop_duplicates("image_key").set_index("image_key")
    for column in ("row", "file"):  # in this order: `file` tells where both are missing
        table[column] = table[column].where(table["file"].notna(), table["image_key"].map(shown[column]))
    seen = table[table["file"].notna()].astype({"row": int}).reset_index(drop=True)
    if seen.empty:
        remedy = "name the config `all`, where other items may have their pictures"
        raise BadInput(folder, config, "no pictures", "items with pictures", remedy)
    return Published(folder, config, split, seen, len(table) - len(seen))


def _rows(path: Path) -> pd.DataFrame:
    """One shard's text columns."""
    names = pq.ParquetFile(path).schema_arrow.names
    if missing := [name for name in TEXT if name not in names]:
        allowed = ", ".join(TEXT)
        raise BadInput(path, None, f"no column {missing[0]!r}", allowed, "build the folder with this version")
    table = pq.read_table(path, columns=[*TEXT, *(name for name in OPTIONAL if name in names)]).to_pandas()
    for name in OPTIONAL:
        if name not in table:
            table[name] = None
    table["compared"] = [
        compared(kind, list(choices), answer)
        for kind, choices, answer in zip(table["answer_type"], table["choices"], table["answer"], strict=True)
    ]
    table["answers"] = [[] if answers is None else list(answers) for answers in table["answers"]]
    found: pd.DataFrame = table.assign(file=str(path) if "image" in names else None, row=np.arange(len(table)))
    return found


def decode(cell: Any, where: str) -> Image.Image:
    """A picture's cell as a reader sees it, in RGB.

    Raises:
        BadInput: When it holds no picture, or one that `twokeys.core.pictures.decoding.decode` refuses.
    """
    data = cell.get("bytes") if isinstance(cell, dict) else None
    if not data:
        raise BadInput(where, "image", "no picture", "picture bytes", "build the folder from a corpus with pictures")
    return decoding.decode(data, where)
