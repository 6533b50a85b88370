"""Masking patch j changes the pixels of patch j and of no other, in every tile, order and thumbnail."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from twokeys.audit.models.generative import Generative
from twokeys.audit.models.internvl import InternVL
from twokeys.audit.models.model import Masking, Prepared, Question
from twokeys.audit.models.qwen import Qwen
from twokeys.audit.reference.families import untrained

ASKED = "is there a red circle ?"


def prepared(model: Generative, picture: Image.Image, masking: Masking | None = None) -> Prepared:
    return model.prepare(Question(picture, ASKED, kind="yes/no"), "yes", masking)


def alone(item: Prepared, patch: int) -> np.ndarray:
    keep = np.ones((1, item.patches), dtype=bool)
    keep[0, patch] = False
    return keep


@pytest.mark.parametrize("masking", ["mean-colour", "blur", "inpainted"])
def test_a_masked_patch_changes_its_own_pixels_and_no_other(
    model: Generative, noise: Image.Image, masking: str
) -> None:
    item = prepared(model, noise, Masking(masking))
    for patch in range(item.patches):
        changed = (model.masked(item, alone(item, patch))[0] != item.pixels).any(dim=1)
        own = item.layout.owner == patch
        assert not changed[~own].any()
        assert changed[own].float().mean() > 0.95  # noise may by chance have the fill's value


def test_a_masked_patch_lies_in_its_box_of_the_picture(model: Generative) -> None:
    """A picture whose cells have colours of their own: what is masked in pixels is that box, drawn in the picture."""
    item = prepared(model, Image.new("RGB", (128, 64)))
    for patch, (left, top, right, bottom) in enumerate(item.layout.boxes):
        drawn = np.zeros((64, 128, 3), dtype=np.uint8)
        drawn[round(top) : round(bottom), round(left) : round(right)] = 255
        pixels = model.process(Image.fromarray(drawn)).mean(dim=1)
        own = item.layout.owner == patch
        # A resized cell's edge is soft; its inside is bright and everything outside is dark.
        assert (pixels > pixels.mean())[own].float().mean() > 0.7
        assert int(torch.stack([pixels[item.layout.owner == p].mean() for p in range(item.patches)]).argmax()) == patch


def test_each_patch_feeds_its_own_image_tokens(model: Generative, noise: Image.Image) -> None:
    """Before patches attend to each other, only the embeddings of the masked patch's own image tokens move."""
    item = prepared(model, noise)
    seen: list[torch.Tensor] = []
    embedding = model.vision.get_submodule(
        {"Llava": "embeddings.patch_embedding", "Qwen": "patch_embed", "InternVL": "embeddings.patch_embeddings"}[
            type(model).__name__
        ]
    )
    hook = embedding.register_forward_hook(lambda module, given, output: seen.append(_rows(output)))
    try:
        with torch.no_grad():
            model.features(item.pixels[None])
            for patch in range(item.patches):
                model.features(model.masked(item, alone(item, patch)))
    finally:
        hook.remove()
    order = _vision_tokens(model, item)
    for patch, changed in enumerate(seen[1:]):
        moved = (changed - seen[0]).abs().amax(dim=-1) > 1e-5
        touched = set(order[moved.flatten()].tolist())
        assert touched == set((item.layout.spread[:, patch] > 0).nonzero().flatten().tolist())


def _rows(output: torch.Tensor) -> torch.Tensor:
    """(vision tokens, hidden) for one picture, whatever the tower calls it."""
    if output.ndim == 4:
        output = output.flatten(2).transpose(1, 2)
    return output.reshape(-1, output.shape[-1]).clone()


def _vision_tokens(model: Generative, item: Prepared) -> torch.Tensor:
    """Image token of each embedded patch. Qwen embeds in the processor's order: blocks one after another."""
    if isinstance(model, Qwen):
        return torch.arange(len(item.layout.spread)).repeat_interleave(model.images.merge_size**2)
    order = item.layout.vision_to_image
    return order[order >= 0]


def test_qwen_masks_rows_of_numbers_not_columns(noise: Image.Image) -> None:
    """Every patch's row holds its own number: masking one block changes its four rows wholly and no other row."""
    model = untrained("qwen", 0)
    assert isinstance(model, Qwen)
    rows = torch.arange(8 * 16, dtype=torch.float32)[:, None].expand(-1, 3 * 2 * 8 * 8)
    item = prepared(model, noise)
    numbered = model.unfold(rows.contiguous(), 8, 16)
    for patch in (0, 5, 31):
        kept = torch.from_numpy(alone(item, patch))[:, item.layout.owner]
        masked = torch.where(kept[:, :, None], numbered[None], torch.full_like(numbered, -1)[None])
        found = model.fold(masked[:, 0])
        changed = (found != rows).all(dim=1).nonzero().flatten()
        assert changed.tolist() == [4 * patch, 4 * patch + 1, 4 * patch + 2, 4 * patch + 3]
        assert (found != rows).any(dim=1).sum() == 4


def test_qwen_pixels_are_what_the_processor_gives(noise: Image.Image) -> None:
    model = untrained("qwen", 0)
    assert isinstance(model, Qwen)
    given_ = model.images(images=[noise], return_tensors="pt")
    torch.testing.assert_close(model.fold(model.process(noise)), given_["pixel_values"], rtol=0, atol=0)


def test_internvl_masks_all_channels_of_one_tile_and_of_the_thumbnail(noise: Image.Image) -> None:
    """Tiles and channels of constant values: masking one patch changes one tile at one place, and the thumbnail."""
    model = untrained("internvl", 0)
    assert isinstance(model, InternVL)
    item = prepared(model, noise)
    assert item.pixels.shape == (3, 3, 64, 64)
    for patch in range(item.patches):
        changed = model.masked(item, alone(item, patch))[0] != item.pixels
        row, column = divmod(patch, item.layout.columns)
        tile = column // 4
        inside = torch.zeros(3, 64, 64, dtype=torch.bool)
        inside[tile, 16 * row : 16 * row + 16, 16 * (column % 4) : 16 * (column % 4) + 16] = True
        inside[2, 16 * row : 16 * row + 16, 8 * column : 8 * column + 8] = True
        assert not changed.any(dim=1)[~inside].any()
        assert changed.float().mean(dim=1)[inside].mean() > 0.95


@settings(max_examples=20, deadline=None)
@given(width=st.integers(33, 300), height=st.integers(33, 300), family=st.sampled_from(["llava", "qwen", "internvl"]))
def test_patches_tile_the_view_and_own_every_pixel(width: int, height: int, family: str) -> None:
    model = MODELS.setdefault(family, untrained(family, 0))
    layout = model.layout(width, height)
    areas = (layout.boxes[:, 2] - layout.boxes[:, 0]) * (layout.boxes[:, 3] - layout.boxes[:, 1])
    assert areas.sum() == pytest.approx(width * height)
    assert set(layout.owner.unique().tolist()) == set(range(len(layout.boxes)))
    torch.testing.assert_close(layout.spread.sum(dim=1), torch.ones(len(layout.spread)))
    assert model.process(Image.new("RGB", (width, height))).shape[-2:] == layout.owner.shape[-2:]
    assert len(model.process(Image.new("RGB", (width, height)))) == len(layout.owner)


MODELS: dict[str, Generative] = {}


def test_a_centre_crop_is_seen_in_the_boxes() -> None:
    """CLIP's processor: the shorter side to 64, the middle is left; 3 : 1 pictures lose a third on either side."""
    from transformers import CLIPImageProcessorPil

    model = untrained("llava", 0)
    model.images = CLIPImageProcessorPil(size={"shortest_edge": 64}, crop_size={"height": 64, "width": 64})
    layout = model.layout(384, 128)
    np.testing.assert_allclose(layout.boxes[0], [128, 0, 160, 32])
    np.testing.assert_allclose(layout.boxes[-1], [224, 96, 256, 128])
    drawn = np.zeros((128, 384, 3), dtype=np.uint8)
    drawn[0:32, 160:192] = 255
    pixels = model.process(Image.fromarray(drawn)).mean(dim=1)
    assert int(torch.stack([pixels[layout.owner == p].mean() for p in range(16)]).argmax()) == 1


def test_scores_of_tokens_and_pixels_keep_their_sum(model: Generative, noise: Image.Image) -> None:
    item = prepared(model, noise)
    tokens = torch.rand(2, len(item.image_places))
    torch.testing.assert_close(item.layout.from_tokens(tokens).sum(1), tokens.sum(1))
    pixels = torch.rand(2, *item.pixels.shape)
    torch.testing.assert_close(item.layout.from_pixels(pixels).sum(1), pixels.flatten(1).sum(1))
    shown = np.zeros((64, 128))
    left, top, right, bottom = item.layout.boxes[5]
    shown[int(top) : int(bottom), int(left) : int(right)] = 1
    assert int(item.layout.from_map(shown).argmax()) == 5


def test_windows_attend_within_themselves(noise: Image.Image) -> None:
    """Qwen2.5-VL's windowed layer: two patches attend to each other just where their image tokens share a window."""
    model = untrained("qwen", 0)
    item = prepared(model, noise)
    weights = model.trace(item, attentions=True).vision_attentions[0].weights[0].mean(dim=0)
    token = item.layout.vision_to_image
    window = (token // item.layout.columns // 2) * 100 + token % item.layout.columns // 2
    assert torch.equal(weights > 0, window[:, None] == window[None, :])
