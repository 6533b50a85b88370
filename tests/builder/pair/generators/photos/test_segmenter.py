"""A box becomes a mask: SAM's real classes with a few random weights, saved to a folder and loaded from it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.builder.pair.generators.photos import toy
from twokeys.builder.pair.generators.photos.plans import Scene, removals
from twokeys.builder.pair.generators.photos.removal import inpainting, widened
from twokeys.builder.pair.generators.photos.segmenter import Segmenter, segmenter
from twokeys.builder.pair.generators.photos.things import Known, Thing, mask_of, outline_of, within
from twokeys.builder.pair.generators.registry import make
from twokeys.core.errors import BadInput

pytest.importorskip("cv2")
pytest.importorskip("pycocotools.mask")
SIDE = 64
"""The model sees pictures scaled to so many pixels on the longer side."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> str:
    from transformers import (
        SamConfig,
        SamMaskDecoderConfig,
        SamModel,
        SamProcessor,
        SamPromptEncoderConfig,
        SamVisionConfig,
    )
    from transformers.models.sam.image_processing_pil_sam import SamImageProcessorPil

    torch.manual_seed(0)
    vision = SamVisionConfig(
        hidden_size=16, output_channels=16, num_hidden_layers=1, num_attention_heads=2, image_size=SIDE, patch_size=8,
        window_size=2, global_attn_indexes=[0], mlp_dim=16, num_pos_feats=8,
    )  # fmt: skip
    prompts = SamPromptEncoderConfig(hidden_size=16, image_size=SIDE, patch_size=8, mask_input_channels=4)
    decoder = SamMaskDecoderConfig(hidden_size=16, mlp_dim=16, num_hidden_layers=1, num_attention_heads=2,
                                   iou_head_hidden_dim=16)  # fmt: skip
    model = SamModel(SamConfig(vision_config=vision, prompt_encoder_config=prompts, mask_decoder_config=decoder))
    path = tmp_path_factory.mktemp("sam")
    model.save_pretrained(path)
    sides = {"height": SIDE, "width": SIDE}
    SamProcessor(SamImageProcessorPil(size={"longest_edge": SIDE}, pad_size=sides)).save_pretrained(path)
    return str(path)


def test_a_mask_has_the_size_of_its_picture_and_stays_around_its_box(folder):
    pixels, thing = toy.photo([("plum", 60, 50)]), Thing("plum", (50, 40, 71, 61))
    mask = segmenter(folder)(thing, pixels)
    assert mask.shape == (toy.HEIGHT, toy.WIDTH)
    assert mask.sum() >= 0.2 * 21 * 21
    assert not (mask & ~within(thing.box, pixels, grown=True)).any()
    assert np.array_equal(mask, segmenter(folder)(thing, pixels))


@pytest.mark.parametrize("size", [(96, 128), (128, 96), (64, 160), (97, 61)])
def test_what_the_model_marks_in_its_own_pixels_comes_back_where_the_box_is(folder, size):
    """The decoder is made to mark exactly the box that it is prompted with, in the pixels of its own small map."""
    found = segmenter(folder)
    prompted = []

    def marks_its_prompt(module, args, given, output):
        x0, y0, x1, y1 = (given["input_boxes"][0, 0] / SIDE * output.pred_masks.shape[-1]).tolist()
        prompted.append(given["input_boxes"][0, 0].tolist())
        ys, xs = torch.meshgrid(*(torch.arange(side) + 0.5 for side in output.pred_masks.shape[-2:]), indexing="ij")
        inside = (xs > x0) & (xs < x1) & (ys > y0) & (ys < y1)
        output.pred_masks = torch.where(inside, 1.0, -1.0)[None, None, None]
        return output

    hook = found.module.register_forward_hook(marks_its_prompt, with_kwargs=True)
    height, width = size
    box = (width // 4, height // 2, width // 2, height - height // 8)
    try:
        mask = found(Thing("plum", box), np.zeros((height, width, 3), dtype=np.uint8))
    finally:
        hook.remove()
    scale = SIDE / max(size)
    assert prompted[0] == pytest.approx([side * scale for side in box], abs=1)
    ys, xs = np.nonzero(mask)
    step = 4 * max(size) / SIDE  # one pixel of the small map
    assert (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1) == pytest.approx(box, abs=step)


def test_an_outline_that_is_known_is_taken_as_it_is(folder):
    thing = Thing("plum", (51, 41, 70, 60), outline_of(toy.disc(60, 50)))
    assert np.array_equal(segmenter(folder)(thing, toy.photo([])), toy.disc(60, 50))


def test_where_the_model_marks_nothing_the_box_is_the_mask(folder):
    found = segmenter(folder)

    def marks_nothing(module, args, output):
        output.pred_masks = torch.full_like(output.pred_masks, -1.0)
        return output

    hook = found.module.register_forward_hook(marks_nothing)
    thing, pixels = Thing("plum", (50, 40, 71, 61)), toy.photo([])
    try:
        assert np.array_equal(found(thing, pixels), within(thing.box, pixels))
    finally:
        hook.remove()


def test_a_detected_box_is_removed_by_its_mask(folder, tmp_path):
    generator = make("photo-edits", {"operations": ["remove"], "detector": "eyes", "segmenter": folder})
    located = generator.located(lambda name: tmp_path / name)
    assert isinstance(located.cut, Segmenter)
    assert "@" in located.segmenter_stamp
    assert repr(located) != repr(replace(located, segmenter_stamp="other"))
    pixels = toy.photo([("plum", 60, 50)])
    scene = Scene(pixels, Known((Thing("plum", (50, 40, 71, 61)),), frozenset({"plum"}), annotated=False),
                  (0.001, 0.5), located.cut)  # fmt: skip
    (plan,) = removals(scene, "plum", False, inpainting("telea"))
    changed = (plan.paint() != pixels).any(axis=2)
    mask = scene.mask(scene.known.things[0])
    assert not (changed & ~widened(mask)).any()
    assert (changed & mask).sum() > 0.9 * mask.sum()
    assert not np.array_equal(mask, mask_of(scene.known.things[0], pixels))  # GrabCut would find the disc


def test_a_segmenter_that_is_not_there_is_named_with_what_fetches_it(tmp_path):
    with pytest.raises(BadInput, match="hf download"):
        segmenter(str(tmp_path))
