"""Images in detail: corners, borders, high frequencies and colours at full resolution, and how the file was written.

Encoders see an image at 224 pixels or fewer, and pool it. A mark in one pixel, a line at a border, the grain of a
resampling or the compression tables of a file may reveal answers, and vanish there. All details are read off the
published bytes once for each image, in shards; labels are not used.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from PIL import Image

from twokeys.builder.measure.headers import HEADER, of_header
from twokeys.builder.read.pictures import Pictures
from twokeys.builder.run.files import write_table
from twokeys.builder.run.results import Parts
from twokeys.builder.run.stages import Workspace, stage
from twokeys.core.pictures.decoding import decode
from twokeys.core.pictures.limits import Images

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]

CORNER = 8
"""Side of the corners whose pixels are read."""
BINS = 8
"""Bins of a colour channel."""
SAMPLE = 2**16
"""Pixels whose colours are counted."""
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "MPO")
_WRITTEN = 18
"""Features of how a file was written."""
FILE = _WRITTEN + len(HEADER)
"""Features of the file."""
GROUPS = {"corners": 60, "borders": 20, "frequencies": 19, "colours": 3 * BINS + 7, "pixels": 12 * CORNER * CORNER}
"""Groups of features of the decoded image, in order -> their sizes; the last group is the pixels of the corners."""
WIDTH = FILE + sum(GROUPS.values())
"""Number of all features."""
SUMMARY = WIDTH - GROUPS["pixels"]
"""Number of features before the pixels of the corners."""
PICTURES_PER_SHARD = 256


@dataclass(frozen=True, eq=False)
class Details(Parts):
    """Details of images, by key."""

    def of(self, keys: pd.Index[str]) -> Floats:
        """Return the details of some images, (n, `WIDTH`)."""
        rows = np.zeros((len(keys), WIDTH), dtype=np.float32)
        for part in self.parts:
            table = pq.read_table(part)
            place = keys.get_indexer(pd.Index(table["key"].to_pylist()))
            values = table["detail"].combine_chunks().flatten().to_numpy(zero_copy_only=False).reshape(-1, WIDTH)
            rows[place[place >= 0]] = values[place >= 0]
        return rows


@stage("details", version=3)
def details(space: Workspace, pictures: Pictures) -> Details:
    """Read the details of all images."""
    space.parts(_write, pictures.shards(PICTURES_PER_SHARD))
    return Details()


def of_bytes(data: bytes, where: str, limits: Images) -> Floats:
    """(`WIDTH`,) details of an image file."""
    pixels = np.asarray(decode(data, where, limits))
    return replaced(np.zeros(WIDTH, dtype=np.float32), {"file": of_file(data)} | of_pixels(pixels))


def by_image(seen: Floats) -> Floats:
    """(n, k, `WIDTH`) details of each image of lists, whose details are side by side in (n, k * `WIDTH`)."""
    return seen.reshape(len(seen), -1, WIDTH)


def summary(seen: Floats) -> Floats:
    """(n, k * `SUMMARY`) details of lists of k images, without the pixels of the corners."""
    return by_image(seen)[:, :, :SUMMARY].reshape(len(seen), -1)


def replaced(row: Floats, groups: Mapping[str, Floats]) -> Floats:
    """Return a copy of an image's details with other values of some groups."""
    copy = row.copy()
    for name, values in groups.items():
        start = 0 if name == "file" else FILE + sum(GROUPS[other] for other in list(GROUPS)[: list(GROUPS).index(name)])
        copy[start : start + len(values)] = values
    return copy


def of_file(data: bytes) -> Floats:
    """(`FILE`,) features of how a file was written, and of what it says beside its pixels."""
    with Image.open(io.BytesIO(data)) as image:
        tables = getattr(image, "quantization", None) or {}
        luma, chroma = (np.array(tables.get(number, [0] * 64), dtype=np.float64) for number in (0, 1))
        info, tags = image.info, len(image.getexif())
        form = FORMATS.index(image.format) if image.format in FORMATS else len(FORMATS)
        layers = [layer[1:3] for layer in getattr(image, "layer", [])] if tables else []
        features = (
            len(data), len(data) % 2, len(data) % 16, len(data) / max(image.width * image.height, 1), form,
            len(image.mode), len(tables), luma.sum(), chroma.sum(), luma[0], luma[-1], chroma[-1],
            layers[0][0] * layers[0][1] if layers else 0, bool(info.get("progressive")), tags,
            len(info.get("icc_profile") or b""), len(info), len(info.get("comment") or b""),
        )  # fmt: skip
        assert len(features) == _WRITTEN
        return np.concatenate([np.array(features, dtype=np.float32), of_header(image)])


def of_pixels(pixels: Pixels, groups: Iterable[str] = tuple(GROUPS)) -> dict[str, Floats]:
    """Return the features of an image's pixels, (h, w, 3), by group."""
    height, width, _ = pixels.shape
    missing = [(0, max(0, CORNER - height)), (0, max(0, CORNER - width)), (0, 0)]
    full = np.pad(pixels, missing, mode="edge") if any(after for _, after in missing) else pixels
    made = {name: np.concatenate(_MAKERS[name](full)).astype(np.float32) for name in groups}
    assert all(len(values) == GROUPS[name] for name, values in made.items())
    return made


def _turns(full: Pixels) -> list[Pixels]:
    """Return the image four times, flipped so that each corner comes first."""
    return [full, full[:, ::-1], full[::-1], full[::-1, ::-1]]


def _corners(full: Pixels) -> list[NDArray[Any]]:
    return [_corner(turned[:CORNER, :CORNER]) for turned in _turns(full)]


def _corner(corner: Pixels) -> NDArray[Any]:
    first = corner[0, 0].astype(np.float32)
    near = (corner[0, 1].astype(np.float32) + corner[1, 0] + corner[1, 1]) / 3
    return np.concatenate([first, first - near, corner[0, 0] % 2, corner.mean(axis=(0, 1)), corner.std(axis=(0, 1))])


def _borders(full: Pixels) -> list[NDArray[Any]]:
    lines = [(full[0], full[1]), (full[-1], full[-2]), (full[:, 0], full[:, 1]), (full[:, -1], full[:, -2])]
    return [
        np.concatenate([
            outer.mean(axis=0), [outer.std()], [np.abs(outer.astype(np.int16) - inner).mean()]
        ])
        for outer, inner in lines
    ]  # fmt: skip


def _frequencies(full: Pixels) -> list[NDArray[Any]]:
    grey = full.sum(axis=2, dtype=np.int16)
    across, down = np.abs(np.diff(grey, axis=1)), np.abs(np.diff(grey, axis=0))
    inner = 4 * grey[1:-1, 1:-1] - grey[:-2, 1:-1] - grey[2:, 1:-1] - grey[1:-1, :-2] - grey[1:-1, 2:]
    # Sums over every second row, column and square of a chessboard: they detect waves of two pixels.
    even = [[int(grey[row::2, column::2].sum()) for column in (0, 1)] for row in (0, 1)]
    (a, b), (c, d) = even
    waves = np.array([a + b - c - d, a + c - b - d, a + d - b - c]) / grey.size
    blocks = [float(steps.mean()) if steps.size else 0.0 for steps in (across[:, 7::8], down[7::8])]
    steps = [float(across.mean()), float(down.mean())]
    lowest = (full & 1).reshape(-1, 3).mean(axis=0)
    values = [
        *steps, np.abs(inner).mean(), inner.std(), *waves, *np.abs(waves), *blocks, blocks[0] - steps[0],
        blocks[1] - steps[1], *lowest, (grey == 0).mean(), (grey == 765).mean(),
    ]  # fmt: skip
    return [np.array(values, dtype=np.float32)]


def _colours(full: Pixels) -> list[NDArray[Any]]:
    flat = full.reshape(-1, 3)
    sample = flat[:: max(1, len(flat) // SAMPLE)]
    shares = [np.bincount(sample[:, channel] // (256 // BINS), minlength=BINS) / len(sample) for channel in range(3)]
    codes = sample[: SAMPLE // 8].astype(np.int32) @ np.array([65536, 256, 1], dtype=np.int32)
    return [*shares, sample.mean(axis=0), sample.std(axis=0), np.array([len(np.unique(codes))])]


def _pixels(full: Pixels) -> list[NDArray[Any]]:
    return [turned[:CORNER, :CORNER].reshape(-1) for turned in _turns(full)]


_MAKERS: dict[str, Callable[[Pixels], list[NDArray[Any]]]] = {
    "corners": _corners, "borders": _borders, "frequencies": _frequencies, "colours": _colours, "pixels": _pixels,
}  # fmt: skip


def _write(shard: Pictures, path: Path) -> None:
    rows = [of_bytes(shard.read(key), shard.locator(key), shard.limits) for key in shard.keys]
    flat = pa.array(np.concatenate(rows).astype(np.float32))
    table = {"key": shard.keys, "detail": pa.FixedSizeListArray.from_arrays(flat, WIDTH)}
    write_table(path, pa.table(table))
