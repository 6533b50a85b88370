"""Claim: no model that sees the picture alone beats chance on a certified set by more than the margin.

Attack: one corner pixel of 96 x 96 is white in 75 % of the pictures whose answer is yes, and black in 75 % of the
others.

Before (ba22272): pictures were judged at 16 x 16 and through an encoder that pools, although the code claimed corners;
the view was certified and the pixel told 75 %. Now: refused by the family that reads pictures in detail.
"""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from tests.attacks.judging import agreeing, items_of, verdict

ITEMS, MARGIN, SIDE = 600, 0.13, 96


def test_one_corner_pixel_is_found() -> None:
    rng = np.random.default_rng(0)
    yes = rng.permutation(np.arange(ITEMS) % 2)
    white = agreeing(rng, yes, 0.75)
    assert 0.7 < (white == yes).mean() < 0.8
    items = items_of(["Is it there?"] * ITEMS, np.where(yes == 1, "yes", "no").tolist())
    files = {key: _png(rng, bool(one)) for key, one in zip(items["image_key"], white, strict=True)}
    said = verdict("image", items, MARGIN, files)
    assert said.outcome == "not certified"
    assert any(reason.startswith("image.detail") for reason in said.reasons)


def _png(rng: np.random.Generator, white: bool) -> bytes:
    """Large blots, so that files compress, and one pixel."""
    pixels = np.kron(rng.integers(0, 256, (6, 6, 3)), np.ones((16, 16, 1))).astype(np.uint8)
    pixels[0, 0] = 255 if white else 0
    data = io.BytesIO()
    Image.fromarray(pixels).save(data, "PNG", compress_level=1)
    return data.getvalue()
