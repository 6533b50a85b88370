"""Thumbnails on demand: small, kept, bounded; an image that cannot be decoded is none."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from twokeys.browsing import images
from twokeys.browsing.images import LARGE, SMALL, Thumbnails, thumbnail
from twokeys.browsing.index import Index
from twokeys.core.pictures.uris import content
from twokeys.data_cards.published import PublishedFolder

from .folders import item, png, write


def noise(width: int, height: int) -> Image.Image:
    return Image.fromarray(np.random.default_rng(0).integers(0, 255, (height, width, 3), dtype=np.uint8))


def index_of(place: Path, data: list[bytes | None]) -> Index:
    rows = [
        item(f"n{n}", "red", "red", n, image=None if one is None else {"bytes": one, "path": None})
        for n, one in enumerate(data)
    ]
    write(place, "balanced", rows)
    return Index(PublishedFolder(place))


def test_few_colours_stay_as_they_are_and_photos_become_jpegs() -> None:
    drawn = Image.open(io.BytesIO(png("red"))).convert("RGB")
    small = thumbnail(drawn, SMALL)
    data, kind = content(small.src)
    assert (kind, small.width, small.height) == ("image/png", 16, 16)
    assert Image.open(io.BytesIO(data)).convert("RGB").tobytes() == drawn.tobytes()
    large = thumbnail(noise(900, 300), SMALL)
    assert (content(large.src)[1], large.width, large.height) == ("image/jpeg", 240, 80)


def test_bytes_that_are_no_image_show_none(tmp_path: Path) -> None:
    thumbnails = Thumbnails(index_of(tmp_path, [png("red"), b"no image", b"", None]))
    found = thumbnails.of([3, 0, 1, 2], LARGE)
    assert {row: picture is not None for row, picture in found.items()} == {0: True, 1: False, 2: False, 3: False}
    assert [len(thumbnails.images(row)) > 0 for row in range(4)] == [True, False, False, False]


def test_what_is_kept_is_bounded_and_what_went_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    thumbnails = Thumbnails(index_of(tmp_path, [png("red", side) for side in range(12, 32)]))
    first = thumbnails.of(range(20), SMALL)
    monkeypatch.setattr(images, "KEPT", 3 * len(first[19].src if first[19] else ""))
    fresh = Thumbnails(thumbnails.index)
    assert fresh.of(range(20), SMALL) == first
    assert 0 < sum(len(one.src) for one in fresh._kept.values() if one) <= images.KEPT
    assert fresh.of(range(20), SMALL) == first


def test_several_images_of_an_item_stand_side_by_side(tmp_path: Path) -> None:
    row = item("a", "red", "red", images=[{"bytes": png(colour), "path": None} for colour in ("red", "blue")])
    write(tmp_path, "balanced", [row])
    thumbnails = Thumbnails(Index(PublishedFolder(tmp_path)))
    picture, each = thumbnails.of([0], SMALL)[0], thumbnails.images(0)
    assert picture is not None
    assert (picture.width, picture.height) == (40, 16)
    assert [image.size for image in each] == [(16, 16), (16, 16)]
    assert each[0].getpixel((8, 8)) != each[1].getpixel((8, 8))
