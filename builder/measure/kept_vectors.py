"""Vectors that are kept for other builds: a text or an image is embedded once for all recipes with the same encoder.

What one shard embedded is a block: an Arrow file that bears the SHA-256 of its bytes as its name, so that it is whole,
two builds may write at once, and a garbled one is noticed. Its rows stand in groups: contents whose vectors were made
together. An image that is encoded by itself is a group; texts are padded to the longest of their batch, which moves
last bits, so a shard of them is one group and only the same shard gets its vectors. What is found is bit for bit what
the encoder would say.
"""

from __future__ import annotations

import hashlib
import os
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from twokeys.core.cache import cache_bytes, cache_folder
from twokeys.core.disk import is_unfinished, whole
from twokeys.core.errors import BadInput
from twokeys.core.files import sha256

Halves = NDArray[np.float16]
BROKEN = (OSError, pa.ArrowException, ValueError, KeyError)
"""What reading a file ends in that is no block."""


@dataclass(frozen=True)
class Vectors:
    """Vectors of contents, in their order.

    Attributes:
        values: (n, d) 16-bit floats, as they are kept and read.
        thumbnails: Of images, the bytes of each; empty for texts.
    """

    values: Halves
    thumbnails: Sequence[bytes] = ()


@dataclass(frozen=True)
class Kept:
    """What a shard finds, and where it leaves what it has to make.

    Attributes:
        folder: The encoder's folder; None if nothing is kept.
        groups: Key of the group that each content of the shard is in.
        blocks: Names of the blocks in which its groups are.
    """

    folder: Path | None
    groups: Sequence[str]
    blocks: Sequence[str] = ()

    def embed(self, make: Callable[[list[int]], Vectors]) -> Vectors:
        """The vectors of the shard's contents.

        Args:
            make: Embeds the contents at some places of the shard, in their order.
        """
        places: dict[str, list[int]] = defaultdict(list)
        for place, group in enumerate(self.groups):
            places[group].append(place)
        found = {group: rows for group, rows in self._found() if len(rows.values) == len(places[group])}
        todo = sorted(place for group, of in places.items() if group not in found for place in of)
        parts = [(places[group], rows) for group, rows in found.items()]
        if todo:
            made = make(todo)
            parts.append((todo, made))
            if self.folder is not None:
                _write(self.folder, [self.groups[place] for place in todo], made)
        order = np.argsort([place for of, _ in parts for place in of])
        values = np.concatenate([rows.values for _, rows in parts])[order]
        thumbnails = [one for _, rows in parts for one in rows.thumbnails]
        return Vectors(values, [thumbnails[place] for place in order] if thumbnails else ())

    def _found(self) -> Iterator[tuple[str, Vectors]]:
        """The shard's groups that blocks hold."""
        wanted = {*self.groups}
        for name in self.blocks:
            assert self.folder is not None
            if (table := _block(self.folder / name)) is None:
                continue
            rows: dict[str, list[int]] = defaultdict(list)
            for row, group in enumerate(table["group"].to_pylist()):
                if group in wanted:
                    rows[group].append(row)
            vectors = table["vector"].combine_chunks()
            values = vectors.flatten().to_numpy(zero_copy_only=False).reshape(len(vectors), -1)
            small = table["thumbnail"] if "thumbnail" in table.column_names else None
            for group, of in rows.items():
                wanted.discard(group)
                yield group, Vectors(values[of], small.take(pa.array(of)).to_pylist() if small is not None else ())


def kept_for(encoder: str, shards: Sequence[Sequence[str]]) -> list[Kept]:
    """What each shard finds.

    Args:
        encoder: Key of all that decides about the vectors beside the contents.
        shards: Key of the group of each content, shard by shard.
    """
    if not cache_bytes():
        return [Kept(None, groups) for groups in shards]
    folder = place_of_vectors() / encoder[:32]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        names = sorted(path.name for path in folder.glob("*.arrow"))
    except OSError as error:
        _warn(f"vectors are not kept for other builds: {folder} cannot be used ({error.strerror or error})")
        return [Kept(None, groups) for groups in shards]
    wanted = {group for groups in shards for group in groups}
    where = {group: name for name in names for group in _groups(folder / name) if group in wanted}
    return [Kept(folder, groups, sorted({where[group] for group in groups if group in where})) for groups in shards]


def place_of_vectors() -> Path:
    """Where vectors are kept."""
    return cache_folder() / "vectors"


def blocks() -> list[tuple[Path, os.stat_result]]:
    """All that is kept, the least lately used first; another build may remove some meanwhile."""
    found = []
    for path in place_of_vectors().glob("*/*"):
        try:
            found.append((path, path.stat()))
        except FileNotFoundError:
            continue
    return sorted(found, key=lambda one: (one[1].st_mtime_ns, one[0].name))


def trim() -> None:
    """Remove what is least lately used until the rest is within TWOKEYS_CACHE_SIZE, and what killed builds left."""
    every, bound = blocks(), cache_bytes()
    newest = max((state.st_mtime for _, state in every), default=0.0)
    over = sum(state.st_size for _, state in every) - bound
    for path, state in every:
        abandoned = is_unfinished(path.name) and state.st_mtime < newest - 3600
        if over > 0 or abandoned:
            path.unlink(missing_ok=True)
            over -= state.st_size


def _groups(path: Path) -> set[str]:
    """The groups in a block, whose other columns are not read; none of a file that is no block, which is removed."""
    try:
        with pa.memory_map(str(path)) as source:
            return set(pa.ipc.open_file(source).read_all()["group"].to_pylist())
    except BROKEN:
        _garbled(path)
        return set()


def _block(path: Path) -> pa.Table | None:
    """A block, mapped into memory; None if it was removed meanwhile or is not what was written."""
    try:
        if sha256(path) != path.stem:
            raise ValueError
        os.utime(path)  # used now: others are removed before it
        return pa.ipc.open_file(pa.memory_map(str(path))).read_all()
    except FileNotFoundError:
        return None
    except BROKEN:
        _garbled(path)
        return None


def _write(folder: Path, groups: list[str], made: Vectors) -> None:
    vectors = pa.FixedSizeListArray.from_arrays(pa.array(made.values.ravel()), made.values.shape[1])
    columns = {"group": groups, "vector": vectors}
    table = pa.table(columns | ({"thumbnail": pa.array(made.thumbnails)} if made.thumbnails else {}))
    buffer = pa.BufferOutputStream()
    with pa.ipc.new_file(buffer, table.schema) as writer:
        writer.write_table(table)
    data = buffer.getvalue()
    try:
        with whole(folder / f"{hashlib.sha256(data).hexdigest()}.arrow") as temporary:
            temporary.write_bytes(data)
    except BadInput as error:
        _warn(f"vectors are not kept for other builds: {error}")


def _garbled(path: Path) -> None:
    _warn(f"{path} is not what was written there; its vectors are made again")
    path.unlink(missing_ok=True)


def _warn(text: str) -> None:
    warnings.warn(text, RuntimeWarning, stacklevel=4)
