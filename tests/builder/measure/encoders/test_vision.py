"""Any transformers vision model as an encoder, on tiny models that are made here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import (
    CLIPConfig,
    CLIPImageProcessor,
    CLIPModel,
    Dinov2Config,
    Dinov2Model,
    ViTConfig,
    ViTImageProcessor,
    ViTModel,
)

from twokeys.builder.measure.encoders.vision import VisionEncoder
from twokeys.core.errors import BadInput

SMALL = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
PATCHES = {"image_size": 32, "patch_size": 16}


def vit(pooled: bool) -> torch.nn.Module:
    return ViTModel(ViTConfig(**SMALL, **PATCHES), add_pooling_layer=pooled)


def dino() -> torch.nn.Module:
    return Dinov2Model(Dinov2Config(**SMALL, **PATCHES))


def clip() -> torch.nn.Module:
    text = {**SMALL, "vocab_size": 50, "max_position_embeddings": 8}
    return CLIPModel(CLIPConfig(text_config=text, vision_config={**SMALL, **PATCHES}, projection_dim=8))


MODELS: dict[str, Callable[[], torch.nn.Module]] = {
    "vit": lambda: vit(True),
    "vit without a pooler": lambda: vit(False),
    "vit in 16 bits": lambda: vit(True).to(torch.bfloat16),
    "dinov2": dino,
    "clip": clip,
}


@pytest.fixture(params=MODELS)
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    torch.manual_seed(0)
    MODELS[request.param]().save_pretrained(tmp_path)
    if request.param == "clip":
        processor = CLIPImageProcessor(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32})
    else:
        processor = ViTImageProcessor(size={"height": 32, "width": 32})
    processor.save_pretrained(tmp_path)
    return str(tmp_path)


def test_vectors_have_length_one_and_do_not_depend_on_the_batch(folder: str, shapes: list[Image.Image]) -> None:
    encoder = VisionEncoder(folder)
    vectors = encoder.encode(shapes[:5], batch=2)
    assert (vectors.shape, vectors.dtype) == ((5, 16), np.float32)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(5), abs=1e-5)
    assert encoder.encode(shapes[:5], batch=16) == pytest.approx(vectors, abs=1e-5)
    assert np.ptp(vectors, axis=0).max() > 1e-4  # different pictures, different vectors


def test_every_process_gets_the_same_vectors(folder: str, shapes: list[Image.Image]) -> None:
    # What a checkpoint lacks, transformers fills with random numbers: nothing of that may reach the vectors.
    one, other = (VisionEncoder(folder).encode(shapes[:2]) for _ in range(2))
    assert (one == other).all()


def test_pictures_of_any_size_and_mode_are_encoded(folder: str) -> None:
    picture = Image.new("RGB", (40, 20), "teal")
    palette = Image.new("RGB", (40, 20), (0, 255, 0)).convert("P")
    pictures = [picture, picture.convert("RGBA"), palette, palette.convert("RGB"), Image.new("L", (3, 50))]
    vectors = VisionEncoder(folder).encode(pictures)
    assert vectors.shape == (5, 16)
    assert vectors[1] == pytest.approx(vectors[0], abs=1e-5)
    assert vectors[3] == pytest.approx(vectors[2], abs=1e-5)


def test_a_checkpoint_that_lacks_weights_is_refused(tmp_path: Path) -> None:
    model = vit(True)
    model.save_pretrained(tmp_path, state_dict={k: v for k, v in model.state_dict().items() if "patch" not in k})
    ViTImageProcessor(size={"height": 32, "width": 32}).save_pretrained(tmp_path)
    with pytest.raises(BadInput, match=r"its weights lack .*patch_embeddings"):
        VisionEncoder(str(tmp_path))


def test_a_checkpoint_in_16_bits_is_computed_with_in_32(tmp_path: Path, shapes: list[Image.Image]) -> None:
    torch.manual_seed(0)
    model = vit(True).to(torch.bfloat16)
    for name, dtype in (("short", torch.bfloat16), ("long", torch.float32)):
        model.to(dtype).save_pretrained(tmp_path / name)
        ViTImageProcessor(size={"height": 32, "width": 32}).save_pretrained(tmp_path / name)
    short, long = (VisionEncoder(str(tmp_path / name)).encode(shapes[:2]) for name in ("short", "long"))
    assert short == pytest.approx(long, abs=1e-6)
