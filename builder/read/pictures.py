"""Images of corpora: the places of their bytes, and how every stage decodes them in batches.

A locator is the place of an image's bytes, relative to its corpus's folder: `file:PATH`, `file:FOLDER//PATH` if the
recipe names the folder (either may lead into an archive), `parquet:PATH#COLUMN#INDEX` for a cell of a Parquet or Arrow
file (`...#INDEX.MEMBER` if the cell is a list), `cell:PATH#COLUMN#ROW.MEMBER` for a cell of a text file, or `name:NAME`
for an image without a file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path, PurePosixPath

import pandas as pd
from PIL import Image

from twokeys.builder.read.archives import archive_in, member_bytes
from twokeys.builder.read.arrow_files import cell_of
from twokeys.builder.read.corpora.cell_images import cell_bytes
from twokeys.builder.read.corpora.lists import absent
from twokeys.builder.read.embedded import holds_image, image_bytes, refuse_address
from twokeys.builder.read.held import folder_of, held, read_held
from twokeys.core.errors import BadInput
from twokeys.core.files import stamp
from twokeys.core.items import digest
from twokeys.core.pictures.decoding import decode
from twokeys.core.pictures.facts import ImageFacts
from twokeys.core.pictures.limits import Images

NAMED = "name:"
"""Locator prefix of an image without a file."""


class Pictures:
    """Images by key, in the order of their keys: the places of their bytes, and the limits for decoding.

    It holds no pixels and can be pickled: a worker process gets a shard of it, which is a smaller `Pictures`.

    Args:
        table: A row for each image: `image_key`, `source`, `image` (locator), and its facts
            (`twokeys.core.pictures.facts.ImageFacts`).
        roots: Source -> the folder of its locators.
        limits: Limits that are checked before an image is decoded.

    Attributes:
        table: The rows, sorted by `image_key`.
    """

    def __init__(self, table: pd.DataFrame, roots: dict[str, Path], limits: Images) -> None:
        self.table = table.sort_values("image_key", ignore_index=True)
        self.roots = roots
        self.limits = limits

    def __len__(self) -> int:
        """Number of images."""
        return len(self.table)

    @property
    def keys(self) -> list[str]:
        """Their keys, sorted."""
        return [str(key) for key in self.table["image_key"]]

    @cached_property
    def key(self) -> str:
        """Hash of the key and the bytes of each image, independent of their places."""
        return digest("images", *self.keys, *map(str, self.table["bytes_sha256"]))

    @cached_property
    def _row(self) -> dict[str, int]:
        """Image key -> row of the table."""
        return {key: row for row, key in enumerate(self.keys)}

    def __contains__(self, key: object) -> bool:
        """Whether an image is among them."""
        return key in self._row

    def locator(self, key: str) -> str:
        """The place of an image's bytes."""
        return str(self.table["image"].iat[self._row[key]])

    def read(self, key: str) -> bytes:
        """Read an image's original bytes, which must not have changed since the build read them first.

        Raises:
            BadInput: If the bytes are missing or have changed, or the image has no file.
        """
        data = read_bytes(self.locator(key), self.roots[str(self.table["source"].iat[self._row[key]])])
        if hashlib.sha256(data).hexdigest() != self.table["bytes_sha256"].iat[self._row[key]]:
            problem = "the file has changed since the build read it"
            raise BadInput(self.locator(key), None, problem, "", "build again, with --check if it says so again")
        return data

    def decode(self, key: str) -> Image.Image:
        """Read and decode an image in RGB, as all models see it.

        Raises:
            BadInput: As `read`, and if the bytes are no image within the limits.
        """
        return decode(self.read(key), self.locator(key), self.limits)

    def batches(self, size: int) -> Iterator[list[Image.Image]]:
        """Decode all images in order; at most `size` of them are in memory at a time."""
        keys = self.keys
        for start in range(0, len(keys), size):
            yield [self.decode(key) for key in keys[start : start + size]]

    def part(self, keys: Iterable[str]) -> Pictures:
        """The images that have these keys; a key may be named twice."""
        rows = sorted({self._row[key] for key in keys})
        return Pictures(self.table.iloc[rows], self.roots, self.limits)

    def shards(self, size: int) -> list[Pictures]:
        """The images in order, cut into parts of at most `size`."""
        starts = range(0, len(self), size)
        return [Pictures(self.table.iloc[start : start + size], self.roots, self.limits) for start in starts]

    def plus(self, rows: pd.DataFrame, source: str, folder: Path) -> Pictures:
        """These images and further images, such as constructed images.

        Args:
            rows: Rows of `table` for the new images.
            source: The source in these rows.
            folder: The folder of their locators.
        """
        return self.and_others(Pictures(rows, {source: folder}, self.limits))

    def and_others(self, others: Pictures) -> Pictures:
        """These images and `others`; an image in both is taken from these images."""
        new = others.table[~others.table["image_key"].isin(self._row)]
        table = pd.concat([self.table, new], ignore_index=True) if len(new) else self.table
        return Pictures(table, others.roots | self.roots, self.limits)


def read_bytes(locator: str, root: Path) -> bytes:
    """Read an image's original bytes.

    Args:
        locator: As described at the top of this module; all paths are relative to `root`.
        root: Folder of the corpus.

    Raises:
        BadInput: If the file, the member or the cell is missing, or leads out of the folder.
    """
    kind, _, rest = locator.partition(":")
    if kind == "file":
        return _file_bytes(*folder_of(rest, root))
    if kind == "parquet":
        path, column, index = rest.rsplit("#", 2)
        row, _, member = index.partition(".")
        return _column_bytes(root, path, column, int(row), int(member) if member else None)
    if kind == "cell":
        return cell_bytes(root, rest)
    raise BadInput(locator, None, "the image is known by name alone", "", "give the corpus its image folder")


def _file_bytes(folder: Path, name: str) -> bytes:
    """Read a file, or a member of an archive that lies in the folder or in its place."""
    inside = archive_in(folder, name)
    return read_held(folder, name) if inside is None else member_bytes(*inside)


def _column_bytes(root: Path, name: str, column: str, index: int, member: int | None) -> bytes:
    """Read the bytes of a cell of a Parquet or Arrow file, or of a member of a list in a cell."""
    path = root / name
    try:
        cell = cell_of(held(root, name, "table"), column, index)
    except BadInput as error:
        raise BadInput(path, index + 1, error.problem, error.allowed, error.remedy) from None
    if member is not None:
        members = cell if isinstance(cell, list) else []
        if any(isinstance(each, str) for each in members):  # texts are counted without holes, as columns of names are
            members = [each for each in members if not absent(each)]
        cell = members[member] if member < len(members) else None
    if holds_image(cell):
        return image_bytes(cell, path, index + 1)
    if isinstance(cell, dict) and cell.get("path"):
        refuse_address(str(cell["path"]), path, index + 1)
        return _beside(root, name, index + 1, str(cell["path"]))
    problem = f"the column {column!r} holds no bytes"
    raise BadInput(path, index + 1, problem, "", "embed the image's bytes in the table")


def _beside(root: Path, table: str, row: int, name: str) -> bytes:
    """An image that a table names relative to the table's folder; it must lie inside the corpus's folder."""
    try:
        return _file_bytes(root, str(PurePosixPath(table).parent / name.replace("\\", "/")))
    except BadInput as error:
        raise BadInput(root / table, row, error.problem, error.allowed, error.remedy) from None


def located(locator: str, root: Path) -> str:
    """A locator with the stamp of its file, which is not opened; only the locator if there is no file."""
    kind, _, rest = locator.partition(":")
    folder, name = folder_of(rest, root) if kind == "file" else (root, rest.rsplit("#", 2)[0])
    inside = archive_in(folder, name) if kind == "file" else None
    try:
        place = inside[0] / inside[1] if inside else folder / name
        return f"{locator} {stamp(place)}" if kind != "name" else locator
    except OSError:
        return locator


def named(locator: str, source: str) -> ImageFacts:
    """Key of an image without a file."""
    return ImageFacts(digest("image name", source, locator.removeprefix(NAMED)), 0, 0, "", 0, float("nan"), None)
