"""The embedding stages: every unique text and every unique image once, in shards, and once for all builds.

Vectors are kept as 16-bit floats: half the size, and rounding that absorbs most last-bit differences between thread
counts. What is computed from them afterwards is summed in one order, whatever the number of cores: what a last bit
does to a fit decides between answers that are nearly even, and then between items.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from PIL import Image
from threadpoolctl import threadpool_limits

from twokeys.builder.measure.encoders import encodes_alone, image_encoder, text_encoder
from twokeys.builder.measure.encoders.encoder import unit
from twokeys.builder.measure.kept_vectors import Kept, Vectors, kept_for, trim
from twokeys.builder.read.pictures import Pictures
from twokeys.builder.run.files import write_table
from twokeys.builder.run.keys import NamedModel
from twokeys.builder.run.needs import Needs
from twokeys.builder.run.results import Parts
from twokeys.builder.run.stages import Stage, Workspace, stage
from twokeys.core.items import digest

TEXTS_PER_SHARD = 1024
PICTURES_PER_SHARD, PICTURES_PER_BATCH = 256, 64
THUMBNAIL = 16
"""Side of the thumbnails that verify near-duplicate candidates. In colour: in grey, yellow is nearly white."""
IMAGE_DIMENSIONS = 256
"""Image vectors are projected to this many principal components: what probes and neighbours work with."""
PCA_SAMPLE = 10_000
MODEL = Needs(gpus=1)
"""What a shard needs; encoders are small."""


@dataclass(frozen=True)
class Embedded:
    """Vectors by key.

    Attributes:
        keys: The keys, sorted.
        vectors: (n, d) unit vectors in key order.
    """

    keys: pd.Index[str]
    vectors: NDArray[np.float32]

    def of(self, keys: pd.Series[str] | pd.Index[str]) -> NDArray[np.int64]:
        """Row of each key."""
        return self.keys.get_indexer(pd.Index(keys)).astype(np.int64)


@dataclass(frozen=True, eq=False)
class Embeddings(Parts):
    """Vectors of texts or images by key; of images a thumbnail, too."""

    def embedded(self, dimensions: int | None = None) -> Embedded:
        """Read vectors, projected to principal components where they have more than `dimensions`."""
        return embedded_of([self], dimensions)

    def thumbnails(self) -> NDArray[np.uint8]:
        """Thumbnails in key order, (n, THUMBNAIL, THUMBNAIL, 3)."""
        return thumbnails_of([self])


def embedded_of(
    embeddings: Sequence[Embeddings], dimensions: int | None = None, keys: AbstractSet[str] | None = None
) -> Embedded:
    """Read the vectors of several embeddings that have no key in common.

    Streams over the parts: memory holds the projected vectors and one part.

    Args:
        embeddings: Made by one encoder.
        dimensions: Vectors that have more are projected to so many principal components of a sample.
        keys: The keys to read; all if None.
    """
    parts = [part for each in embeddings for part in each.parts]
    names, taken = _taken(parts, keys)
    projection = _projection(parts, dimensions)
    blocks = [projection(_vectors(part)[rows]) for part, rows in zip(parts, taken, strict=True)]
    vectors = np.concatenate(blocks) if blocks else np.zeros((0, 1), dtype=np.float32)
    order = names.argsort()
    return Embedded(names[order], vectors if (np.diff(order) == 1).all() else vectors[order])


def thumbnails_of(embeddings: Sequence[Embeddings], keys: AbstractSet[str] | None = None) -> NDArray[np.uint8]:
    """The thumbnails of images in the order of their keys, (n, THUMBNAIL, THUMBNAIL, 3); arguments as `embedded_of`."""
    parts = [part for each in embeddings for part in each.parts]
    names, taken = _taken(parts, keys)
    cells: list[bytes] = []
    for part, rows in zip(parts, taken, strict=True):
        cells += pq.read_table(part, columns=["thumbnail"]).column(0).take(pa.array(rows)).to_pylist()
    joined = b"".join(cells[place] for place in names.argsort())
    return np.frombuffer(joined, dtype=np.uint8).reshape(-1, THUMBNAIL, THUMBNAIL, 3)


def _taken(parts: Sequence[Path], keys: AbstractSet[str] | None) -> tuple[pd.Index[str], list[NDArray[np.int64]]]:
    """The keys that are read, part by part, and their rows in each part."""
    every = [pq.read_table(part, columns=["key"]).column(0).to_pylist() for part in parts]
    rows_of = [[row for row, key in enumerate(of) if keys is None or key in keys] for of in every]
    taken = [np.array(rows, dtype=np.int64) for rows in rows_of]
    return pd.Index([of[row] for of, rows in zip(every, taken, strict=True) for row in rows], dtype=object), taken


@stage("embed", version=2)
def embed_texts(space: Workspace, encoder: NamedModel, texts: dict[str, str]) -> Embeddings:
    """Embed texts, given by key."""
    keys = sorted(texts)
    shards = [
        [(key, texts[key]) for key in keys[start : start + TEXTS_PER_SHARD]]
        for start in range(0, len(keys), TEXTS_PER_SHARD)
    ]
    groups = [len(shard) * [digest("texts", *(text for _, text in shard))] for shard in shards]
    kept = kept_for(_made_by(encoder, embed_texts), groups)
    space.parts(partial(_embed_texts, encoder.name), list(zip(shards, kept, strict=True)), MODEL)
    trim()
    return Embeddings()


@stage("embed-images", version=3)
def embed_pictures(space: Workspace, encoder: NamedModel, pictures: Pictures) -> Embeddings:
    """Embed images and keep a thumbnail of each."""
    shards = pictures.shards(PICTURES_PER_SHARD)
    alone = encodes_alone(encoder.name)
    groups = [shard.keys if alone else len(shard) * [digest("images", *shard.keys)] for shard in shards]
    kept = kept_for(_made_by(encoder, embed_pictures), groups)
    space.parts(partial(_embed_pictures, encoder.name), list(zip(shards, kept, strict=True)), MODEL)
    trim()
    return Embeddings()


def _made_by(encoder: NamedModel, stage: Stage[..., Embeddings]) -> str:
    """Key of what decides about vectors beside the contents."""
    return digest("vectors", encoder.key, stage.name, str(stage.version), version("torch"))


def thumbnail(picture: Image.Image) -> NDArray[np.uint8]:
    """The whole image as a small square."""
    return np.asarray(picture.resize((THUMBNAIL, THUMBNAIL), Image.Resampling.BOX))


class _Projection:
    """Principal components of a sample, or the identity."""

    def __init__(self, sample: NDArray[np.float32] | None, dimensions: int) -> None:
        self._pca = None
        if sample is not None:
            from sklearn.decomposition import PCA

            with threadpool_limits(1):
                self._pca = PCA(min(dimensions, *sample.shape), svd_solver="covariance_eigh").fit(sample)

    def __call__(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        if self._pca is None:
            return vectors
        with threadpool_limits(1):
            return unit(self._pca.transform(vectors).astype(np.float32))


def _projection(parts: list[Path], dimensions: int | None) -> _Projection:
    if dimensions is None or not parts or _vectors(parts[0]).shape[1] <= dimensions:
        return _Projection(None, 0)
    # Keys are hashes and parts are sorted by key: the first parts are a random sample, the same on every machine.
    sample: list[NDArray[np.float32]] = []
    for part in parts:
        if sum(map(len, sample)) >= PCA_SAMPLE:
            break
        sample.append(_vectors(part))
    return _Projection(np.concatenate(sample), dimensions)


def _vectors(part: Path) -> NDArray[np.float32]:
    column = pq.read_table(part, columns=["vector"]).column(0).combine_chunks()
    values = column.flatten().to_numpy(zero_copy_only=False)
    return values.reshape(len(column), -1).astype(np.float32)  # type: ignore[no-any-return]


def _embed_texts(encoder: str, shard: tuple[list[tuple[str, str]], Kept], path: Path) -> None:
    texts, kept = shard

    def make(places: list[int]) -> Vectors:
        return Vectors(text_encoder(encoder).encode([texts[place][1] for place in places]).astype(np.float16))

    vectors = kept.embed(make)
    write_table(path, pa.table({"key": [key for key, _ in texts], "vector": _column(vectors.values)}))


def _embed_pictures(encoder: str, shard: tuple[Pictures, Kept], path: Path) -> None:
    pictures, kept = shard

    def make(places: list[int]) -> Vectors:
        model, keys = image_encoder(encoder), pictures.keys
        blocks, small = [], []
        for batch in pictures.part(keys[place] for place in places).batches(PICTURES_PER_BATCH):
            blocks.append(model.encode(batch).astype(np.float16))
            small += [thumbnail(picture).tobytes() for picture in batch]
        return Vectors(np.concatenate(blocks), small)

    found = kept.embed(make)
    columns = {"key": pictures.keys, "vector": _column(found.values), "thumbnail": found.thumbnails}
    write_table(path, pa.table(columns))


def _column(vectors: NDArray[np.float16]) -> pa.Array:
    return pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), vectors.shape[1])
