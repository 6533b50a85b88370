"""Untrained reference models: transformers' own classes at about a million weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from twokeys.audit.models.generative import Generative
from twokeys.audit.reference import vocabulary
from twokeys.core.errors import BadInput

FAMILIES = ("llava", "qwen", "internvl")
SIDE = 64
"""Pixels of an image's side."""
HIDDEN, HEADS, LAYERS, VISION_LAYERS = 128, 4, 3, 2
MEAN, STD = [0.9, 0.9, 0.9], [0.2, 0.2, 0.2]
"""Pixels become (x - .9) / .2: the images' background is bright, and is near 0 then."""


def untrained(family: str, seed: int) -> Generative:
    """A model of one family with random weights, a function of the seed.

    Raises:
        BadInput: When there is no such family.
    """
    import torch

    if family not in FAMILIES:
        raise BadInput("--family", None, f"there is no family {family!r}", ", ".join(FAMILIES), "name one of these")
    tokenizer = vocabulary.tokenizer(family)
    torch.manual_seed(seed)
    module = _module(family, tokenizer)
    module.generation_config.max_new_tokens = 1
    module.generation_config.eos_token_id = tokenizer.eos_token_id
    return wrapped(family, module, tokenizer, _images(family), f"untrained:{family}")


def wrapped(family: str, module: Any, tokenizer: Any, images: Any, name: str) -> Generative:
    """A module of one family behind the seam; reference models are asked without an instruction."""
    from twokeys.audit.models.internvl import InternVL
    from twokeys.audit.models.llava import Llava
    from twokeys.audit.models.qwen import Qwen

    kinds: dict[str, type[Generative]] = {"llava": Llava, "qwen": Qwen, "internvl": InternVL}
    return kinds[family](module, tokenizer, images, tokenizer.chat_template, name, instruction="")


def save(model: Generative, folder: Path) -> None:
    """Write a model as transformers would read it, weights as 16-bit floats."""
    import torch

    folder.mkdir(parents=True, exist_ok=True)
    module: Any = model.module
    module.to(torch.float16).save_pretrained(folder)
    module.to(torch.float32)
    model.tokenizer.save_pretrained(folder)
    model.images.save_pretrained(folder)


def _module(family: str, tokenizer: Any) -> Any:
    """Transformers' own class of the family, with random weights."""
    text = {
        "vocab_size": len(tokenizer),
        "hidden_size": HIDDEN,
        "intermediate_size": 2 * HIDDEN,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "num_key_value_heads": HEADS,
        "max_position_embeddings": 512,
        "pad_token_id": tokenizer.pad_token_id,
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "tie_word_embeddings": False,
    }
    image = tokenizer.convert_tokens_to_ids(vocabulary.IMAGE[family])
    marks = [tokenizer.convert_tokens_to_ids(mark) for mark in vocabulary.MARKS[family]]
    return {"llava": _llava, "qwen": _qwen, "internvl": _internvl}[family](text, image, marks)


def _llava(text: dict[str, Any], image: int, marks: list[int]) -> Any:
    """SigLIP and Llama: 16 patches of 16 pixels' side, an image token each."""
    from transformers import LlavaConfig, LlavaForConditionalGeneration

    vision = {
        "model_type": "siglip_vision_model",
        "hidden_size": HIDDEN,
        "intermediate_size": 2 * HIDDEN,
        "num_hidden_layers": VISION_LAYERS,
        "num_attention_heads": HEADS,
        "image_size": SIDE,
        "patch_size": 16,
        "vision_use_head": False,
    }
    return LlavaForConditionalGeneration(
        LlavaConfig(
            vision_config=vision,
            text_config={"model_type": "llama", **text},
            image_token_index=image,
            image_seq_length=16,
            vision_feature_select_strategy="full",
            vision_feature_layer=-1,
        )
    )


def _internvl(text: dict[str, Any], image: int, marks: list[int]) -> Any:
    """InternViT and Qwen2: 64 patches of 8 pixels' side, four to an image token."""
    from transformers import InternVLConfig, InternVLForConditionalGeneration

    vision = {
        "hidden_size": HIDDEN,
        "intermediate_size": 2 * HIDDEN,
        "num_hidden_layers": VISION_LAYERS,
        "num_attention_heads": HEADS,
        "image_size": [SIDE, SIDE],
        "patch_size": [8, 8],
        "use_mean_pooling": True,
        "layer_scale_init_value": 1.0,
    }
    return InternVLForConditionalGeneration(
        InternVLConfig(
            vision_config=vision,
            text_config={"model_type": "qwen2", **text},
            image_token_id=image,
            image_seq_length=16,
            downsample_ratio=0.5,
        )
    )


def _qwen(text: dict[str, Any], image: int, marks: list[int]) -> Any:
    """Qwen2.5-VL: 64 patches of 8 pixels' side in windows, merge blocks of four."""
    from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration

    rope = {"rope_type": "default", "mrope_section": [4, 6, 6], "rope_theta": 10000.0}
    vision = {
        "depth": VISION_LAYERS,
        "hidden_size": HIDDEN,
        "out_hidden_size": HIDDEN,
        "intermediate_size": 2 * HIDDEN,
        "num_heads": HEADS,
        "patch_size": 8,
        "spatial_merge_size": 2,
        "temporal_patch_size": 2,
        "window_size": 32,
        "fullatt_block_indexes": [VISION_LAYERS - 1],
    }
    return Qwen2_5_VLForConditionalGeneration(
        Qwen2_5_VLConfig(
            vision_config=vision,
            text_config={**text, "rope_parameters": rope},
            image_token_id=image,
            vision_start_token_id=marks[0],
            vision_end_token_id=marks[1],
            video_token_id=marks[2],
        )
    )


def _images(family: str) -> Any:
    from transformers import GotOcr2ImageProcessorPil, Qwen2VLImageProcessorPil, SiglipImageProcessorPil

    size, look = {"height": SIDE, "width": SIDE}, dict[str, Any](image_mean=MEAN, image_std=STD)
    if family == "llava":
        return SiglipImageProcessorPil(size=size, **look)
    if family == "internvl":
        return GotOcr2ImageProcessorPil(size=size, crop_to_patches=True, max_patches=4, **look)
    pixels = {"shortest_edge": SIDE * SIDE, "longest_edge": 4 * SIDE * SIDE}
    return Qwen2VLImageProcessorPil(size=pixels, patch_size=8, merge_size=2, temporal_patch_size=2, **look)
