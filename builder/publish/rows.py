"""Writing the configs of a published folder: Parquet with original image bytes.

An image that many questions share is stored once per row group (Parquet's dictionary encoding), so questions do not
multiply the size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from twokeys.builder.publish.fingerprint import Fingerprint
from twokeys.builder.read.pictures import Pictures
from twokeys.core.columns import PICTURES, SHOWN, columns_of, features, is_measurement, published
from twokeys.core.item_images import KEYS
from twokeys.core.items import row_order
from twokeys.core.pictures.shown import shown_uri
from twokeys.data_cards.manifest import Config
from twokeys.data_cards.published import parquet_rows, split_of

Ints = np.ndarray[Any, np.dtype[np.int64]]
SHARD_BYTES = 400 * 2**20
"""Unique image bytes per shard file."""
GROUP_BYTES = 64 * 2**20
"""Image bytes of a row group, repeated images included: the memory of a reader that holds a row group."""


@dataclass(frozen=True)
class Written:
    """A config on disk.

    Attributes:
        config: Its entry in the manifest.
        info: Its `dataset_info` entry for the card.
    """

    config: Config
    info: dict[str, Any]


def write_config(
    folder: Path,
    name: str,
    table: pd.DataFrame,
    pictures: Pictures | None,
) -> Written:
    """Write a config, split by split.

    Args:
        folder: The published folder under construction.
        name: Name of the config.
        table: Rows with `split`, `image_key`, `image_keys` if some item of the folder has several images, and, under
            their names inside twokeys, the columns of the config.
        pictures: Images of the rows; None for a config without images.
    """
    measured = [str(column) for column in table if is_measurement(column)]
    columns = columns_of(name, "edit_of" in table, measured, KEYS in table)
    table = table.rename(columns=published)
    schema = features(columns)
    marks = Fingerprint()
    splits = {}
    for split, unsorted in table.groupby("split", sort=True):
        rows = in_order(unsorted)
        files = _write_split(folder / name, str(split), rows, columns, schema.arrow_schema, pictures)
        for file in files:
            marks.add(parquet_rows(file), str(split))
        splits[str(split)] = len(rows)
    config = Config(version=marks.version(), fingerprint=marks.value(measurements=False), splits=splits)
    return Written(config, dataset_info(folder, name, columns))


def in_order(rows: pd.DataFrame) -> pd.DataFrame:
    """Put rows in the order in which they are published.

    Rows are sorted by image key, so that a row group holds each image once, then by a hash of the id. The id itself may
    reveal answers: in the source, yes and no may alternate.

    Args:
        rows: Rows of a config and split, with `image_key` (None if a row has no image) and `id`.
    """
    place = rows["id"].map(row_order)
    return rows.assign(_place=place).sort_values(["image_key", "_place"], na_position="last").drop(columns="_place")


def dataset_info(folder: Path, name: str, columns: list[str]) -> dict[str, Any]:
    """A config's `dataset_info` entry for the card, read off its files."""
    files = sorted((folder / name).glob("*.parquet"))
    splits: dict[str, dict[str, Any]] = {}
    for file in files:
        data = pq.read_metadata(file)
        split = splits.setdefault(split_of(file), {"name": split_of(file), "num_bytes": 0, "num_examples": 0})
        split["num_bytes"] += sum(int(data.row_group(group).total_byte_size) for group in range(data.num_row_groups))
        split["num_examples"] += int(data.num_rows)
    return {
        "config_name": name,
        "features": features(columns)._to_yaml_list(),
        "splits": list(splits.values()),
        "download_size": sum(file.stat().st_size for file in files),
        "dataset_size": sum(split["num_bytes"] for split in splits.values()),
    }


def _write_split(
    folder: Path,
    split: str,
    rows: pd.DataFrame,
    columns: list[str],
    schema: pa.Schema,
    pictures: Pictures | None,
) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    size = np.zeros(len(rows), dtype=np.int64)
    if pictures is not None:
        sizes = pictures.table.set_index("image_key")["size"]
        shown = [rows[key] for column, key in SHOWN.items() if column in columns]
        size = sum((_bytes(keys, sizes) for keys in shown), start=size)
    fresh = ~rows["image_key"].duplicated().to_numpy()
    shard = np.cumsum(np.where(fresh, size, 0)) // SHARD_BYTES
    files = []
    numbers = np.unique(shard)
    for index, number in enumerate(numbers):
        path = folder / f"{split}-{index:05d}-of-{len(numbers):05d}.parquet"
        inside = shard == number
        with pq.ParquetWriter(
            path,
            schema,
            compression="zstd",
            # Repeats are stored once per row group, however large the images are.
            dictionary_pagesize_limit=2**30,
            write_page_index=True,
        ) as writer:
            for group in _row_groups(rows[inside], size[inside]):
                writer.write_table(_arrow(group, columns, schema, pictures), row_group_size=len(group))
        files.append(path)
    return files


def _bytes(keys: pd.Series[Any], sizes: pd.Series[int]) -> Ints:
    """(n,) bytes of the image of each row, or of its images."""
    every = keys.reset_index(drop=True).explode()
    size = sizes.loc[every].set_axis(every.index).groupby(level=0).sum()
    return np.asarray(size, dtype=np.int64)


def _row_groups(rows: pd.DataFrame, size: np.ndarray) -> Iterator[pd.DataFrame]:
    group = np.maximum(np.cumsum(size) // GROUP_BYTES, np.arange(len(rows)) // 50_000)
    for number in np.unique(group):
        yield rows[group == number]


def _arrow(
    rows: pd.DataFrame,
    columns: list[str],
    schema: pa.Schema,
    pictures: Pictures | None,
) -> pa.Table:
    arrays = []
    for column in columns:
        if column in SHOWN:
            assert pictures is not None
            form = shown_uri if column not in PICTURES else _cell
            cells = _cells(rows[SHOWN[column]], pictures, form)
            arrays.append(pa.array(cells, type=schema.field(column).type))
        else:
            arrays.append(pa.array(rows[column], type=schema.field(column).type, from_pandas=True))
    return pa.Table.from_arrays(arrays, schema=schema)


def _cell(data: bytes) -> dict[str, Any]:
    """An image as `datasets.Image` has it; `path` stays empty, or readers would look for a file of that name."""
    return {"bytes": data, "path": None}


def _cells(keys: pd.Series[Any], pictures: Pictures, form: Callable[[bytes], object]) -> list[object]:
    """The image of each row from its original bytes, or the list of its images."""
    cells: list[object] = []
    last, cell = None, None
    for key in keys:
        wanted = key if isinstance(key, str) else tuple(key)
        if wanted != last:
            images = [form(pictures.read(each)) for each in ([key] if isinstance(key, str) else key)]
            last, cell = wanted, images[0] if isinstance(key, str) else images
        cells.append(cell)
    return cells


def plain_cell(value: Any) -> Any:
    """A cell as Arrow returns it: lists instead of arrays, None instead of NaN."""
    if isinstance(value, float) and value != value:
        return None
    return [plain_cell(cell) for cell in value] if isinstance(value, (list, tuple, np.ndarray)) else value
