"""Each family at the size of its 7B-class models, without weights: shapes run through, masks line up."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import (
    CLIPImageProcessorPil,
    GotOcr2ImageProcessorPil,
    InternVLConfig,
    InternVLForConditionalGeneration,
    LlavaConfig,
    LlavaForConditionalGeneration,
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
    Qwen2VLConfig,
    Qwen2VLForConditionalGeneration,
    Qwen2VLImageProcessorPil,
)

from twokeys.audit.models.generative import Generative
from twokeys.audit.models.internvl import InternVL
from twokeys.audit.models.layout import Layout
from twokeys.audit.models.llava import Llava
from twokeys.audit.models.qwen import Qwen
from twokeys.audit.reference.vocabulary import tokenizer

VOCABULARY = 152_064
SEVEN_B = {
    "hidden_size": 3584, "intermediate_size": 18944, "num_hidden_layers": 28, "num_attention_heads": 28,
    "num_key_value_heads": 4, "vocab_size": VOCABULARY, "max_position_embeddings": 32768,
}  # fmt: skip
ROPE = {"rope_type": "default", "mrope_section": [16, 24, 24], "rope_theta": 1e6}


def llava() -> tuple[Any, type[Generative], Any]:
    """LLaVA-1.5-7B: CLIP ViT-L/14 at 336, Vicuna-7B."""
    vision = {
        "model_type": "clip_vision_model", "hidden_size": 1024, "intermediate_size": 4096, "num_hidden_layers": 24,
        "num_attention_heads": 16, "image_size": 336, "patch_size": 14, "projection_dim": 768,
    }  # fmt: skip
    text = {"model_type": "llama", "vocab_size": 32064}
    config = LlavaConfig(vision_config=vision, text_config=text, image_token_index=6, image_seq_length=576)
    images = CLIPImageProcessorPil(size={"shortest_edge": 336}, crop_size={"height": 336, "width": 336})
    return LlavaForConditionalGeneration(config), Llava, images


def qwen2() -> tuple[Any, type[Generative], Any]:
    """Qwen2-VL-7B."""
    vision = {"depth": 32, "embed_dim": 1280, "hidden_size": 3584, "num_heads": 16, "patch_size": 14}
    text = {**SEVEN_B, "rope_parameters": ROPE}
    return Qwen2VLForConditionalGeneration(Qwen2VLConfig(vision_config=vision, text_config=text, **IDS)), Qwen, fine()


def qwen2_5() -> tuple[Any, type[Generative], Any]:
    """Qwen2.5-VL-7B."""
    vision = {
        "depth": 32, "hidden_size": 1280, "out_hidden_size": 3584, "intermediate_size": 3420, "num_heads": 16,
        "patch_size": 14, "window_size": 112, "fullatt_block_indexes": [7, 15, 23, 31],
    }  # fmt: skip
    config = Qwen2_5_VLConfig(vision_config=vision, text_config={**SEVEN_B, "rope_parameters": ROPE}, **IDS)
    return Qwen2_5_VLForConditionalGeneration(config), Qwen, fine()


def internvl() -> tuple[Any, type[Generative], Any]:
    """InternVL3-8B: InternViT-300M at 448, up to 12 tiles and a thumbnail."""
    vision = {
        "hidden_size": 1024, "intermediate_size": 4096, "num_hidden_layers": 24, "num_attention_heads": 16,
        "image_size": [448, 448], "patch_size": [14, 14],
    }  # fmt: skip
    config = InternVLConfig(vision_config=vision, text_config={"model_type": "qwen2", **SEVEN_B}, image_token_id=6)
    return (
        InternVLForConditionalGeneration(config),
        InternVL,
        GotOcr2ImageProcessorPil(size={"height": 448, "width": 448}),
    )


IDS = {"image_token_id": 6, "vision_start_token_id": 7, "vision_end_token_id": 8, "video_token_id": 9}


def fine() -> Any:
    return Qwen2VLImageProcessorPil(size={"shortest_edge": 56 * 56, "longest_edge": 28 * 28 * 1280})


@pytest.mark.parametrize(
    ("made", "family", "rows", "columns", "tokens", "tiles"),
    [
        (llava, "llava", 24, 24, 576, 1),
        (qwen2, "qwen", 17, 23, 391, 1),
        (qwen2_5, "qwen", 17, 23, 391, 1),
        (internvl, "internvl", 48, 64, 13 * 256, 13),
    ],
)
def test_masks_line_up(made: Any, family: str, rows: int, columns: int, tokens: int, tiles: int) -> None:
    """A photograph of 640 by 480 pixels."""
    with torch.device("meta"):
        module, kind, images = made()
    assert 6e9 < sum(weight.numel() for weight in module.parameters()) < 10e9
    words = tokenizer(family)
    model = kind(module, words, images, words.chat_template)
    layout = model.layout(640, 480)
    assert (layout.rows, layout.columns, len(layout.spread)) == (rows, columns, tokens)
    pixels = images(images=[photograph(layout, 0)], return_tensors="pt", **tiled(family))["pixel_values"]
    if family == "qwen":
        pixels = model.unfold(pixels, 2 * rows, 2 * columns)  # type: ignore[attr-defined]
    assert pixels.shape[0] == layout.owner.shape[0] == tiles
    assert pixels.shape[-2:] == layout.owner.shape[-2:]
    features = _features(model, torch.empty((2, *pixels.shape), device="meta"))
    assert features.shape == (2, tokens, module.config.text_config.hidden_size)
    assert model.image_text(layout).count(model.placeholder) == tokens
    for patch in (0, columns + 1, rows * columns // 2, rows * columns - 1):
        assert brightest(model, images, family, layout, patch) == patch


def _features(model: Generative, pixels: torch.Tensor) -> torch.Tensor:
    """Features without weights. Qwen's tower reads its grid as numbers, so there its two ends are run alone."""
    if not isinstance(model, Qwen):
        return model.features(pixels)
    tower: Any = model.vision
    merged: torch.Tensor = tower.merger(tower.patch_embed(model.fold(pixels[:, 0])))
    return merged.unflatten(0, (2, -1))


def photograph(layout: Layout, patch: int) -> Image.Image:
    """Black but for one patch's box."""
    left, top, right, bottom = layout.boxes[patch].round().astype(int)
    drawn = np.zeros((480, 640, 3), dtype=np.uint8)
    drawn[top:bottom, left:right] = 255
    return Image.fromarray(drawn)


def brightest(model: Generative, images: Any, family: str, layout: Layout, patch: int) -> int:
    """The patch whose pixels are brightest when it alone is bright, in all tiles together and in the thumbnail."""
    pixels = images(images=[photograph(layout, patch)], return_tensors="pt", **tiled(family))["pixel_values"]
    if family == "qwen":
        pixels = model.unfold(pixels, 2 * layout.rows, 2 * layout.columns)  # type: ignore[attr-defined]
    count = layout.from_pixels(torch.ones_like(pixels)[None])
    found = {int((layout.from_pixels(pixels[None].float()) / count)[0].argmax())}
    if len(pixels) > 1:
        only = torch.zeros_like(pixels)
        only[-1] = pixels[-1] - pixels[-1].min()
        found.add(int(layout.from_pixels(only[None])[0].argmax()))
    assert len(found) == 1
    return found.pop()


def tiled(family: str) -> dict[str, bool]:
    return {"crop_to_patches": True} if family == "internvl" else {}
