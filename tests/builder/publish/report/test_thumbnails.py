"""Thumbnails are small whatever the picture, few enough whatever the page, and can be told from others."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from twokeys.builder.checks.report import alike
from twokeys.builder.publish.report import thumbnails
from twokeys.builder.publish.report.thumbnails import MOST, SIDE, Thumbnails, pixels
from twokeys.core.pictures.limits import Images
from twokeys.core.pictures.uris import data_uri


def png(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "PNG")
    return buffer.getvalue()


def noise(seed: int = 0, size=(700, 900, 3)) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, size, dtype=np.uint8)


def test_the_worst_picture_is_bounded():
    picture = Thumbnails(lambda key: [png(noise())], Images())("k")
    assert picture is not None
    assert max(picture.width, picture.height) == SIDE
    assert len(picture.src) * 3 / 4 <= MOST + 100


def test_a_drawing_is_kept_without_loss():
    drawing = np.full((50, 80, 3), 255, dtype=np.uint8)
    drawing[10:20, 10:20] = (255, 0, 0)
    picture = Thumbnails(lambda key: [png(drawing)], Images())("k")
    assert picture is not None
    assert np.array_equal(np.asarray(pixels(picture.src)), drawing)


def test_what_is_transparent_is_paper():
    glass = np.zeros((4, 4, 4), dtype=np.uint8)
    picture = Thumbnails(lambda key: [png(glass)], Images())("k")
    assert picture is not None
    assert (np.asarray(pixels(picture.src)) == 255).all()


@pytest.mark.parametrize("most", [24_000, 6_000])
def test_a_full_page_takes_no_more_however_long_its_pictures_are_written(monkeypatch, most):
    """Noise of 900 x 700 pixels shrinks to 320 x 249; what is small still fits where that does not."""
    monkeypatch.setattr(thumbnails, "MOST", most)
    sizes = [(700, 900, 3)] * 3 + [(10, 20, 3)]
    made = Thumbnails(lambda key: [png(noise(int(key), sizes[int(key)]))], Images(), left=2 * 320 * 249 + 200)
    assert [made(str(n)) is not None for n in range(4)] == [True, True, False, True]
    assert made.left == 0


@pytest.mark.parametrize("images", [[], [b"no picture"], [png(noise())[:500]], [png(noise()), b"no picture"]])
def test_a_picture_that_is_not_there_or_broken_is_none(images):
    assert Thumbnails(lambda key: images, Images())("k") is None


def test_a_picture_beyond_the_limits_is_not_decoded():
    assert Thumbnails(lambda key: [png(noise())], Images(max_pixels=1000))("k") is None


def test_alike_takes_another_encoder_and_no_edit():
    smooth = np.asarray(Image.fromarray(noise(size=(8, 10, 3))).resize((300, 240), Image.Resampling.BICUBIC))
    first = Thumbnails(lambda key: [png(smooth)], Images())("k")
    assert first is not None
    edited = smooth.copy()
    edited[40:60, 40:60] = 255 - edited[40:60, 40:60]
    second = Thumbnails(lambda key: [png(edited)], Images())("k")
    buffer = io.BytesIO()
    pixels(first.src).save(buffer, "JPEG", quality=88)
    again = data_uri(buffer.getvalue(), "image/jpeg")
    assert again != first.src
    assert alike(first.src, again)
    assert second is not None
    assert not alike(first.src, second.src)
    assert not alike(first.src, "https://example.org/x.png")
    assert not alike(first.src, "data:image/png;base64,AAAA")
