"""The stage of feature maps: what the last stage of the packaged network sees of every image, once, in shards.

All that comes before the last stage stays as it was trained on ImageNet, so it sees no label and can be shared by all
folds; `twokeys.builder.measure.baselines.finetuned` trains the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from twokeys.builder.measure.encoders import image_encoder, package_folder
from twokeys.builder.read.pictures import Pictures
from twokeys.builder.run.files import write_table
from twokeys.builder.run.keys import NamedModel
from twokeys.builder.run.needs import Needs
from twokeys.builder.run.results import Parts
from twokeys.builder.run.stages import Workspace, stage

if TYPE_CHECKING:
    from twokeys.builder.measure.encoders.efficientnet import EfficientNetLite0

ENCODER, WEIGHTS = "packaged:efficientnet-lite0", "efficientnet-lite0-57934424.pth"
SIDE, CHANNELS = 7, 192
PICTURES_PER_SHARD, PICTURES_PER_BATCH = 256, 32


def weights() -> Path:
    """The weights file.

    Raises:
        MissingPackage: When the package that brings it is not installed.
    """
    return package_folder(ENCODER) / WEIGHTS


@dataclass(frozen=True, eq=False)
class FeatureMaps(Parts):
    """Feature maps of images, by key."""

    def of(self, keys: pd.Index[str]) -> NDArray[np.float16]:
        """Maps of some images, (n, SIDE * SIDE * CHANNELS); memory holds them and one part."""
        found = np.zeros((len(keys), SIDE * SIDE * CHANNELS), dtype=np.float16)
        for part in self.parts:
            table = pq.read_table(part)
            place = keys.get_indexer(pd.Index(table["key"].to_pylist()))
            wanted = np.flatnonzero(place >= 0)
            cells = table["maps"].take(wanted).to_pylist()
            found[place[wanted]] = np.frombuffer(b"".join(cells), dtype=np.float16).reshape(len(wanted), -1)
        return found


@stage("feature-maps", version=2)
def feature_maps(space: Workspace, encoder: NamedModel, pictures: Pictures) -> FeatureMaps:
    """Make the maps of all images by the packaged encoder."""
    space.parts(_write_maps, pictures.shards(PICTURES_PER_SHARD), Needs(gpus=1))
    return FeatureMaps()


def _write_maps(shard: Pictures, path: Path) -> None:
    model, cells = cast("EfficientNetLite0", image_encoder(ENCODER)), []
    for batch in shard.batches(PICTURES_PER_BATCH):
        cells += [maps.tobytes() for maps in model.maps(batch)]
    write_table(path, pa.table({"key": shard.keys, "maps": pa.array(cells, type=pa.binary())}))
