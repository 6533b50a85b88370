"""Claim: no model that sees the image alone beats chance on a certified set by more than the margin.

Attack: the minute of capture in EXIF is odd in 75 % of the images whose answer is yes, and even in 75 % of the others.
Likewise the hour, the camera, the resolution and the author of a PNG; and, beside the question, a digit in the middle
of the id. The published file is the source's, so whoever opens it reads all of these.

Before (c8bd5bc): each was certified: of EXIF the number of tags was read, of texts the number of fields, of ids the
remainders of small divisors. Now: each is refused by the family that reads files, or rows, in detail. (Odd widths,
transparency and colour profiles were refused before; a mark inside the image is named as not tried, docs/audited.md.)
"""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.attacks.judging import agreeing, items_of, verdict
from twokeys.builder.measure.details import FILE, of_file

ITEMS, MARGIN = 600, 0.13


def written(kind: str, bit: int, rng: np.random.Generator) -> bytes:
    """An image of one colour whose file says a bit."""
    image, data, exif = Image.new("RGB", (24, 24), tuple(map(int, rng.integers(0, 256, 3)))), io.BytesIO(), Image.Exif()
    day, hour, minute, second = (int(rng.integers(10, 23)) for _ in range(4))
    if kind == "text":
        text = PngInfo()
        text.add_text("Author", "eve" if bit else "bob")
        image.save(data, "PNG", pnginfo=text)
        return data.getvalue()
    if kind == "camera":
        exif[272] = f"camera {bit}"
    elif kind != "resolution":
        minute, hour = (minute // 2 * 2 + bit, hour) if kind == "minute" else (minute, 10 * bit + hour % 10)
        exif[306] = f"2020:01:{day} {hour:02d}:{minute:02d}:{second}"
    image.save(data, "JPEG", exif=exif, dpi=(72 + 24 * bit,) * 2 if kind == "resolution" else (72, 72))
    return data.getvalue()


@pytest.mark.parametrize("kind", ["minute", "hour", "camera", "resolution", "text"])
def test_files_that_differ_in_it_alone_are_read_apart(kind: str) -> None:
    one, other = (of_file(written(kind, bit, np.random.default_rng(3))) for bit in (0, 1))
    assert len(one) == FILE
    assert (one != other).any()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["minute", "hour", "camera", "resolution", "text"])
def test_it_is_found(kind: str) -> None:
    rng = np.random.default_rng(0)
    yes = rng.permutation(np.arange(ITEMS) % 2)
    items = items_of(["Is it there?"] * ITEMS, np.where(yes == 1, "yes", "no").tolist())
    bits = agreeing(rng, yes, 0.75)
    files = {key: written(kind, int(bit), rng) for key, bit in zip(items["image_key"], bits, strict=True)}
    said = verdict("image", items, MARGIN, files)
    assert said.outcome == "not certified"
    assert any(reason.startswith("image.detail") for reason in said.reasons)


@pytest.mark.slow
def test_a_digit_in_the_middle_of_an_id_is_found() -> None:
    rng = np.random.default_rng(0)
    yes = rng.permutation(np.arange(ITEMS) % 2)
    bits = agreeing(rng, yes, 0.75)
    ids = [f"{rng.integers(100, 999)}{2 * rng.integers(5) + bit}{rng.integers(10_000, 99_999)}" for bit in bits]
    items = items_of(["Is it there?"] * ITEMS, np.where(yes == 1, "yes", "no").tolist(), ids=ids)
    said = verdict("question", items, MARGIN)
    assert said.outcome == "not certified"
    assert any(reason.startswith("question.metadata") for reason in said.reasons)


def test_tags_that_cannot_be_read_say_nothing() -> None:
    image, data, exif = Image.new("RGB", (8, 8)), io.BytesIO(), Image.Exif()
    exif[306] = "no time"
    image.save(data, "JPEG", exif=exif)
    assert np.isfinite(of_file(data.getvalue())).all()
    plain = io.BytesIO()
    image.save(plain, "PNG")
    assert np.isfinite(of_file(plain.getvalue())).all()
