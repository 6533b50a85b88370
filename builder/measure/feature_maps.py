"""The stage of feature maps: what the last stage of the packaged network sees of every picture, once, in shards.

All that comes before the last stage stays as it was trained on ImageNet, so it sees no label and can be shared by all
folds; `twokeys.builder.measure.baselines.finetuned` trains the rest.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from twokeys.builder.measure.encoders import identity, package_folder
from twokeys.builder.read import locators
from twokeys.builder.run.stages import Run, Stage, write_table
from twokeys.core.pictures.limits import Images

ENCODER, WEIGHTS = "packaged:efficientnet-lite0", "efficientnet-lite0-57934424.pth"
SIDE, CHANNELS = 7, 192
PICTURES_PER_SHARD = 256


def weights() -> Path:
    """The weights file.

    Raises:
        MissingPackage: When the package that brings it is not installed.
    """
    return package_folder(ENCODER) / WEIGHTS


def feature_maps(run: Run, pictures: pd.DataFrame, roots: dict[str, Path], limits: Images) -> Stage:
    """Make the maps of all pictures.

    Args:
        run: The build under way.
        pictures: Table with `image_key`, `source`, `image` (locator), one row per key.
        roots: Corpus name -> folder of its locators.
        limits: Limits before decoding.
    """
    rows = list(pictures.sort_values("image_key")[["image_key", "source", "image"]].itertuples(index=False, name=None))
    shards = [rows[start : start + PICTURES_PER_SHARD] for start in range(0, len(rows), PICTURES_PER_SHARD)]

    def work(stage: Stage) -> dict[str, Any]:
        run.parts(stage, partial(_write_maps, roots, limits), shards)
        return {"pictures": len(rows)}

    return run.stage("feature-maps", work, 1, identity(ENCODER), [row[0] for row in rows])


def load(stage: Stage, keys: pd.Index[str]) -> NDArray[np.float16]:
    """Maps of some pictures, (n, SIDE * SIDE * CHANNELS); memory holds them and one part."""
    found = np.zeros((len(keys), SIDE * SIDE * CHANNELS), dtype=np.float16)
    for part in sorted(stage.folder.glob("part-*.parquet")):
        table = pq.read_table(part)
        place = keys.get_indexer(pd.Index(table["key"].to_pylist()))
        wanted = np.flatnonzero(place >= 0)
        cells = table["maps"].take(wanted).to_pylist()
        found[place[wanted]] = np.frombuffer(b"".join(cells), dtype=np.float16).reshape(len(wanted), -1)
    return found


def _write_maps(roots: dict[str, Path], limits: Images, shard: list[tuple[str, str, str]], path: Path) -> None:
    from twokeys.builder.measure.encoders.efficientnet import EfficientNetLite0

    model, cells = EfficientNetLite0(weights()), []
    for start in range(0, len(shard), 32):  # so many decoded pictures are in memory at a time
        batch = [
            locators.decode(locators.read_bytes(locator, roots[source]), locator, limits)
            for _, source, locator in shard[start : start + 32]
        ]
        cells += [maps.tobytes() for maps in model.maps(batch)]
    write_table(path, pa.table({"key": [key for key, _, _ in shard], "maps": pa.array(cells, type=pa.binary())}))
