"""The stage of planted images: the details of each image with a cue of each kind planted in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from twokeys.builder.certify.audited.planting import SEEN, in_picture
from twokeys.builder.measure import details
from twokeys.builder.read.pictures import Pictures
from twokeys.builder.run.files import write_table
from twokeys.builder.run.results import Parts
from twokeys.builder.run.stages import Workspace, stage
from twokeys.core.pictures.decoding import decode

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float32]]
PICTURES_PER_SHARD = 128


@dataclass(frozen=True, eq=False)
class PlantedPictures(Parts):
    """Details of images, by key, with a 0 and with a 1 of every kind of cue."""

    def of(self, kind: str, keys: pd.Index[str]) -> Floats:
        """(n, 2, `details.WIDTH`) details of some images with a 0 and with a 1 of one kind."""
        planted = np.zeros((len(keys), 2, details.WIDTH), dtype=np.float32)
        for part in self.parts:
            table = pq.read_table(part, columns=["key", kind])
            place = keys.get_indexer(pd.Index(table["key"].to_pylist()))
            cells = b"".join(table[kind].to_pylist())
            values = np.frombuffer(cells, dtype=np.float32).reshape(-1, 2, details.WIDTH)
            planted[place[place >= 0]] = values[place >= 0]
        return planted


@stage("planted-pictures", version=4)
def planted_pictures(space: Workspace, pictures: Pictures) -> PlantedPictures:
    """Plant a 0 and a 1 of every kind in every image."""
    space.parts(_write, pictures.shards(PICTURES_PER_SHARD))
    return PlantedPictures()


def _write(shard: Pictures, path: Path) -> None:
    columns: dict[str, list[Any]] = {"key": shard.keys} | {kind: [] for kind in SEEN}
    for key in shard.keys:
        data = shard.read(key)
        image = np.asarray(decode(data, shard.locator(key), shard.limits))
        whole = {"file": details.of_file(data)} | details.of_pixels(image)
        plain = details.replaced(np.zeros(details.WIDTH, dtype=np.float32), whole)
        for kind in SEEN:
            changed = [details.replaced(plain, groups) for groups in in_picture(kind, image, data)]
            columns[kind].append(np.stack(changed).tobytes())
    write_table(path, pa.table(columns))
