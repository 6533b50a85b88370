"""Inpainting by a diffusion pipeline: the real loading code on a tiny random pipeline that was saved to a folder."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tests.builder.pair.generators.photos import toy
from twokeys.builder.pair.generators.photos.diffusion import Diffusion, diffusion
from twokeys.builder.pair.generators.photos.removal import inpainting
from twokeys.core.errors import BadInput

diffusers = pytest.importorskip("diffusers")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> str:
    """Stable Diffusion's inpainting pipeline with a few random weights."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import CLIPTextConfig, CLIPTextModel, PreTrainedTokenizerFast

    torch.manual_seed(0)
    words = {word: number for number, word in enumerate(["<s>", "</s>", "background"])}
    tokens = Tokenizer(models.WordLevel(words, unk_token="</s>"))
    tokens.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=tokens, bos_token="<s>", eos_token="</s>", pad_token="</s>", model_max_length=8
    )
    text = CLIPTextConfig(
        vocab_size=3, hidden_size=32, intermediate_size=37, num_hidden_layers=1, num_attention_heads=4,
        max_position_embeddings=8, bos_token_id=0, eos_token_id=1,
    )  # fmt: skip
    pipeline = diffusers.StableDiffusionInpaintPipeline(
        vae=diffusers.AutoencoderKL(
            block_out_channels=(8, 16), norm_num_groups=4, latent_channels=4,
            down_block_types=("DownEncoderBlock2D",) * 2, up_block_types=("UpDecoderBlock2D",) * 2,
        ),
        text_encoder=CLIPTextModel(text),
        tokenizer=tokenizer,
        unet=diffusers.UNet2DConditionModel(
            block_out_channels=(8, 16), norm_num_groups=4, layers_per_block=1, sample_size=32, in_channels=9,
            out_channels=4, cross_attention_dim=32, attention_head_dim=4,
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        ),
        scheduler=diffusers.DDIMScheduler(),
        safety_checker=None, feature_extractor=None, requires_safety_checker=False,
    )  # fmt: skip
    path = tmp_path_factory.mktemp("pipeline")
    pipeline.save_pretrained(path)
    return str(path)


def test_a_pipeline_fills_the_mask_and_nothing_else(folder):
    fill = inpainting(folder)
    assert isinstance(fill, Diffusion)
    fill._steps = 2
    pixels, mask = toy.photo([("apple", 110, 50)]), toy.disc(110, 50, 12)
    none = np.zeros_like(mask)
    new = fill(pixels, mask, none)
    assert np.array_equal(new[~mask], pixels[~mask])
    assert (new[mask] != pixels[mask]).any(axis=1).mean() > 0.9
    assert np.array_equal(fill(pixels, mask, none), new)


def test_what_is_no_pipeline_is_named(tmp_path):
    with pytest.raises(BadInput, match="diffusers pipeline"):
        diffusion(str(tmp_path))
