"""What masked pixels become: known colours, nothing kept, and that inpainting reads kept pixels alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from twokeys.audit.games.backgrounds import Inpainted, fill_for
from twokeys.audit.models.model import Masking
from twokeys.core.errors import BadInput
from twokeys.core.pictures.shown import mean_colour


def process(picture: Image.Image) -> torch.Tensor:
    return torch.from_numpy(np.asarray(picture).copy()).permute(2, 0, 1)[None].float()


def half() -> Image.Image:
    values = np.zeros((8, 8, 3), dtype=np.uint8)
    values[:, 4:] = 200
    return Image.fromarray(values)


def test_the_mean_colour_is_the_mean() -> None:
    assert set(mean_colour(half()).getdata()) == {(100, 100, 100)}


def test_inpainting_goes_on_with_what_is_kept() -> None:
    """The left half black, the right half masked: black goes on. Nothing kept: the mean colour."""
    pixels = process(half())
    fill = Inpainted(process(mean_colour(half())))
    keep = torch.zeros((2, 1, 8, 8), dtype=torch.bool)
    keep[0, :, :, :4] = True
    found = fill(pixels, keep)
    assert found.shape == (2, 1, 3, 8, 8)
    assert found[0].abs().max() < 1e-4
    assert (found[1] == 100).all()


def test_inpainting_never_sees_masked_pixels() -> None:
    torch.manual_seed(0)
    pixels, keep = torch.rand(1, 3, 8, 8), torch.rand(1, 1, 8, 8) < 0.5
    other = torch.where(keep[0][:, None], pixels, torch.rand(1, 3, 8, 8))
    fill = Inpainted(torch.zeros(1, 3, 8, 8))
    torch.testing.assert_close(fill(pixels, keep), fill(other, keep))


def test_another_image_is_brought_to_the_size_of_the_first() -> None:
    donor = Image.new("RGB", (30, 20), (10, 20, 30))
    found = fill_for("other-image", half(), process, donor)(process(half()), torch.zeros(1, 1, 8, 8))
    assert found.shape == (1, 1, 3, 8, 8)
    assert found[0, 0, :, 0, 0].tolist() == [10, 20, 30]


@pytest.mark.parametrize("name", ["other-image", "sky"])
def test_what_cannot_be_filled_is_named(name: str) -> None:
    with pytest.raises(BadInput, match=name):
        fill_for(name, half(), process)


def test_masks_are_read_from_two_names() -> None:
    assert Masking.read("blur, removed") == Masking("blur", "removed")
    assert Masking.read(None) is None
    wrong: Any
    for wrong in ("blur", "blur,", "a,b,c"):
        with pytest.raises(BadInput, match="--masks"):
            Masking.read(wrong)
