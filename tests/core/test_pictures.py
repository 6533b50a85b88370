"""One list of formats and one conversion: what each kind of file becomes, by hand, and what is refused."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from twokeys.core.errors import BadInput
from twokeys.core.pictures.decoding import decode
from twokeys.core.pictures.limits import MAX_PIXELS
from twokeys.core.pictures.shown import FORMATS, opened, plain, served, shallow, shown_uri, upright


def written(picture: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def png16(values: np.ndarray, transparent: tuple[int, ...] = ()) -> bytes:
    """A PNG of 16 bits a channel, which Pillow writes of one channel alone."""
    height, width, channels = values.shape

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 16, {1: 0, 2: 4, 3: 2, 4: 6}[channels], 0, 0, 0)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    through = chunk(b"tRNS", struct.pack(f">{len(transparent)}H", *transparent)) if transparent else b""
    parts = chunk(b"IHDR", head) + through + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def xray(seed: int, height: int = 24, width: int = 32) -> np.ndarray:
    """12 bits in 16: a bright disc somewhere on a dark ground."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    at = rng.integers(6, 18, 2)
    disc = (y - at[0]) ** 2 + (x - at[1]) ** 2 < 25
    return (rng.integers(300, 600, (height, width)) + disc * 2500).astype(np.uint16)


# ------------------------------------------------------------------------------------------------- more than 8 bits


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ([0, 7, 255], [0, 7, 255]),  # 8 bits in 16 stay what they are
        ([0, 256, 4095], [0, 16, 255]),
        ([0, 2048, 4096], [0, 8, 16]),  # one more than 12 bits hold
        ([0, 32768, 65535], [0, 128, 255]),
        ([0, 2**24 - 1], [0, 255]),
        ([-1000, 0, 1000], [96, 128, 159]),
        ([5, 5, 5], [5, 5, 5]),
    ],
)
def test_levels_are_scaled_by_the_depth_that_holds_them(values: list[int], shown: list[int]) -> None:
    assert shallow(np.array(values, dtype=np.int32)).tolist() == shown


def test_floats_from_0_to_1_have_their_own_scale_and_whole_ones_are_whole_numbers() -> None:
    assert shallow(np.array([0, 0.25, 1], dtype=np.float32)).tolist() == [0, 64, 255]
    assert shallow(np.array([-1, 0.5, 1], dtype=np.float32)).tolist() == [0, 191, 255]
    assert shallow(np.array([0, 12.5, 255], dtype=np.float32)).tolist() == [0, 13, 255]
    assert shallow(np.array([0, 1, 1], dtype=np.float32)).tolist() == [0, 1, 1]


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e12, -1e12])
def test_what_is_no_level_is_refused(value: float) -> None:
    data = written(Image.fromarray(np.array([[0, 1.5], [3, value]], dtype=np.float32)), "TIFF")
    with pytest.raises(BadInput, match=r"values (that are no numbers|from .* beyond 32 bits)"):
        decode(data, "a.tiff")


@given(arrays(np.uint16, 16), st.integers(0, 15), st.integers(0, 65_535))
def test_levels_keep_their_order(values: np.ndarray, at: int, other: int) -> None:
    """In one picture a brighter value is nowhere darker; and two pictures of one depth have one scale."""
    shown = shallow(values).astype(int)
    order = np.argsort(values, kind="stable")
    assert (np.diff(shown[order]) >= 0).all()
    changed = values.copy()
    changed[at] = other
    depth = [next(bits for bits in (8, 12, 16) if one.max() < 2**bits) for one in (values, changed)]
    if depth[0] == depth[1]:
        assert (np.delete(shallow(changed), at) == np.delete(shown, at)).all()


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "PPM"])
def test_two_xrays_look_like_two_xrays(kind: str) -> None:
    one, two = (np.asarray(decode(written(Image.fromarray(xray(seed)), kind), "x")).astype(int) for seed in (1, 2))
    for shown in (one, two):
        assert len(np.unique(shown)) > 30  # neither white nor black
        assert (shown[..., 0] == shown[..., 2]).all()
    assert (np.abs(one - two).max(axis=2) > 100).mean() > 0.05
    brighter = np.asarray(decode(written(Image.fromarray(xray(1) + np.uint16(400)), kind), "x")).astype(int)
    assert (brighter - one).mean() > 20  # the level is kept too: no stretch from the darkest to the brightest


def test_files_of_the_same_deep_values_look_the_same() -> None:
    values = xray(3)
    files = [
        written(Image.fromarray(values), "PNG"),
        written(Image.fromarray(values), "TIFF"),
        written(Image.fromarray(values.astype(np.int32)), "TIFF"),
        written(Image.fromarray(values.astype(np.float32)), "TIFF"),
        written(Image.fromarray(values.astype(">u2")), "TIFF"),
        png16(values[..., None]),
    ]
    assert len({decode(data, "x").tobytes() for data in files}) == 1


def test_a_transparent_level_is_white() -> None:
    values = xray(4)[..., None]
    hidden = int(values[0, 0, 0])
    shown = np.asarray(decode(png16(values, (hidden,)), "x"))[..., 0]
    assert (shown[values[..., 0] == hidden] == 255).all()
    assert np.array_equal(shown[values[..., 0] != hidden], shallow(values[..., 0])[values[..., 0] != hidden])


def test_colours_of_16_bits_keep_their_upper_8() -> None:
    values = np.random.default_rng(0).integers(0, 65_536, (5, 7, 3))
    assert np.array_equal(np.asarray(decode(png16(values), "x")), values >> 8)
    assert shown_uri(png16(values)).startswith("data:image/png")
    assert plain(png16(values))[0] != png16(values)  # no other reader has to know how


@pytest.mark.parametrize(
    "data",
    [
        written(Image.fromarray((30_000 + np.arange(48).reshape(6, 8)).astype(np.uint16)), "PNG"),
        written(Image.fromarray(np.array([[1.0, 1.0000001, 500]], dtype=np.float64).astype(np.float32)), "TIFF"),
        png16(np.random.default_rng(0).integers(0, 256, (6, 8, 3))),
        png16(np.random.default_rng(0).integers(0, 256, (6, 8, 1)) + 40_000),
    ],
    ids=["a faint picture", "nearly one value", "8 bits in the lower half of 16 bit colours", "8 bits on a high level"],
)
def test_what_8_bits_would_not_show_is_refused(data: bytes) -> None:
    with pytest.raises(BadInput, match=r"8 bits.*choose a window"):
        decode(data, "x.png")


def test_a_picture_of_one_value_or_two_is_one() -> None:
    assert decode(written(Image.fromarray(np.full((4, 4), 40_000, np.uint16)), "PNG"), "x").getpixel((0, 0))
    mask = np.array([[0, 65_535], [0, 0]], np.uint16)
    assert np.asarray(decode(written(Image.fromarray(mask), "PNG"), "x"))[..., 0].tolist() == [[0, 255], [0, 0]]


# ---------------------------------------------------------------------------------------------- other kinds of pixels


def test_each_mode_of_8_bits_by_hand() -> None:
    red = Image.new("RGB", (2, 1), (200, 0, 0))
    half = Image.new("RGBA", (2, 1), (200, 0, 0, 51))  # a fifth of it, on white
    palette = red.quantize(2)
    clear = palette.info | {"transparency": palette.getpixel((0, 0))}
    for data, pixel in [
        (written(red, "PNG"), (200, 0, 0)),
        (written(half, "PNG"), (244, 204, 204)),
        (written(half, "WEBP", lossless=True), (244, 204, 204)),
        (written(palette, "PNG"), (200, 0, 0)),
        (written(palette, "PNG", transparency=clear["transparency"]), (255, 255, 255)),
        (written(palette, "GIF"), (200, 0, 0)),
        (written(Image.new("1", (2, 1), 1), "PNG"), (255, 255, 255)),
        (written(Image.new("LA", (2, 1), (100, 0)), "PNG"), (255, 255, 255)),
        (written(Image.new("CMYK", (2, 1), (0, 255, 255, 0)), "TIFF"), (255, 0, 0)),
        (written(Image.new("L", (2, 1), 77), "PPM"), (77, 77, 77)),
    ]:
        assert decode(data, "x").getpixel((1, 0)) == pixel


def frames(kind: str, second: str = "green") -> bytes:
    made = [Image.new("RGB", (8, 6), colour) for colour in ("red", second)]
    options = {"lossless": True} if kind == "WEBP" else {}
    return written(made[0], kind, save_all=True, append_images=made[1:], **options)


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "WEBP", "PNG", "MPO"])
def test_of_several_frames_the_first_counts_and_nobody_is_sent_the_others(kind: str) -> None:
    data = frames(kind)
    picture = opened(data)
    assert picture.n_frames == 2
    assert served(picture) is None
    shown = decode(data, "x")
    assert np.abs(np.array(shown.getpixel((0, 0))) - (255, 0, 0)).max() <= 3  # JPEG is not exact
    sent = Image.open(io.BytesIO(plain(data)[0]))
    assert (sent.format, getattr(sent, "n_frames", 1)) == ("PNG", 1)
    assert sent.convert("RGB").tobytes() == shown.tobytes()
    assert decode(frames(kind, "blue"), "x").tobytes() == shown.tobytes()


def test_a_plain_picture_is_sent_as_it_is() -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (6, 8, 3), dtype=np.uint8))
    for kind, name in (("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp")):
        data = written(noise, kind)
        assert plain(data) == (data, name)
    for kind in ("BMP", "TIFF", "PPM"):
        data = written(noise, kind)
        assert Image.open(io.BytesIO(plain(data)[0])).tobytes() == noise.tobytes() == decode(data, "x").tobytes()


# --------------------------------------------------------------------------------------------------------- formats


@pytest.mark.parametrize("kind", ["AVIF", "ICO", "JPEG2000", "TGA", "PCX", "ICNS", "DDS", "SGI"])
def test_a_format_that_not_every_reader_opens_is_named_with_what_to_do(kind: str) -> None:
    data = written(Image.new("RGB", (32, 32), "red"), kind)
    with pytest.raises(BadInput) as error:
        decode(data, "pictures/1.xyz")
    assert error.value.file == "pictures/1.xyz"
    assert kind in error.value.found or kind == "DDS"
    assert error.value.allowed.endswith(", ".join(FORMATS))
    assert "save('NAME.png')" in error.value.remedy


def test_every_accepted_format_is_read() -> None:
    for kind in FORMATS:
        assert decode(written(Image.new("RGB", (32, 32), "red"), kind), "x").size == (32, 32)


def test_pillow_opens_no_more_pixels_than_the_limit() -> None:
    assert MAX_PIXELS == 2 * Image.MAX_IMAGE_PIXELS


def test_what_is_shown_is_shown_again_the_same() -> None:
    for seed in range(3):
        shown = upright(Image.fromarray(xray(seed)))
        assert upright(shown).tobytes() == shown.tobytes()
