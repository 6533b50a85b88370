"""Pictures in detail: each place that a mark can hide in changes the features of its group, whatever the size."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from twokeys.builder.measure.details import CORNER, FILE, GROUPS, WIDTH, of_bytes, of_file, of_pixels, replaced
from twokeys.core.errors import BadInput
from twokeys.core.pictures.limits import Images


@given(st.binary(max_size=60), st.integers(0, 200), st.integers(0, 255), st.sampled_from(["JPEG", "PNG", "WEBP"]))
def test_an_image_with_damaged_tags_is_refused_or_has_numbers(noise: bytes, place: int, value: int, form: str) -> None:
    """Pillow raises many errors for damaged EXIF; an image that decodes must not end the build afterwards."""
    exif = Image.Exif()
    exif[306], exif[271] = "2020:01:02 03:04:05", "camera"
    exif.get_ifd(0x8769)[36867] = "2020:01:02 03:04:05"
    tags = bytearray(exif.tobytes())
    tags[6 + place % (len(tags) - 6)] = value
    file = io.BytesIO()
    try:
        Image.fromarray(picture(8, 9)).save(file, form, exif=b"Exif\0\0" + noise if noise else bytes(tags))
    except Exception:  # noqa: BLE001 - Pillow does not write these
        return
    try:
        row = of_bytes(file.getvalue(), "image", Images())
    except BadInput:
        return
    assert np.isfinite(row).all()


def picture(height: int = 40, width: int = 50, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3)).astype(np.uint8)


def saved(pixels: np.ndarray, form: str, **how: int) -> bytes:
    data = io.BytesIO()
    Image.fromarray(pixels).save(data, form, **how)
    return data.getvalue()


@given(st.integers(1, 20), st.integers(1, 20))
def test_any_size_has_details(height: int, width: int) -> None:
    found = of_pixels(picture(height, width))
    assert {name: len(values) for name, values in found.items()} == GROUPS
    assert all(np.isfinite(values).all() for values in found.values())


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF"])
def test_any_format_has_details(form: str) -> None:
    found = of_bytes(saved(picture(), form), "toy", Images())
    assert found.shape == (WIDTH,)
    assert np.isfinite(found).all()


@pytest.mark.parametrize("place", [(0, 0), (0, -1), (-1, 0), (-1, -1)])
def test_one_corner_pixel_is_seen_at_any_size(place: tuple[int, int]) -> None:
    full = picture(300, 400)
    marked = full.copy()
    marked[place] ^= 255
    for group in ("corners", "pixels"):
        assert (of_pixels(full)[group] != of_pixels(marked)[group]).any()
    assert (of_pixels(full, ["corners"])["corners"] == of_pixels(full)["corners"]).all()


def test_the_pixels_of_a_corner_are_there_one_by_one() -> None:
    full = picture()
    corner = of_pixels(full)["pixels"][: CORNER * CORNER * 3].reshape(CORNER, CORNER, 3)
    assert (corner == full[:CORNER, :CORNER]).all()


def test_a_chessboard_of_two_levels_is_seen() -> None:
    full = np.full((64, 64, 3), 100, dtype=np.uint8)
    marked = full + (np.indices((64, 64)).sum(axis=0) % 2 * 2).astype(np.uint8)[:, :, None]
    changed = of_pixels(marked)["frequencies"] - of_pixels(full)["frequencies"]
    assert changed[6] == -3  # squares that are even less those that are odd: 2 levels in 3 channels, over two
    assert changed[4] == changed[5] == 0


def test_files_say_how_they_were_written() -> None:
    fine, coarse = (of_file(saved(picture(), "JPEG", quality=quality)) for quality in (95, 50))
    assert fine[7] < coarse[7]  # larger steps of quantisation
    assert of_file(saved(picture(), "PNG"))[7] == 0
    assert of_file(saved(picture(), "PNG") + b"\0" * 16)[0] - of_file(saved(picture(), "PNG"))[0] == 16


def test_groups_are_replaced_in_place() -> None:
    row = np.zeros(WIDTH, dtype=np.float32)
    ones = {"file": np.ones(FILE, np.float32)} | {name: np.ones(size, np.float32) for name, size in GROUPS.items()}
    assert (replaced(row, ones) == 1).all()
    assert replaced(row, {"borders": ones["borders"]}).sum() == GROUPS["borders"]
    assert not row.any()
