"""Pictures: where their bytes are, how they are decoded safely, and the key of the image side."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

import numpy as np
import pyarrow.parquet as pq
from PIL import Image
from pyarrow import ArrowInvalid

from twokeys.builder.read.held import folder_of, held, read_held
from twokeys.core.errors import BadInput
from twokeys.core.items import digest
from twokeys.core.pictures import decoding
from twokeys.core.pictures.limits import Images

NAMED = "name:"
"""Locator prefix of a picture that is known by name alone."""
LOOKS = ("contrast", "colour")
"""Numbers of a picture that items carry as `image_contrast` and `image_colour`."""
LEVELS = 8
"""Steps of each channel of a picture's mean colour."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What is kept of a picture: its key and numbers, never its pixels.

    Attributes:
        image_key: Hash of the pixels as every model is shown them; of the name where there are no bytes.
        width: Pixels, after EXIF orientation; 0 without bytes.
        height: Pixels, after EXIF orientation; 0 without bytes.
        bytes_sha256: Hash of the original bytes; empty without bytes.
        size: Number of bytes.
        contrast: Largest standard deviation of a colour channel in 0..255: 0 for a picture of one colour.
        colour: Its mean colour, `mean_colour`; None without bytes.
    """

    image_key: str
    width: int
    height: int
    bytes_sha256: str
    size: int
    contrast: float
    colour: str | None


def read_bytes(locator: str, root: Path) -> bytes:
    """Read a picture's original bytes.

    Args:
        locator: `file:PATH`, `file:FOLDER//PATH` where the recipe names the folder, or `parquet:PATH#COLUMN#INDEX`;
            all relative to `root`.
        root: Folder of the corpus.

    Raises:
        BadInput: When the file or the cell is missing, or leads out of the folder.
    """
    kind, _, rest = locator.partition(":")
    if kind == "file":
        return read_held(*folder_of(rest, root))
    if kind == "parquet":
        path, column, index = rest.rsplit("#", 2)
        return _parquet_bytes(root, path, column, int(index))
    raise BadInput(locator, None, "the image is known by name alone", "", "give the corpus its image folder")


@lru_cache(maxsize=4)
def _row_group(path: Path, modified: int, column: str, group: int) -> list[object]:
    """One row group of one column: neighbours in a shard are read once, a replaced file anew."""
    values: list[object] = pq.ParquetFile(path).read_row_group(group, columns=[column]).column(0).to_pylist()
    return values


def _parquet_bytes(root: Path, name: str, column: str, index: int) -> bytes:
    path = root / name
    try:
        table = held(root, name, "table")
        file, modified = pq.ParquetFile(table), table.stat().st_mtime_ns
    except BadInput as error:
        raise BadInput(path, index, error.problem, error.allowed, error.remedy) from None
    except (OSError, ArrowInvalid) as error:
        problem = f"the table cannot be read ({type(error).__name__})"
        raise BadInput(path, index, problem, "a Parquet file", "put the table there") from None
    if column not in file.schema_arrow.names:
        allowed = ", ".join(file.schema_arrow.names)
        raise BadInput(path, index, f"there is no column {column!r}", allowed, "name the column that holds the images")
    offset = index
    for group in range(file.num_row_groups):
        rows = file.metadata.row_group(group).num_rows
        if offset < rows:
            cell = _row_group(table, modified, column, group)[offset]
            data = cell.get("bytes") if isinstance(cell, dict) else cell
            if isinstance(data, bytes):
                return data
            if isinstance(cell, dict) and cell.get("path"):
                return _beside(root, name, index, str(cell["path"]))
            break
        offset -= rows
    problem = f"the column {column!r} holds no bytes"
    raise BadInput(path, index, problem, "", "embed the image's bytes in the table")


def _beside(root: Path, table: str, index: int, name: str) -> bytes:
    """A picture that a table names: relative to the table's folder, inside the corpus's."""
    try:
        return read_held(root, str(PurePosixPath(table).parent / name))
    except BadInput as error:
        raise BadInput(root / table, index, error.problem, error.allowed, error.remedy) from None


def decode(data: bytes, where: str, limits: Images) -> Image.Image:
    """Decode a picture for everything that looks at it, in RGB: see `twokeys.core.pictures.decoding.decode`.

    Raises:
        BadInput: When the bytes are no picture that is accepted, or one beyond `limits`.
    """
    return decoding.decode(data, where, limits.max_pixels, limits.max_bytes)


def describe(data: bytes, where: str, limits: Images) -> Picture:
    """Decode a picture and take its key and numbers.

    The key is of the pixels as every model is shown them, in RGB: pictures that look the same are one picture.

    Raises:
        BadInput: As `decode`.
    """
    picture = decode(data, where, limits)
    header = f"{picture.mode} {picture.width} {picture.height} ".encode()
    pixels = hashlib.sha256(header + picture.tobytes()).hexdigest()[:32]
    # By channel: two colours of the same brightness are one grey, and two colours all the same.
    contrast = float(np.asarray(picture, dtype=np.float32).std(axis=(0, 1)).max())
    digits, colour = hashlib.sha256(data).hexdigest(), mean_colour(picture)
    return Picture(pixels, picture.width, picture.height, digits, len(data), contrast, colour)


def mean_colour(picture: Image.Image) -> str:
    """The mean of red, green and blue over all pixels, each in one of `LEVELS` equal steps: a cluster of pictures.

    Pictures of one cluster look alike from far away and no more. Counted in whole numbers, so that it is the same
    everywhere.

    Example:
        >>> mean_colour(Image.new("RGB", (4, 2), (255, 128, 31)))
        '7-4-0'
    """
    pixels = np.asarray(picture.convert("RGB")).reshape(-1, 3)
    return "-".join(str(int(total) * LEVELS // (256 * len(pixels))) for total in pixels.sum(axis=0, dtype=np.int64))


def named(locator: str, source: str) -> Picture:
    """Key of a picture that is known by name alone."""
    return Picture(digest("image name", source, locator.removeprefix(NAMED)), 0, 0, "", 0, float("nan"), None)
