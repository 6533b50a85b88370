"""Items of several images, of different sizes: every explainer scores the patches of each image in its own place."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import (
    CLIPImageProcessorPil,
    LlavaConfig,
    LlavaForConditionalGeneration,
    Qwen2VLConfig,
    Qwen2VLForConditionalGeneration,
)

from tests.audit.explainers.conftest import Counted
from twokeys.audit.explainers.explainer import Task, for_one_image
from twokeys.audit.explainers.registry import BUILT_IN, named
from twokeys.audit.explainers.rollout import rolled_out
from twokeys.audit.explainers.tower import through_tower
from twokeys.audit.games.synergy import Scores
from twokeys.audit.models.llava import Llava
from twokeys.audit.models.model import Question
from twokeys.audit.models.qwen import Qwen
from twokeys.audit.reference.families import untrained

FIRST, SECOND = (
    Image.fromarray(np.random.default_rng(seed).integers(0, 255, (64, wide, 3), dtype=np.uint8))
    for seed, wide in ((3, 64), (4, 128))
)
QUESTION = Question(FIRST, "is there a red circle?", kind="yes/no", more=(SECOND,))


SLOW = ("cross-shapley", "kernel-shap", "integrated-gradients")


def marked(names):
    return [pytest.param(name, marks=pytest.mark.slow if name in SLOW else ()) for name in names]


@pytest.fixture(scope="module")
def two(model):
    prepared = model.prepare(QUESTION, "yes")
    rng = np.random.default_rng(0)
    return Task(model, prepared, 5, Scores(rng.random(prepared.patches), rng.random(prepared.tokens)))


@pytest.mark.parametrize("name", marked(BUILT_IN))
def test_every_patch_of_every_image_has_a_score(name, two):
    (explainer,) = named([name])
    counted = Counted(two.model)
    found = explainer(Task(counted, two.prepared, two.seed, two.truth))
    assert for_one_image([explainer]) is None
    assert found.image.shape == (sum(len(layout.boxes) for layout in two.prepared.of_images),)
    assert np.isfinite(np.concatenate([found.image, found.text])).all()
    cost = explainer.cost(two.prepared.patches, two.prepared.tokens)
    assert counted.forward <= cost.forward
    assert counted.backward == cost.backward


@pytest.mark.parametrize("name", marked(name for name in BUILT_IN if "sensitivity" in named([name])[0].promises))
@pytest.mark.parametrize("family", ["llava", "qwen", "internvl"])
def test_a_patch_of_the_second_image_that_the_model_cannot_see_gets_nothing(name, family):
    model = untrained(family, 1)
    prepared = model.prepare(QUESTION, "yes")
    own, place = model.features, len(prepared.of_images[0].boxes) + 2
    hidden = prepared.layout.owner == place
    model.features = lambda pixels, *sizes: own(torch.where(hidden[:, None], torch.zeros_like(pixels), pixels), *sizes)
    scores = np.abs(named([name])[0](Task(model, prepared, 5)).image)
    others = np.delete(scores, place)
    assert scores[place] < 1e-3 * others.max()
    assert (others > 0).all()


def test_attention_is_followed_through_the_tower_of_each_image_alone(two):
    """The tower reads one image at a time: what flows to a patch is what flows from the tokens of its own image."""
    prepared, relevance = two.prepared, torch.rand(len(two.prepared.layout.spread), generator=torch.manual_seed(0))
    trace = two.model.trace(prepared, attentions=True)
    flow = rolled_out(layer.weights[0] for layer in trace.vision_attentions)
    whole = through_tower(prepared, relevance, flow)
    start, parts = 0, []
    for picture, layout in zip(QUESTION.pictures, prepared.of_images, strict=True):
        alone = two.model.prepare(Question(picture, QUESTION.question, kind="yes/no"), "yes")
        attentions = two.model.trace(alone, attentions=True).vision_attentions
        own = rolled_out(layer.weights[0] for layer in attentions)
        parts.append(through_tower(alone, relevance[start : start + len(layout.spread)], own))
        start += len(layout.spread)
    torch.testing.assert_close(whole, torch.cat(parts), rtol=1e-3, atol=1e-6)


def qwen2_vl():
    """Qwen2-VL of the size of the reference models; its tower knows no windows."""
    kin = untrained("qwen", 0)
    vision = {"depth": 2, "embed_dim": 64, "hidden_size": 64, "num_heads": 4, "patch_size": 8}
    text = kin.module.config.text_config.to_dict() | {"hidden_size": 64, "intermediate_size": 64}
    text["rope_parameters"] = {"rope_type": "default", "mrope_section": [2, 3, 3], "rope_theta": 10000.0}
    marks = ("image_token_id", "vision_start_token_id", "vision_end_token_id", "video_token_id")
    ids = {name: getattr(kin.module.config, name) for name in marks}
    config = Qwen2VLConfig(vision_config=vision, text_config=text, **ids)
    return Qwen(Qwen2VLForConditionalGeneration(config), kin.tokenizer, kin.images, kin.template, instruction="")


def llava_with_clip():
    """LLaVA whose tower has a class token before the patches and whose processor crops the middle."""
    kin = untrained("llava", 0)
    vision = {
        "model_type": "clip_vision_model", "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2,
        "num_attention_heads": 4, "image_size": 64, "patch_size": 16,
    }  # fmt: skip
    config = LlavaConfig(
        vision_config=vision, text_config=kin.module.config.text_config, image_token_index=kin.image_token,
        image_seq_length=16, vision_feature_layer=-1,
    )  # fmt: skip
    images = CLIPImageProcessorPil(size={"shortest_edge": 64}, crop_size={"height": 64, "width": 64})
    return Llava(LlavaForConditionalGeneration(config), kin.tokenizer, images, kin.template, instruction="")


@pytest.mark.parametrize("made", [qwen2_vl, llava_with_clip])
def test_towers_without_windows_and_with_a_class_token_score_each_image_too(made):
    torch.manual_seed(0)
    model = made()
    assert model.several
    prepared = model.prepare(QUESTION, "yes")
    counts = [len(layout.boxes) for layout in prepared.of_images]
    assert len(counts) == 2
    hidden = prepared.layout.owner == counts[0] + 1
    own = model.features
    model.features = lambda pixels, *sizes: own(torch.where(hidden[:, None], torch.zeros_like(pixels), pixels), *sizes)
    for name in ("occlusion", "input-x-gradient", "attn-lrp", "rollout", "grad-rollout", "tam", "grad-cam"):
        (explainer,) = named([name])
        scores = explainer(Task(model, prepared, 5))
        assert scores.image.shape == (sum(counts),)
        if "sensitivity" in explainer.promises:
            others = np.delete(np.abs(scores.image), counts[0] + 1)
            assert abs(scores.image[counts[0] + 1]) < 1e-3 * others.max()
            assert others[counts[0] :].any()


def test_the_weights_of_a_row_are_its_own_where_rows_go_through_together(two):
    """Two coalitions of two images in one pass: the weights of the second are those that it has alone."""
    pixels = two.model.masked(two.prepared, np.stack([two.prepared.without_image(place) for place in (0, 1)]))
    together = two.model.trace(two.prepared, pixels=pixels, attentions=True)
    alone = two.model.trace(two.prepared, pixels=pixels[1:], attentions=True)
    for both, one in zip(together.vision_attentions, alone.vision_attentions, strict=True):
        torch.testing.assert_close(both.weights[1], one.weights[0], rtol=1e-3, atol=1e-5)
    assert together.log_p[1].item() == pytest.approx(alone.log_p[0].item(), abs=1e-4)


def test_grids_of_tiles_are_those_of_each_image(two):
    layout = two.prepared.layout
    numbers = torch.arange(len(layout.spread))
    grids = layout.by_tile(numbers)
    assert torch.equal(torch.cat([grid.flatten() for grid in grids]), numbers)
    own = [grid for part in two.prepared.of_images for grid in [part.tokens] * len(part.owner)]
    assert [tuple(grid.shape) for grid in grids] == own


def test_the_coalition_without_an_image_masks_that_image_alone(two):
    counts = [len(layout.boxes) for layout in two.prepared.of_images]
    kept = two.prepared.without_image(1)
    assert kept.tolist() == [True] * counts[0] + [False] * counts[1]
    tiles = len(two.prepared.of_images[0].owner)
    changed = (two.model.masked(two.prepared, kept[None])[0] != two.prepared.pixels).flatten(1).any(dim=1)
    assert not changed[:tiles].any()
    assert changed[tiles:].all()
