"""An edited picture is written as its original is: blocks without a change keep every coefficient."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.builder.pair.generators.photos import toy
from twokeys.builder.pair.generators.photos import needs
from twokeys.builder.pair.generators.photos.writing import pixels_of, write
from twokeys.core.errors import BadInput, MissingPackage
from twokeys.core.pictures.limits import Images

jpeglib = pytest.importorskip("jpeglib")
PLACE = np.s_[30:50, 40:70]


def changed(data: bytes, place=PLACE) -> tuple[np.ndarray, np.ndarray]:
    """A picture with a white place, and that place as a mask."""
    new = pixels_of(data, "", Images())
    new[place] = 255
    mask = np.zeros(new.shape[:2], dtype=bool)
    mask[place] = True
    return new, mask


def coefficients(data: bytes, tmp_path) -> list[np.ndarray]:
    path = tmp_path / "some.jpg"
    path.write_bytes(data)
    read = jpeglib.read_dct(str(path))
    return [part for part in (read.Y, read.Cb, read.Cr) if part is not None]


@pytest.mark.parametrize("subsampling", [0, 1, 2])
def test_a_jpeg_keeps_tables_chroma_and_every_block_that_nothing_changed_in(subsampling, tmp_path):
    data = toy.file_of(toy.photo([("apple", 30, 30)]), subsampling=subsampling)
    new, mask = changed(data)
    written = write(data, new, "", Images())
    before, after = Image.open(io.BytesIO(data)), Image.open(io.BytesIO(written.data))
    assert after.format == "JPEG"
    assert after.quantization == before.quantization
    assert after.size == before.size
    old, fresh = coefficients(data, tmp_path), coefficients(written.data, tmp_path)
    assert [part.shape for part in old] == [part.shape for part in fresh]
    same = (old[0] == fresh[0]).all(axis=(2, 3))
    wide, tall = {0: (8, 8), 1: (16, 8), 2: (16, 16)}[subsampling]
    rows, columns = np.nonzero(~same)
    assert rows.min() * 8 >= 30 // tall * tall
    assert rows.max() * 8 < 50 + tall
    assert columns.min() * 8 >= 40 // wide * wide
    assert columns.max() * 8 < 70 + wide
    assert np.abs(toy.decoded(written.data)[mask] - 255).mean() < 6
    # Chroma is interpolated between blocks, so a change can reach one pixel beyond its block.
    assert not written.changed[: 30 // tall * tall - 1].any()
    assert np.array_equal(written.changed, (toy.decoded(written.data) != toy.decoded(data)).any(axis=2))


@given(st.integers(0, 100), st.integers(0, 80), st.integers(1, 28), st.integers(1, 16))
@settings(max_examples=15, deadline=None)
def test_far_from_a_change_every_pixel_stays(x, y, w, h):
    data = toy.file_of(toy.photo([("leaf", 60, 40)]))
    new, _ = changed(data, np.s_[y : y + h, x : x + w])
    far = np.ones((toy.HEIGHT, toy.WIDTH), dtype=bool)
    far[max(y - 17, 0) : y + h + 17, max(x - 17, 0) : x + w + 17] = False
    assert not write(data, new, "", Images()).changed[far].any()


def test_pixels_that_do_not_change_give_the_same_picture():
    data = toy.file_of(toy.photo([]))
    written = write(data, pixels_of(data, "", Images()), "", Images())
    assert not written.changed.any()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_photo_is_edited_where_a_reader_sees_it(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = toy.file_of(toy.photo([("plum", 20, 20)]), exif=exif)
    new, mask = changed(data)
    written = write(data, new, "", Images())
    assert Image.open(io.BytesIO(written.data)).getexif()[0x0112] == orientation
    assert np.abs(pixels_of(written.data, "", Images()).astype(int)[mask] - 255).mean() < 6
    assert written.changed[mask].mean() > 0.99


def test_grey_and_lossless_pictures_keep_their_form():
    grey = io.BytesIO()
    Image.fromarray(toy.photo([])).convert("L").save(grey, "JPEG")
    new, _ = changed(grey.getvalue())
    assert Image.open(io.BytesIO(write(grey.getvalue(), new, "", Images()).data)).mode == "L"
    data = toy.file_of(toy.photo([]), "PNG")
    new, mask = changed(data)
    written = write(data, new, "", Images())
    assert np.array_equal(pixels_of(written.data, "", Images()), new)
    assert np.array_equal(written.changed, mask)


def test_what_cannot_be_kept_is_not_written():
    four = io.BytesIO()
    Image.fromarray(toy.photo([])).convert("CMYK").save(four, "JPEG")
    assert write(four.getvalue(), pixels_of(four.getvalue(), "", Images()), "", Images()) is None
    clear = io.BytesIO()
    Image.fromarray(toy.photo([])).convert("RGBA").save(clear, "PNG")
    assert write(clear.getvalue(), pixels_of(clear.getvalue(), "", Images()), "", Images()) is None
    with pytest.raises(ValueError, match="shape"):
        write(toy.file_of(toy.photo([])), np.zeros((5, 5, 3), dtype=np.uint8), "", Images())


def test_the_limits_that_are_given_hold():
    data = toy.file_of(toy.photo([]))
    assert pixels_of(data, "", Images(max_pixels=toy.WIDTH * toy.HEIGHT)).shape == (toy.HEIGHT, toy.WIDTH, 3)
    with pytest.raises(BadInput):
        pixels_of(data, "", Images(max_pixels=toy.WIDTH * toy.HEIGHT - 1))


def test_a_missing_library_is_named_with_its_command(monkeypatch):
    monkeypatch.setitem(needs.COMMANDS, "no_such_library", ("no-such-library", "pip install it"))
    with pytest.raises(MissingPackage, match="pip install it"):
        needs.needed("no_such_library")
