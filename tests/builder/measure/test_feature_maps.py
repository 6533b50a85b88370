"""Feature maps are the packaged network cut before its last stage, once per picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from tests.hashed import hashed
from twokeys.builder.measure.encoders.efficientnet import EfficientNetLite0, last_stage, prepare
from twokeys.builder.measure.feature_maps import CHANNELS, ENCODER, SIDE, feature_maps, weights
from twokeys.builder.read.pictures import Pictures
from twokeys.builder.run.keys import NamedModel
from twokeys.builder.run.stages import Run
from twokeys.core.pictures.limits import Images


def test_the_last_stage_on_top_of_the_maps_is_the_network(
    efficientnet: EfficientNetLite0, photos: dict[str, Image.Image], shapes: list[Image.Image]
) -> None:
    pictures = [*photos.values(), *shapes[:2]]
    maps = torch.from_numpy(efficientnet.maps(pictures)).float().permute(0, 3, 1, 2)
    with torch.inference_mode():
        joined = last_stage(weights())(maps)
        whole = efficientnet.forward(torch.from_numpy(np.stack([prepare(one) for one in pictures]))).cpu()
    assert joined == pytest.approx(whole, abs=0.02, rel=0.02)  # 16-bit floats lie between


def test_every_picture_is_looked_at_once(
    efficientnet: EfficientNetLite0, shapes: list[Image.Image], limits: Images, tmp_path: Path
) -> None:
    for number in range(3):
        shapes[number].save(tmp_path / f"{number}.png")
    table = pd.DataFrame(
        {"image_key": ["b", "c", "a"], "source": "toy", "image": [f"file:{number}.png" for number in range(3)]}
    )
    pictures = Pictures(hashed(table, tmp_path), {"toy": tmp_path}, limits)
    run = Run(tmp_path / "run")
    model = NamedModel(ENCODER, "1")
    made = feature_maps(run, model, pictures)
    found = made.of(pd.Index(["c", "b"]))
    assert found.shape == (2, SIDE * SIDE * CHANNELS)
    assert found.dtype == np.float16
    direct = efficientnet.maps([shapes[1], shapes[0]]).reshape(2, -1)
    assert found.astype(float) == pytest.approx(direct.astype(float), abs=0.02, rel=0.02)
    assert feature_maps(run, model, pictures).key == made.key
    assert run.seconds.keys() == {"feature-maps"}
