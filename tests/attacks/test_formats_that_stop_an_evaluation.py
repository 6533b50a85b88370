"""Claim: a folder that was built and verified can be evaluated and exported.

Attack: pictures in formats that some readers open and others do not (AVIF, ICO, JPEG 2000, TGA), among others that all
of them open. They passed `build` and `verify`, and `evaluate` ended whole at the first. Pictures of several frames
(animated GIF, WebP, PNG, TIFF of two pages, JPEG of several pictures) are accepted, and then one and the same frame is
what is keyed, measured, shown to models, exported and printed.

Before (ba22272): all four formats published, `evaluate` ended with status 2, and exports sent an animation's every
frame. Now: the four are bad rows that say how to convert them, everything else is evaluated, and one frame is sent.
"""

from __future__ import annotations

import base64
import io
from pathlib import Path

import datasets
import pytest
from PIL import Image

from tests.audit.conftest import Says
from tests.pipeline.toy import Toy
from twokeys.audit.evaluation.evaluate import evaluate
from twokeys.audit.models.model import Masking
from twokeys.audit.published import read
from twokeys.builder.build import build
from twokeys.builder.publish.report.thumbnails import Thumbnails, pixels
from twokeys.builder.verify import verify
from twokeys.core.pictures.decoding import decode
from twokeys.core.pictures.limits import Images
from twokeys.core.pictures.shown import upright
from twokeys.exports.source import source

ODD = ("AVIF", "ICO", "JPEG2000", "TGA")
FRAMED = ("GIF", "WEBP", "PNG", "TIFF", "MPO")


def test_formats_that_not_every_reader_opens_are_bad_rows_and_the_rest_is_evaluated(tmp_path: Path) -> None:
    toy = Toy.balanced(tmp_path / "corpora")
    rows = []
    for kind in ODD:
        Image.new("RGB", (32, 32), "red").save(toy.corpora / toy.pictures / "test" / f"{kind}.bin", kind)
        rows.append({
            "id": kind, "picture": f"test/{kind}.bin", "question": "Is shape 0 a circle?", "answer": "no",
            "choices": None,
        })  # fmt: skip
    toy.rows["test"] += rows
    recipe = toy.write().save(tmp_path / "recipe.yaml", bad_rows="set aside")
    folder = build(recipe, tmp_path / "toy", corpora=toy.corpora, engine="serial").folder
    removed = {row["source_id"]: row for row in datasets.load_dataset(str(folder), "removed", split="test")}
    for kind in ODD:
        assert removed[kind]["stage"] == "read"
        assert f"the format {kind}" in removed[kind]["reason"]
        assert "save('NAME.png')" in removed[kind]["reason"]
    assert all(finding.ok for finding in verify(folder))
    assert len(evaluate(folder, Says(lambda question: "no"), masking=Masking()).items) == 12


def framed(kind: str, *colours: str) -> bytes:
    frames = [Image.new("RGB", (16, 12), colour) for colour in colours]
    buffer = io.BytesIO()
    options = {"lossless": True} if kind == "WEBP" else {}
    frames[0].save(buffer, kind, save_all=True, append_images=frames[1:], **options)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", FRAMED)
def test_one_frame_is_what_everybody_sees(tmp_path: Path, kind: str) -> None:
    toy = Toy.balanced(tmp_path / "corpora")
    for path in (toy.corpora / toy.pictures).glob("test/0-*.png"):
        path.write_bytes(framed(kind, *(("red", "green") if "circle" in path.name else ("green", "red"))))
    recipe = toy.save(tmp_path / "recipe.yaml", eval=True)
    folder = build(recipe, tmp_path / "toy", corpora=toy.corpora, engine="serial").folder
    table = read(folder, split="test").table
    assert len(table) == 12
    as_read = datasets.load_dataset(str(folder), split="test")
    sent = {row["id"]: row["image_uri"] for row in datasets.load_dataset(str(folder), "eval-open", split="test")}
    exported = dict(source(folder, "balanced", "test", None).pictures())
    for row, shown in ((row, read(folder, split="test").shown([row["id"]])[row["id"]]) for row in as_read):
        uri = Image.open(io.BytesIO(base64.b64decode(sent[row["id"]].partition(",")[2])))
        plain = Image.open(io.BytesIO(exported[row["image_key"]]))
        for own in (uri, plain):
            assert getattr(own, "n_frames", 1) == 1
            assert own.convert("RGB").tobytes() == shown.tobytes()
        assert upright(row["image"]).tobytes() == shown.tobytes()
        small = Thumbnails(lambda key: [exported[key]], Images())(row["image_key"])
        assert small is not None
        assert pixels(small.src).size == shown.size
        assert decode(exported[row["image_key"]], "x", Images()).tobytes() == shown.tobytes()
