"""Images by key: in one order, read from where each corpus has them, decoded within limits, in parts that add up."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from twokeys.builder.read.pictures import Pictures, located, named
from twokeys.core.errors import BadInput
from twokeys.core.pictures.facts import describe
from twokeys.core.pictures.limits import Images

COLOURS = ("red", "green", "blue", "white", "black")


def drawn(folder: Path, numbers: range, source: str) -> pd.DataFrame:
    """One image of one colour per number, with the key `k<number>`."""
    folder.mkdir(exist_ok=True)
    rows = []
    for number in numbers:
        path = folder / f"{number}.png"
        Image.new("RGB", (4 + number, 3), COLOURS[number]).save(path)
        facts = describe(path.read_bytes(), path.name, Images())
        rows.append({
            "image_key": f"k{number}", "source": source, "image": f"file:{path.name}", "size": facts.size,
            "bytes_sha256": facts.bytes_sha256,
        })  # fmt: skip
    return pd.DataFrame(rows)


@pytest.fixture
def pictures(tmp_path: Path) -> Pictures:
    """Three images of one corpus and two of another, in no order."""
    tables = [drawn(tmp_path / "one", range(3), "one"), drawn(tmp_path / "two", range(3, 5), "two")]
    table = pd.concat(tables, ignore_index=True).sample(frac=1, random_state=1)
    return Pictures(table, {"one": tmp_path / "one", "two": tmp_path / "two"}, Images())


def test_images_are_in_the_order_of_their_keys(pictures: Pictures) -> None:
    assert pictures.keys == ["k0", "k1", "k2", "k3", "k4"]
    assert (len(pictures), "k3" in pictures, "k5" in pictures) == (5, True, False)


def test_bytes_come_from_the_folder_of_the_images_source(pictures: Pictures, tmp_path: Path) -> None:
    assert pictures.read("k1") == (tmp_path / "one" / "1.png").read_bytes()
    assert pictures.read("k4") == (tmp_path / "two" / "4.png").read_bytes()
    assert pictures.decode("k4").size == (8, 3)


@pytest.mark.parametrize("size", [1, 2, 5, 7])
def test_shards_and_batches_hold_every_image_once(pictures: Pictures, size: int) -> None:
    shards = pictures.shards(size)
    assert [key for shard in shards for key in shard.keys] == pictures.keys
    assert all(len(shard) <= size for shard in shards)
    batches = list(pictures.batches(size))
    assert [len(batch) for batch in batches] == [len(shard) for shard in shards]
    widths = [image.width for batch in batches for image in batch]
    assert widths == [4, 5, 6, 7, 8]


def test_batches_decode_no_more_than_is_asked_for(pictures: Pictures, monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: list[str] = []
    monkeypatch.setattr(Pictures, "decode", lambda self, key: decoded.append(key))
    batches = pictures.batches(2)
    next(batches)
    assert decoded == ["k0", "k1"]


def test_a_shard_can_be_sent_to_another_process(pictures: Pictures) -> None:
    shard = pictures.shards(3)[1]
    shard.read("k3")
    sent = pickle.dumps(shard)
    assert b"k0" not in sent
    assert pickle.loads(sent).read("k4") == pictures.read("k4")


def test_a_part_has_the_images_that_are_named(pictures: Pictures) -> None:
    assert pictures.part(["k4", "k0", "k4"]).keys == ["k0", "k4"]
    assert pictures.part([]).keys == []
    with pytest.raises(KeyError):
        pictures.part(["k5"])


def test_constructed_images_stand_beside_the_others(pictures: Pictures, tmp_path: Path) -> None:
    alone = pictures.part(["k0", "k2", "k3"])
    rows = drawn(tmp_path / "made", range(1, 2), ":pair")
    both = alone.plus(rows, ":pair", tmp_path / "made")
    assert both.keys == ["k0", "k1", "k2", "k3"]
    assert both.read("k1") == (tmp_path / "made" / "1.png").read_bytes()
    assert both.read("k0") == alone.read("k0")
    assert alone.plus(rows.iloc[:0], ":pair", tmp_path / "made").keys == alone.keys


def test_an_image_that_was_replaced_is_not_published(pictures: Pictures, tmp_path: Path) -> None:
    assert pictures.read("k0") == (tmp_path / "one" / "0.png").read_bytes()
    Image.fromarray(np.zeros((3, 4, 3), dtype=np.uint8)).save(tmp_path / "one" / "0.png")
    with pytest.raises(BadInput, match="has changed since the build read it"):
        pictures.read("k0")


def test_the_limits_of_the_recipe_are_kept(pictures: Pictures) -> None:
    strict = Pictures(pictures.table, pictures.roots, Images(max_pixels=12))
    assert strict.decode("k0").size == (4, 3)
    with pytest.raises(BadInput, match="5 x 3 pixels"):
        strict.decode("k1")


def test_an_image_that_is_known_by_name_alone_has_no_bytes(tmp_path: Path) -> None:
    key = named("name:1.jpg", "coco").image_key
    table = pd.DataFrame({"image_key": [key], "source": "coco", "image": "name:1.jpg"})
    with pytest.raises(BadInput, match="known by name alone"):
        Pictures(table, {"coco": tmp_path}, Images()).read(key)


def test_a_stamp_changes_with_the_file(tmp_path: Path) -> None:
    (tmp_path / "1.png").write_bytes(b"one")
    before = located("file:1.png", tmp_path)
    (tmp_path / "1.png").write_bytes(b"more")
    assert located("file:1.png", tmp_path) != before
    assert located("file:2.png", tmp_path) == "file:2.png"
    assert located("name:2.png", tmp_path) == "name:2.png"
