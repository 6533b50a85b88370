"""A text and an image are embedded once for all recipes with the same encoder, and what is found is what was made."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from tests.hashed import hashed
from tests.pipeline.toy import ROOT, draw
from twokeys.builder.clean import clean
from twokeys.builder.measure import embed
from twokeys.builder.measure.kept_vectors import Kept, Vectors, blocks, kept_for, place_of_vectors, trim
from twokeys.builder.read.pictures import Pictures
from twokeys.builder.run.keys import NamedModel
from twokeys.builder.run.stages import Run
from twokeys.commands.app import app
from twokeys.core.cache import SIZE, cache_bytes
from twokeys.core.errors import BadInput
from twokeys.core.pictures.limits import Images


@dataclass
class Encoder:
    """Tells contents apart, and remembers what it was given."""

    given: list[str] = field(default_factory=list)

    def encode(self, contents: Sequence[str | Image.Image]) -> np.ndarray:
        names = [
            one if isinstance(one, str) else hashlib.sha256(np.asarray(one).tobytes()).hexdigest() for one in contents
        ]
        self.given += names
        digits = [hashlib.sha256(name.encode()).digest()[:4] for name in names]
        return np.frombuffer(b"".join(digits), dtype=np.uint8).reshape(-1, 4).astype(np.float32) / 255


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TWOKEYS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv(SIZE, "1")
    return tmp_path / "cache" / "vectors"


@pytest.fixture
def encoder(monkeypatch: pytest.MonkeyPatch) -> Encoder:
    one = Encoder()
    monkeypatch.setattr(embed, "text_encoder", lambda name: one)
    monkeypatch.setattr(embed, "image_encoder", lambda name: one)
    monkeypatch.setattr(embed, "encodes_alone", lambda name: name == "alone")
    monkeypatch.setattr(embed, "PICTURES_PER_SHARD", 4)
    monkeypatch.setattr(embed, "TEXTS_PER_SHARD", 4)
    return one


@pytest.fixture
def pictures(tmp_path: Path) -> Callable[..., Pictures]:
    def made(*numbers: int) -> Pictures:
        import pandas as pd

        for number in numbers:
            draw(tmp_path / f"{number}.png", "square", "red", number)
        keys = [hashlib.sha256(str(number).encode()).hexdigest()[:32] for number in numbers]
        table = pd.DataFrame({"image_key": keys, "source": "toy", "image": [f"file:{n}.png" for n in numbers]})
        return Pictures(hashed(table, tmp_path), {"toy": tmp_path}, Images())

    return made


ALONE, TOGETHER, OTHER = (
    NamedModel("alone", "alone@1"),
    NamedModel("together", "together@1"),
    NamedModel("alone", "alone@2"),
)


def parts(found: embed.Embeddings) -> list[bytes]:
    return [part.read_bytes() for part in found.parts]


@pytest.mark.parametrize("model", [ALONE, TOGETHER], ids=["alone", "together"])
def test_a_second_build_embeds_nothing_and_gets_the_same_bytes(
    model: NamedModel, encoder: Encoder, pictures: Callable[..., Pictures], tmp_path: Path
) -> None:
    texts = {f"{n:02}": f"What is {n}?" for n in range(10)}
    images = pictures(*range(10))
    first = [
        embed.embed_texts(Run(tmp_path / "1"), model, texts),
        embed.embed_pictures(Run(tmp_path / "1"), model, images),
    ]
    assert len(encoder.given) == 20
    second = [
        embed.embed_texts(Run(tmp_path / "2"), model, texts),
        embed.embed_pictures(Run(tmp_path / "2"), model, images),
    ]
    assert len(encoder.given) == 20
    assert [parts(one) for one in second] == [parts(one) for one in first]
    embed.embed_pictures(Run(tmp_path / "3"), OTHER, images)
    assert len(encoder.given) == 30, "another version of the encoder finds nothing"


def test_without_a_cache_the_bytes_are_the_same(
    encoder: Encoder, pictures: Callable[..., Pictures], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = pictures(*range(6))
    first = parts(embed.embed_pictures(Run(tmp_path / "1"), ALONE, images))
    monkeypatch.setenv(SIZE, "0")
    assert parts(embed.embed_pictures(Run(tmp_path / "2"), ALONE, images)) == first
    assert len(encoder.given) == 12, "0 neither keeps nor looks"


def test_an_image_that_is_altered_or_new_is_embedded_and_no_other(
    encoder: Encoder, pictures: Callable[..., Pictures], tmp_path: Path
) -> None:
    embed.embed_pictures(Run(tmp_path / "1"), ALONE, pictures(*range(10)))
    found = embed.embed_pictures(Run(tmp_path / "2"), ALONE, pictures(*range(3, 12)))
    assert len(encoder.given) == 10 + 2
    shutil.rmtree(place_of_vectors())
    assert parts(embed.embed_pictures(Run(tmp_path / "3"), ALONE, pictures(*range(3, 12)))) == parts(found)


def test_contents_that_are_encoded_together_are_found_together(
    encoder: Encoder, pictures: Callable[..., Pictures], tmp_path: Path
) -> None:
    texts = {f"{n:02}": f"What is {n}?" for n in range(8)}
    embed.embed_texts(Run(tmp_path / "1"), TOGETHER, texts)
    embed.embed_texts(Run(tmp_path / "2"), TOGETHER, texts | {"07": "What is it?"})
    assert encoder.given[8:] == ["What is 4?", "What is 5?", "What is 6?", "What is it?"], "its shard, and no other"


def garble(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize(
    "damage",
    [garble, lambda path: path.write_bytes(b""), lambda path: path.write_bytes(path.read_bytes()[:-9]),
     lambda path: path.write_bytes(b"PAR1 no Arrow at all")],
    ids=["one bit", "empty", "cut", "another kind"],
)  # fmt: skip
def test_a_garbled_block_is_noticed_and_made_again(
    damage: Callable[[Path], object], encoder: Encoder, pictures: Callable[..., Pictures], tmp_path: Path
) -> None:
    first = parts(embed.embed_pictures(Run(tmp_path / "1"), ALONE, pictures(*range(8))))
    damage(blocks()[0][0])
    with pytest.warns(RuntimeWarning, match="not what was written there"):
        second = embed.embed_pictures(Run(tmp_path / "2"), ALONE, pictures(*range(8)))
    assert parts(second) == first
    assert len(encoder.given) == 8 + 4
    embed.embed_pictures(Run(tmp_path / "3"), ALONE, pictures(*range(8)))
    assert len(encoder.given) == 8 + 4, "and kept anew"


def test_the_bound_holds_and_what_was_used_last_stays(
    encoder: Encoder, pictures: Callable[..., Pictures], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embed.embed_pictures(Run(tmp_path / "1"), ALONE, pictures(*range(4)))
    ((old, state),) = blocks()
    os.utime(old, (1, 1))
    embed.embed_pictures(Run(tmp_path / "2"), ALONE, pictures(*range(4, 8)))
    embed.embed_pictures(Run(tmp_path / "3"), ALONE, pictures(*range(4)))  # used now, though made first
    monkeypatch.setenv(SIZE, str(2.5 * state.st_size / 1e9))
    embed.embed_pictures(Run(tmp_path / "4"), ALONE, pictures(*range(8, 12)))
    assert sum(state.st_size for _, state in blocks()) <= cache_bytes()
    assert old in [path for path, _ in blocks()]
    monkeypatch.setenv(SIZE, "0.000000001")
    trim()
    assert blocks() == []


def test_a_block_that_another_build_removes_meanwhile_is_made_again(cache: Path) -> None:
    (kept,) = kept_for("e", [["a", "b"]])
    first = kept.embed(lambda places: Vectors(np.ones((2, 3), dtype=np.float16)))
    (found,) = kept_for("e", [["a", "b"]])
    assert found.blocks
    shutil.rmtree(cache)
    asked: list[list[int]] = []
    again = found.embed(lambda places: (asked.append(places), first)[1])
    assert asked == [[0, 1]]
    assert (again.values == first.values).all()


def test_a_cache_that_cannot_be_written_stops_no_build(
    encoder: Encoder, pictures: Callable[..., Pictures], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("TWOKEYS_CACHE", str(tmp_path / "file"))
    with pytest.warns(RuntimeWarning, match="vectors are not kept"):
        found = embed.embed_pictures(Run(tmp_path / "1"), ALONE, pictures(*range(3)))
    assert len(found.parts) == 1


@pytest.mark.parametrize("size", ["", "ten", "-1", "nan", "inf", "10 GB"])
def test_a_size_that_is_none_is_told(size: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SIZE, size)
    with pytest.raises(BadInput, match=f"{SIZE}.*is no size.*gigabytes"):
        cache_bytes()


WRITES = """
import sys, numpy as np
from twokeys.builder.measure.kept_vectors import Vectors, kept_for
for start in range(0, 400, 4):
    (kept,) = kept_for("e", [[str(n) for n in range(start, start + 4)]])
    found = kept.embed(lambda places: Vectors(np.array([[start + p] for p in places], dtype=np.float16)))
    assert found.values.ravel().tolist() == list(range(start, start + 4)), found
"""


def test_two_builds_at_once_and_one_that_is_killed_leave_whole_blocks(cache: Path) -> None:
    builds = [subprocess.Popen([sys.executable, "-c", WRITES], cwd=ROOT) for _ in range(3)]
    while not cache.is_dir() or len(list(cache.rglob("*.arrow"))) < 20:
        assert builds[0].poll() is None
    builds[0].kill()
    assert [build.wait() for build in builds[1:]] == [0, 0]
    builds[0].wait()
    assert all(hashlib.sha256(path.read_bytes()).hexdigest() == path.stem for path in cache.rglob("*.arrow"))
    shards = [[str(n) for n in range(start, start + 4)] for start in range(0, 400, 4)]
    found = [kept.embed(_never).values.ravel().tolist() for kept in kept_for("e", shards)]
    assert found == [list(range(start, start + 4)) for start in range(0, 400, 4)]


def _never(places: list[int]) -> Vectors:
    raise AssertionError("nothing is left to make")


def test_clean_speaks_of_them_and_removes_them_if_asked(cache: Path, tmp_path: Path) -> None:
    (kept,) = kept_for("e", [["a"]])
    kept.embed(lambda places: Vectors(np.ones((1, 3), dtype=np.float16)))
    (tmp_path / "out").mkdir()
    assert clean(tmp_path / "out") == []
    (found,) = clean(tmp_path / "out", vectors=True)
    assert (found.kind, found.files, found.size) == ("vectors", 1, blocks()[0][1].st_size)
    done = CliRunner().invoke(app, ["clean", str(tmp_path / "out")])
    assert "kept for all builds" in " ".join(done.output.split())
    assert "--vectors" in done.output
    assert blocks()
    done = CliRunner().invoke(app, ["clean", str(tmp_path / "out"), "--vectors", "--yes"])
    assert done.exit_code == 0, done.output
    assert not cache.exists()


def test_nothing_is_kept_of_a_shard_that_keeps_nothing() -> None:
    assert len(Kept(None, ["a"]).embed(lambda places: Vectors(np.ones((1, 3), dtype=np.float16))).values) == 1
    assert blocks() == []
