"""A published folder on disk: its manifest, the rows of its configs, and its images by key."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from twokeys.core.columns import PICTURES, columns_of, inside
from twokeys.core.errors import BadInput
from twokeys.data_cards.manifest import FILE as MANIFEST
from twokeys.data_cards.manifest import Manifest

ROWS, ROWS_WITH_IMAGES = 1024, 128
"""Rows in memory at a time."""


class PublishedFolder:
    """A published folder; its files are read on demand.

    Args:
        path: The folder.
        manifest: Its manifest, if the caller has it; None reads it from the folder.
    """

    def __init__(self, path: Path, manifest: Manifest | None = None) -> None:
        self.path = path
        if manifest is not None:
            self.manifest = manifest

    @cached_property
    def manifest(self) -> Manifest:
        """The manifest of the folder.

        Raises:
            BadInput: If there is no manifest, it was edited, or another version of twokeys wrote the folder.
        """
        if not (self.path / MANIFEST).is_file():
            allowed = "a folder that twokeys published"
            raise BadInput(self.path, None, f"there is no {MANIFEST}", allowed, "name the published folder")
        try:
            return Manifest.load(self.path)
        except (ValueError, RecursionError) as error:
            remedy = f"build the folder again with this version, or run `twokeys verify {self.path}`"
            raise BadInput(self.path / MANIFEST, None, f"it cannot be read ({error})", "", remedy) from None

    @property
    def claims(self) -> bool:
        """Whether there is a manifest, so that `twokeys build` wrote the folder."""
        return "manifest" in self.__dict__ or (self.path / MANIFEST).is_file()

    def check(self) -> None:
        """Check that the manifest, if there is one, can be read.

        Raises:
            BadInput: If it was edited, or another version of twokeys wrote the folder.
        """
        if self.claims:
            self.manifest  # noqa: B018 - reading it is the check

    @property
    def configs(self) -> list[str]:
        """Configs that have files, sorted."""
        return sorted({path.parent.name for path in self.path.glob("*/*.parquet")})

    def files(self, config: str, split: str | None = None) -> list[Path]:
        """Return the Parquet files of a config, or of one of its splits."""
        paths = sorted((self.path / config).glob("*.parquet"))
        return paths if split is None else [path for path in paths if split_of(path) == split]

    def splits(self, config: str) -> list[str]:
        """Return the splits of a config, sorted."""
        return sorted({split_of(path) for path in self.files(config)})

    def columns(self, config: str) -> list[str]:
        """Return the published names of a config's columns; none if it has no rows."""
        files = self.files(config)
        return list(pq.read_schema(files[0]).names) if files else []

    def rows_of(self, config: str, wanted: Collection[str] | None = None, split: str | None = None) -> pd.DataFrame:
        """Return the rows of a config without images, in file order.

        Args:
            config: The config; it may have no rows.
            wanted: Published names of columns to read; columns that the config lacks are ignored. None reads all.
            split: The split; None reads all.

        Returns:
            A table of the published rows, with the names of columns inside twokeys, and `split`.
        """
        tables = []
        for path in self.files(config, split):
            names = [name for name in pq.read_schema(path).names if name not in PICTURES and _in(name, wanted)]
            table: pd.DataFrame = pq.read_table(path, columns=names).to_pandas()
            tables.append(table.assign(split=split_of(path)))
        if not tables:
            names = [name for name in columns_of(config) if name not in PICTURES and _in(name, wanted)]
            return pd.DataFrame(columns=[*names, "split"], dtype=object)
        return pd.concat(tables, ignore_index=True).rename(columns=inside)

    def stream(self, config: str, images: bool = False) -> Iterator[dict[str, Any]]:
        """Yield the rows of a config with `split`, under published names, in file order; few are in memory at a time.

        Args:
            config: The config.
            images: Whether to read images, too, as `{"bytes": ..., "path": ...}`.

        Raises:
            BadInput: If a file cannot be read.
        """
        for path in self.files(config):
            for row in parquet_rows(path, images):
                yield row | {"split": split_of(path)}

    def images(self, configs: Sequence[str], split: str | None = None) -> PublishedImages:
        """Return the images of some configs by key."""
        return PublishedImages([path for config in configs for path in self.files(config, split)])


class PublishedImages:
    """Images of published files by `image_key`; a few rows of one file are in memory at a time.

    Args:
        files: Parquet files with `image` (or `images` and `image_keys`) and `image_key`.
    """

    def __init__(self, files: list[Path]) -> None:
        self._files = files

    @cached_property
    def _places(self) -> dict[str, tuple[int, int, int]]:
        """Image key -> position of the first row that shows the image: file, row group, and row inside the group."""
        places: dict[str, tuple[int, int, int]] = {}
        for number, path in enumerate(self._files):
            file = pq.ParquetFile(path)
            for group in range(file.num_row_groups):
                keys = file.read_row_group(group, columns=["image_key"]).column(0).to_pylist()
                for row, key in enumerate(keys):
                    places.setdefault(key, (number, group, row))
        return places

    def __contains__(self, key: object) -> bool:
        """Whether an image is published."""
        return key in self._places

    def get(self, key: str) -> tuple[bytes, ...]:
        """Return the bytes of the images of an `image_key`, in order; none if an image is missing or has no bytes."""
        contents = next((data for _, data in self.lists([key])), ())
        return contents if all(contents) else ()

    def lists(self, keys: Collection[str] | None = None) -> Iterator[tuple[str, tuple[bytes, ...]]]:
        """Yield every `image_key` once with the bytes of its images in order; keys are in file order.

        Args:
            keys: Wanted keys; unpublished keys are ignored. None yields all.

        Yields:
            The key and the bytes of each image; no bytes if the row holds no image.
        """
        for key, _, data in self._rows(keys):
            yield key, data

    def items(self, keys: Collection[str] | None = None) -> Iterator[tuple[str, bytes]]:
        """Yield every image once with its key, in file order.

        Args:
            keys: Values of `image_key`, as for `lists`.
        """
        seen: set[str] = set()
        for _, images, data in self._rows(keys):
            for image, content in zip(images, data, strict=True):
                if image not in seen:
                    seen.add(image)
                    yield image, content

    def _rows(self, keys: Collection[str] | None) -> Iterator[tuple[str, tuple[str, ...], tuple[bytes, ...]]]:
        """Yield the first row of each key: the key, the keys of its images, and their bytes."""
        wanted: dict[tuple[int, int], dict[int, str]] = {}
        for key in self._places if keys is None else keys:
            if key in self._places:
                number, group, row = self._places[key]
                wanted.setdefault((number, group), {})[row] = key
        for (number, group), rows in sorted(wanted.items()):
            start, file = 0, pq.ParquetFile(self._files[number])
            columns = [name for name in ("image", "images", "image_keys") if name in file.schema_arrow.names]
            for batch in file.iter_batches(ROWS_WITH_IMAGES, row_groups=[group], columns=columns):
                for row in range(start, start + len(batch)):
                    if row in rows:
                        cells = {name: batch[name][row - start].as_py() for name in columns}
                        images, shown = (
                            cells.get("image_keys") or [rows[row]],
                            cells.get("images") or [cells.get("image")],
                        )
                        yield rows[row], tuple(images), tuple((cell or {}).get("bytes") or b"" for cell in shown)
                start += len(batch)

    def hashes(self) -> dict[str, str]:
        """Return image key -> SHA-256 of the image's bytes."""
        return {key: hashlib.sha256(data).hexdigest() for key, data in self.items()}


def parquet_rows(path: Path, images: bool = True) -> Iterator[dict[str, Any]]:
    """Yield the rows of a Parquet file in order; a small batch is in memory at a time.

    Raises:
        BadInput: If the file cannot be read.
    """
    try:
        file = pq.ParquetFile(path)
        names = [name for name in file.schema_arrow.names if images or name not in PICTURES]
        for batch in file.iter_batches(ROWS_WITH_IMAGES if images else ROWS, columns=names):
            yield from batch.to_pylist()
    except (OSError, ValueError) as error:
        remedy = f"run `twokeys verify {path.parent.parent}`"
        raise BadInput(path, None, f"it cannot be read ({error})", "", remedy) from None


def split_of(file: Path) -> str:
    """Return the split of a published Parquet file, `SPLIT-NNNNN-of-NNNNN.parquet`."""
    return file.name.partition("-")[0]


def _in(name: str, wanted: Collection[str] | None) -> bool:
    return wanted is None or name in wanted
