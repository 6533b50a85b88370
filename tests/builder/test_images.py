"""The key of the image side: of the pixels as a reader decodes them, whatever file they come in."""

from __future__ import annotations

import hashlib
import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import datasets
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageOps
from pydantic import ValidationError

from twokeys.builder.read.pictures import named, read_bytes
from twokeys.core.errors import BadInput
from twokeys.core.pictures.decoding import decode
from twokeys.core.pictures.facts import ImageFacts, describe
from twokeys.core.pictures.limits import MAX_PIXELS, Images
from twokeys.core.pictures.shown import DEEP

Encode = Callable[..., bytes]
WHERE = "pictures/7.png"


def noise(height: int = 5, width: int = 7, channels: int = 3, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, channels), dtype=np.uint8)


def rgb(seed: int = 0) -> Image.Image:
    return Image.fromarray(noise(seed=seed))


def grey(dtype: type, step: int = 300) -> Image.Image:
    """35 grey levels far beyond 8 bits."""
    return Image.fromarray((np.arange(35).reshape(5, 7) * step).astype(dtype))


def see_through() -> Image.Image:
    return Image.fromarray(noise(channels=4))


def frames() -> list[Image.Image]:
    return [Image.new("RGB", (7, 5), colour) for colour in ("red", "green", "blue")]


FILES: dict[str, Callable[[Encode], bytes]] = {
    "PNG": lambda encoded: encoded(rgb(), "PNG"),
    "JPEG": lambda encoded: encoded(rgb(), "JPEG"),
    "BMP": lambda encoded: encoded(rgb(), "BMP"),
    "WebP": lambda encoded: encoded(rgb(), "WEBP", lossless=True),
    "grey": lambda encoded: encoded(rgb().convert("L"), "PNG"),
    "black and white": lambda encoded: encoded(rgb().convert("1"), "PNG"),
    "palette": lambda encoded: encoded(rgb().quantize(8), "PNG"),
    "palette with a transparent colour": lambda encoded: encoded(rgb().quantize(8), "PNG", transparency=3),
    "RGB with a transparent colour": lambda encoded: encoded(rgb(), "PNG", transparency=tuple(noise()[0, 0].tolist())),
    "grey with a transparent level": lambda encoded: encoded(Image.new("L", (7, 5), 9), "PNG", transparency=9),
    "transparent": lambda encoded: encoded(see_through(), "PNG"),
    "grey, transparent": lambda encoded: encoded(see_through().convert("LA"), "PNG"),
    "CMYK JPEG": lambda encoded: encoded(rgb().convert("CMYK"), "JPEG"),
    "CMYK TIFF": lambda encoded: encoded(rgb().convert("CMYK"), "TIFF"),
    "16 bit PNG": lambda encoded: encoded(grey(np.uint16), "PNG"),
    "16 bit TIFF": lambda encoded: encoded(grey(np.uint16), "TIFF"),
    "32 bit TIFF": lambda encoded: encoded(grey(np.int32), "TIFF"),
    "float TIFF": lambda encoded: encoded(grey(np.float32), "TIFF"),
    "animated GIF": lambda encoded: encoded(frames()[0], "GIF", save_all=True, append_images=frames()[1:]),
    "animated PNG": lambda encoded: encoded(frames()[0], "PNG", save_all=True, append_images=frames()[1:]),
    "animated WebP": lambda encoded: encoded(
        frames()[0], "WEBP", save_all=True, append_images=frames()[1:], lossless=True
    ),
}


def turned(encoded: Encode, orientation: int) -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    return encoded(rgb(), "PNG", exif=exif)


for number in range(1, 9):
    FILES[f"EXIF orientation {number}"] = lambda encoded, number=number: turned(encoded, number)


def as_read(data: bytes) -> Image.Image:
    """What a reader of the published folder gets."""
    return datasets.Image().decode_example({"bytes": data, "path": None})


def key(data: bytes, limits: Images) -> str:
    return describe(data, WHERE, limits).image_key


@pytest.mark.parametrize("name", FILES)
def test_the_key_is_of_the_pixels_that_every_model_is_shown(name: str, encoded: Encode, limits: Images) -> None:
    data = FILES[name](encoded)
    shown = decode(data, WHERE, limits)
    assert shown.mode == "RGB"
    read = as_read(data)
    if read.mode not in DEEP:  # what 8 bits become is in tests/core/test_pictures.py
        full = np.asarray(read.convert("RGBA"), dtype=np.float64)
        alpha = full[..., 3:] / 255
        on_white = full[..., :3] * alpha + 255 * (1 - alpha)
        assert np.abs(np.asarray(shown) - on_white).max() <= 0.51
        if (alpha == 1).all():  # then to the bit, so that keys of ordinary pictures stay what they are
            assert shown.tobytes() == read.convert("RGB").tobytes()
    header = f"RGB {shown.width} {shown.height} ".encode()
    found = describe(data, WHERE, limits)
    assert found.image_key == hashlib.sha256(header + shown.tobytes()).hexdigest()[:32]
    assert (found.width, found.height, found.size) == (*read.size, len(data))
    assert found.bytes_sha256 == hashlib.sha256(data).hexdigest()


def test_files_of_the_same_pixels_share_a_key(encoded: Encode, limits: Images) -> None:
    opaque = rgb().convert("RGBA")
    files = [(rgb(), "PNG"), (rgb(), "BMP"), (rgb(), "TIFF"), (opaque, "PNG"), (opaque, "TIFF")]
    assert len({key(encoded(picture, kind), limits) for picture, kind in files}) == 1
    # Grey stored as one channel or as three looks the same.
    one = rgb().convert("L")
    assert key(encoded(one, "PNG"), limits) == key(encoded(one.convert("RGB"), "PNG"), limits)


def test_a_transparent_colour_hides_the_same_in_a_palette_and_in_rgb(encoded: Encode, limits: Images) -> None:
    palette = rgb().quantize(8)
    number = palette.getpixel((0, 0))
    colour = tuple(palette.convert("RGB").getpixel((0, 0)))
    files = [
        encoded(palette, "PNG", transparency=number),
        encoded(palette.convert("RGB"), "PNG", transparency=colour),
    ]
    assert len({key(data, limits) for data in files}) == 1
    assert key(encoded(palette, "PNG"), limits) != key(files[0], limits)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turn_by_exif_is_the_turned_picture(orientation: int, encoded: Encode, limits: Images) -> None:
    # The eight orientations of the EXIF standard, as the turn that shows the picture upright.
    turns = {
        1: lambda p: p,
        2: ImageOps.mirror,
        3: lambda p: p.rotate(180),
        4: ImageOps.flip,
        5: lambda p: ImageOps.mirror(p.rotate(-90, expand=True)),
        6: lambda p: p.rotate(-90, expand=True),
        7: lambda p: ImageOps.mirror(p.rotate(90, expand=True)),
        8: lambda p: p.rotate(90, expand=True),
    }
    upright = turns[orientation](rgb())
    assert key(turned(encoded, orientation), limits) == key(encoded(upright, "PNG"), limits)


@given(st.integers(0, 4), st.integers(0, 6), st.integers(0, 2), st.integers(1, 255))
def test_one_changed_value_changes_the_key(row: int, column: int, channel: int, change: int) -> None:
    pixels = noise()
    changed = pixels.copy()
    changed[row, column, channel] = (int(pixels[row, column, channel]) + change) % 256
    one, other = (_key_of(array) for array in (pixels, changed))
    assert one != other


def _key_of(pixels: np.ndarray) -> str:
    height, width, _ = pixels.shape
    ppm = f"P6 {width} {height} 255\n".encode() + pixels.tobytes()
    return key(ppm, Images())


def test_the_same_values_in_another_shape_have_another_key() -> None:
    pixels = noise()
    assert _key_of(pixels) != _key_of(pixels.reshape(7, 5, 3))


def test_what_is_behind_transparency_makes_no_other_picture(encoded: Encode, limits: Images) -> None:
    """Two pictures that every model sees as the same white square are one picture."""
    pixels = noise(channels=4)
    pixels[..., 3] = 0
    red = pixels.copy()
    red[..., :3] = (255, 0, 0)
    one, other, white = (
        encoded(picture, "PNG") for picture in (*map(Image.fromarray, (pixels, red)), Image.new("RGB", (7, 5), "white"))
    )
    assert key(one, limits) == key(other, limits) == key(white, limits)


def test_deep_pictures_keep_their_own_keys(encoded: Encode, limits: Images) -> None:
    # Cut off at 255, all levels of both pictures from the second on would be white.
    one, other = (encoded(grey(np.uint16, step), "PNG") for step in (300, 600))
    assert key(one, limits) != key(other, limits)
    # 34 * 300 needs 16 bits: 300 of 65,535 is 1.17 of 255.
    shown = np.asarray(decode(one, WHERE, limits))[..., 0].ravel()
    assert shown.tolist() == [int(level * 300 / 65_535 * 255 + 0.5) for level in range(35)]


def test_contrast_is_zero_for_one_colour_and_by_hand_for_two(encoded: Encode, limits: Images) -> None:
    assert describe(encoded(Image.new("RGB", (4, 4), "red"), "PNG"), WHERE, limits).contrast == 0
    half = Image.new("L", (4, 4), 0)
    half.paste(200, (0, 0, 2, 4))
    # Half 0, half 200: mean 100, every pixel 100 away.
    assert describe(encoded(half, "PNG"), WHERE, limits).contrast == 100
    assert describe(encoded(Image.fromarray(np.full((4, 4), 40_000, np.uint16)), "PNG"), WHERE, limits).contrast == 0


@pytest.mark.parametrize(("height", "width"), [(3, 2**20 + 5), (2**20 + 5, 3), (1025, 1024)])
def test_the_key_is_of_all_pixels_in_order_however_wide_or_high(encoded: Encode, height: int, width: int) -> None:
    pixels = noise(height, width)
    whole = hashlib.sha256(f"RGB {width} {height} ".encode() + pixels.tobytes()).hexdigest()
    assert key(encoded(Image.fromarray(pixels), "PNG", compress_level=0), Images()) == whole[:32]


def bomb(side: int) -> bytes:
    """A PNG of a few bytes whose header claims side x side pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("make", "found"),
    [
        (lambda encoded: b"", "do not decode"),
        (lambda encoded: b"<html>404</html>", "do not decode"),
        (lambda encoded: encoded(rgb(), "PNG")[:60], "do not decode"),
        (lambda encoded: encoded(Image.fromarray(noise(90, 90)), "JPEG")[:900], "do not decode"),
        (lambda encoded: encoded(frames()[0], "GIF")[:12], "do not decode"),
        (lambda encoded: bomb(12_000), "12000 x 12000 pixels"),
        (lambda encoded: bomb(60_000), "3600000000 pixels"),
        (
            lambda encoded: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\nshowpage\n",
            "format EPS",
        ),
    ],
    ids=["empty", "no picture", "cut PNG", "cut JPEG", "cut GIF", "huge", "enormous", "EPS"],
)
def test_what_is_no_whole_picture_is_refused_with_its_name(
    make: Callable[[Encode], bytes], found: str, encoded: Encode, limits: Images
) -> None:
    with pytest.raises(BadInput) as error:
        describe(make(encoded), WHERE, limits)
    assert error.value.file == WHERE
    assert found in error.value.problem
    assert error.value.allowed
    assert error.value.remedy


def test_limits_are_the_recipes(encoded: Encode) -> None:
    data = encoded(rgb(), "PNG")
    assert decode(data, WHERE, Images(max_pixels=35, max_bytes=len(data))).size == (7, 5)
    with pytest.raises(BadInput, match="at most 34 pixels"):
        decode(data, WHERE, Images(max_pixels=34))
    with pytest.raises(BadInput, match=f"at most {len(data) - 1} bytes"):
        decode(data, WHERE, Images(max_bytes=len(data) - 1))


def test_no_recipe_asks_for_more_pixels_than_readers_of_the_folder_open() -> None:
    assert Images(max_pixels=MAX_PIXELS).max_pixels == MAX_PIXELS
    with pytest.raises(ValidationError, match="max_pixels"):
        Images(max_pixels=MAX_PIXELS + 1)


def test_a_picture_known_by_name_has_a_key_of_its_name_and_source() -> None:
    one = named("name:1.jpg", "coco")
    assert one.image_key == named("name:1.jpg", "coco").image_key
    assert len({one.image_key, named("name:2.jpg", "coco").image_key, named("name:1.jpg", "gqa").image_key}) == 3
    assert (one.width, one.height, one.size, one.bytes_sha256) == (0, 0, 0, "")
    assert isinstance(one, ImageFacts)


# ------------------------------------------------------------------------------------------------------ locators


def test_a_file_locator_gives_the_original_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "odd #1.png").write_bytes(b"bytes")
    assert read_bytes("file:a/odd #1.png", tmp_path) == b"bytes"


@pytest.mark.parametrize("nested", [False, True], ids=["binary", "bytes and path"])
def test_a_parquet_locator_counts_rows_over_all_row_groups(nested: bool, tmp_path: Path) -> None:
    cells = [f"picture {number}".encode() for number in range(7)]
    column = [{"bytes": cell, "path": None} for cell in cells] if nested else cells
    pq.write_table(pa.table({"id": range(7), "image": column}), tmp_path / "odd #1.parquet", row_group_size=3)
    assert pq.ParquetFile(tmp_path / "odd #1.parquet").num_row_groups == 3
    for index in (6, 0, 3, 2, 5, 1, 4):
        assert read_bytes(f"parquet:odd #1.parquet#image#{index}", tmp_path) == cells[index]


def test_a_parquet_cell_that_holds_a_path_leads_to_the_file_beside_the_table(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "x.png").write_bytes(b"x")
    cells = [{"bytes": None, "path": "x.png"}]
    pq.write_table(pa.table({"image": cells}), tmp_path / "data" / "t.parquet")
    assert read_bytes("parquet:data/t.parquet#image#0", tmp_path) == b"x"


def test_a_table_that_was_replaced_is_read_anew(tmp_path: Path) -> None:
    for time, content in enumerate((b"old", b"new")):
        pq.write_table(pa.table({"image": [content]}), tmp_path / "t.parquet")
        os.utime(tmp_path / "t.parquet", (time, time))  # the clocks of some file systems are coarse
        assert read_bytes("parquet:t.parquet#image#0", tmp_path) == content


@pytest.mark.parametrize(
    ("locator", "file", "row", "found"),
    [
        ("file:none.png", "none.png", None, "cannot be read ("),
        ("file:.", "", None, "cannot be read ("),
        ("parquet:none.parquet#image#3", "none.parquet", 4, "cannot be read ("),
        ("parquet:broken.parquet#image#3", "broken.parquet", 4, "no whole Parquet file"),
        ("parquet:t.parquet#picture#0", "t.parquet", 1, "no column 'picture'"),
        ("parquet:t.parquet#image#1", "t.parquet", 2, "holds no bytes"),
        ("parquet:t.parquet#image#2", "t.parquet", 3, "holds no bytes"),
    ],
)
def test_a_picture_that_is_not_there_is_named(
    locator: str, file: str, row: int | None, found: str, tmp_path: Path
) -> None:
    pq.write_table(pa.table({"image": [b"x", None]}), tmp_path / "t.parquet")
    (tmp_path / "broken.parquet").write_bytes(b"no table")
    with pytest.raises(BadInput) as error:
        read_bytes(locator, tmp_path)
    assert (error.value.file, error.value.row) == (str(tmp_path / file), row)
    assert found in error.value.problem


@pytest.mark.parametrize(
    ("stated", "there"),
    [("IMG_1.JPG", "img_1.jpg"), ("a%20b.png", "a b.png"), ("e\u0301.png", "\u00e9.png"), ("x/A.png", "x/a.png")],
)
def test_a_name_that_is_spelt_a_little_differently_is_told_as_it_stands(
    stated: str, there: str, tmp_path: Path
) -> None:
    (tmp_path / "t/x").mkdir(parents=True)
    (tmp_path / "t" / there).write_bytes(b"x")
    with pytest.raises(BadInput) as error:
        read_bytes(f"file:{stated}", tmp_path / "t")
    assert error.value.remedy == f"name it as it is spelt there: {there!a}"


def test_nothing_outside_the_folder_is_told_by_name(tmp_path: Path) -> None:
    (tmp_path / "t").mkdir()
    (tmp_path / "secret.png").write_bytes(b"x")
    with pytest.raises(BadInput) as error:
        read_bytes("file:../SECRET.png", tmp_path / "t")
    assert "secret" not in str(error.value)


def test_a_name_has_no_bytes(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="known by name alone"):
        read_bytes("name:1.jpg", tmp_path)
