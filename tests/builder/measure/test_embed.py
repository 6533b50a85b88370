"""Every text and every picture is embedded once, whatever the shards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tests.hashed import hashed
from twokeys.builder.measure import embed
from twokeys.builder.measure.embed import Embedded, embed_pictures, embed_texts, thumbnail
from twokeys.builder.read.pictures import Pictures
from twokeys.builder.run.keys import NamedModel
from twokeys.builder.run.stages import Run
from twokeys.core.pictures.limits import Images

MINILM, EFFICIENTNET = (NamedModel(f"packaged:{name}", name) for name in ("minilm", "efficientnet-lite0"))
TEXTS = {f"key {n}": f"How many things are there, {n}?" for n in (3, 1, 4, 0, 2)}


def test_texts_come_back_by_sorted_key_as_they_were_encoded(minilm: Any, tmp_path: Path) -> None:
    found = embed_texts(Run(tmp_path), MINILM, TEXTS).embedded()
    assert found.keys.tolist() == sorted(TEXTS)
    # Sixteen bits keep three digits.
    assert found.vectors == pytest.approx(minilm.encode([TEXTS[key] for key in found.keys]), abs=1e-3)
    assert found.of(pd.Series(["key 4", "key 0"])).tolist() == [4, 0]


def test_shards_do_not_change_what_is_embedded(minilm: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = embed_texts(Run(tmp_path / "one"), MINILM, TEXTS).embedded()
    monkeypatch.setattr(embed, "TEXTS_PER_SHARD", 2)
    made = embed_texts(Run(tmp_path / "three"), MINILM, TEXTS)
    assert len(made.parts) == 3
    other = made.embedded()
    assert other.keys.tolist() == one.keys.tolist()
    assert other.vectors == pytest.approx(one.vectors, abs=1e-3)


def test_no_texts_give_no_vectors(tmp_path: Path) -> None:
    found = embed_texts(Run(tmp_path), MINILM, {}).embedded()
    assert (len(found.keys), len(found.vectors)) == (0, 0)


@pytest.fixture
def corpus(shapes: list[Image.Image], tmp_path: Path) -> Pictures:
    for number, picture in enumerate(shapes[:7]):
        picture.save(tmp_path / f"{number}.png")
    table = pd.DataFrame({"image_key": [f"key {n}" for n in (6, 0, 3, 1, 5, 2, 4)], "source": "toy"})
    table = table.assign(image=[f"file:{key[-1]}.png" for key in table["image_key"]])
    return Pictures(hashed(table, tmp_path), {"toy": tmp_path}, Images())


def test_pictures_come_back_by_sorted_key_with_their_thumbnails(
    corpus: Pictures, shapes: list[Image.Image], efficientnet: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embed, "PICTURES_PER_SHARD", 3)
    made = embed_pictures(Run(tmp_path / "run"), EFFICIENTNET, corpus)
    found = made.embedded()
    assert found.keys.tolist() == [f"key {n}" for n in range(7)]
    assert found.vectors == pytest.approx(efficientnet.encode(shapes[:7]), abs=1e-3)
    assert (made.thumbnails() == np.stack([thumbnail(picture) for picture in shapes[:7]])).all()
    # Seven pictures span six dimensions around their mean: projected to ten, all seven components are kept, as unit
    # vectors that are as far apart as before the projection where they are centred.
    projected = made.embedded(10).vectors
    assert projected.shape == (7, 7)
    assert np.linalg.norm(projected, axis=1) == pytest.approx(np.ones(7), abs=1e-4)
    centred = found.vectors - found.vectors.mean(axis=0)
    centred /= np.linalg.norm(centred, axis=1, keepdims=True)
    assert projected @ projected.T == pytest.approx(centred @ centred.T, abs=1e-3)
    # Where there are no more dimensions than wanted, nothing is projected.
    assert (made.embedded(1280).vectors == found.vectors).all()


def test_a_thumbnail_is_the_mean_of_what_it_covers() -> None:
    # 32 x 32 pixels of columns 0, 100, 0, 100, ...: each thumbnail pixel covers two of them.
    columns = np.zeros((32, 32, 3), dtype=np.uint8)
    columns[:, 1::2] = 100
    assert (thumbnail(Image.fromarray(columns)) == 50).all()


def test_rows_are_found_by_key() -> None:
    found = Embedded(pd.Index(["a", "b", "c"]), np.eye(3, dtype=np.float32))
    assert found.vectors[found.of(pd.Series(["c", "a", "c"]))].tolist() == [[0, 0, 1], [1, 0, 0], [0, 0, 1]]
