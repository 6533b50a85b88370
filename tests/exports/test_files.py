"""Formats that are files alone: VQA v2 read back by our own reader, NaturalBench, and VLMEvalKit's TSV."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
from datasets import load_dataset
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from tests.exports.conftest import Exporting
from twokeys.builder.read.corpora import reader
from twokeys.builder.read.pictures import read_bytes
from twokeys.builder.recipe import Corpus
from twokeys.core.answers.parsing import VERSION
from twokeys.core.errors import BadInput
from twokeys.core.items import Row
from twokeys.exports import vlmevalkit
from twokeys.exports.export import export
from twokeys.exports.source import Source
from twokeys.exports.vqa_v2 import files, numbers


def picture_bytes(source: Source) -> dict[str, bytes]:
    """Item -> its picture's bytes, read from the published Parquet with no code of an export.

    Of JPEGs that lie on their side, which only some readers turn, exports hold a PNG: pixels as EXIF data mean them.
    """
    found: dict[str, bytes] = {}
    for file in (source.published.folder / source.published.config).glob(f"{source.published.split}-*.parquet"):
        table = pq.read_table(file, columns=["id", "image"])
        found |= {row["id"]: row["image"]["bytes"] for row in table.to_pylist()}
    for name, data in found.items():
        picture = Image.open(io.BytesIO(data))
        if picture.getexif().get(0x0112, 1) != 1:
            buffer = io.BytesIO()
            ImageOps.exif_transpose(picture).save(buffer, "PNG")
            found[name] = buffer.getvalue()
    return found


def read_back(out: Path) -> list[Row]:
    """The export as our own reader of the official files reads it."""
    option = {"files": {"test": files("test") | {"subset": "twokeys"}}}
    corpus = Corpus(format="vqa-v2", name="back", path=out.name, revision="r", license="mit").model_copy(
        update={"options": option, "image_folder": f"{out.name}/images", "splits": ["test"]}
    )
    form = reader(corpus.format)
    rows = list(form.read(corpus, form.root(corpus, out.parent), "test"))
    assert all(isinstance(row, Row) for row in rows), rows
    return [row for row in rows if isinstance(row, Row)]


def test_vqa_v2_files_are_read_back_without_loss(exported: Exporting, items: Source) -> None:
    out = exported("vqa-v2")
    rows, bytes_of = read_back(out), picture_bytes(items)
    asked = json.loads((out / files("test")["questions"]).read_text())["questions"]
    assert len(rows) == len(items.rows)
    for row, question, item in zip(rows, asked, items.rows, strict=True):
        assert question["twokeys_id"] == item["id"]
        assert int(row.source_id) == question["question_id"]
        assert (row.question, row.answer) == (item["question"], item["answer"])
        assert row.answer_type == ("open" if item["answer_type"] == "choice" else item["answer_type"])
        assert question.get("multiple_choices", []) == item["choices"]
        assert row.answers == tuple(item["answers"] or [item["answer"]] * 10)
        assert row.image is not None
        assert read_bytes(row.image, out) == bytes_of[item["id"]]


def test_complementary_pairs_are_the_folders_image_partners(exported: Exporting, items: Source) -> None:
    out = exported("vqa-v2")
    names = files("test")
    ids = {
        one["question_id"]: one["twokeys_id"] for one in json.loads((out / names["questions"]).read_text())["questions"]
    }
    found = {frozenset(ids[number] for number in pair) for pair in json.loads((out / names["pairs"]).read_text())}
    assert found == {
        frozenset((row["id"], row["image_partner"])) for row in items.rows if row["image_partner"] in set(ids.values())
    }


def test_official_files_carry_version_fingerprint_and_parser(exported: Exporting, items: Source) -> None:
    out = exported("vqa-v2")
    for kind in ("questions", "annotations"):
        info = json.loads((out / files("test")[kind]).read_text())["info"]
        assert info["version"] == items.facts["version"]
        assert (info["twokeys"]["fingerprint"], info["twokeys"]["parser"]) == (items.facts["fingerprint"], VERSION)


@given(keys=st.lists(st.text(max_size=6), unique=True), more=st.lists(st.text(max_size=6)))
def test_numbers_are_one_to_one_and_stay_when_others_come(keys: list[str], more: list[str]) -> None:
    before, after = numbers(keys), numbers([*keys, *more])
    assert len(set(after.values())) == len(after)
    assert all(0 <= number < 10**12 for number in after.values())
    assert {key: after[key] for key in keys} == before


def test_naturalbench_rows_are_the_quads_and_fit_the_official_scores(exported: Exporting, items: Source) -> None:
    out = exported("naturalbench")
    (file,) = out.glob("*.parquet")
    bytes_of, by_id = picture_bytes(items), {row["id"]: row for row in items.rows}
    rows = pq.read_table(file).to_pylist()
    assert len(rows) == items.facts["pairs"]["group"] > 0
    for row in rows:
        for question in (0, 1):
            for image in (0, 1):
                item = by_id[row[f"Id_Image_{image}_Question_{question}"]]
                assert row[f"Question_{question}"] == item["question"]
                assert row[f"Image_{image}"]["bytes"] == bytes_of[item["id"]]
                assert row[f"Image_{image}_Question_{question}"].lower() == item["answer"]
                assert row["Quad"] == item["quad"]
        answers = [row[f"Image_{image}_Question_{question}"] for question, image in ((0, 0), (0, 1), (1, 0), (1, 1))]
        assert answers[0] == answers[3] != answers[1] == answers[2]
        assert (answers == ["Yes", "No", "No", "Yes"]) == (row["Question_Type"] == "yes_no")
    assert {row["Question_Type"] for row in rows} >= {"yes_no"}
    loaded = load_dataset("parquet", data_files=str(file), split="train", cache_dir=str(out.parent / "cache"))
    assert loaded[0]["Image_0"].size


def test_no_quads_no_naturalbench(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("twokeys.exports.naturalbench.quads", lambda source: iter(()))
    with pytest.raises(BadInput, match="no quads"):
        export(folder, "naturalbench", out=tmp_path / "none")
    assert not (tmp_path / "none").exists()


def tsv(out: Path) -> list[dict[str, Any]]:
    (file,) = out.glob("*.tsv")
    return list(pd.read_csv(file, sep="\t", dtype=str, keep_default_na=False).to_dict("records"))


def test_the_tsv_keeps_the_bytes_and_each_picture_once(exported: Exporting, items: Source) -> None:
    rows, bytes_of = tsv(exported("vlmevalkit")), picture_bytes(items)
    assert [row["index"] for row in rows] == [str(number) for number in range(len(items.rows))]
    whole = {row["index"]: row["image"] for row in rows if len(row["image"]) > 64}
    assert len(whole) == items.table["image_key"].nunique()
    for row, item in zip(rows, items.rows, strict=True):
        data = base64.b64decode(whole[row["image"] if row["image"] in whole else row["index"]], validate=True)
        assert hashlib.sha256(data).digest() == hashlib.sha256(bytes_of[item["id"]]).digest()


def test_the_tsv_says_what_the_rows_say(exported: Exporting, items: Source) -> None:
    for row, item in zip(tsv(exported("vlmevalkit")), items.rows, strict=True):
        assert json.loads(row["choices"]) == item["choices"]
        assert [row[letter] for letter in "ABC"] == [*item["choices"], "", "", ""][:3]
        assert row["gold"] == item["answer"]
        assert row["answer"] == ("ABC"[item["choices"].index(item["answer"])] if item["choices"] else item["answer"])
        assert (row["id"], row["quad"] or None, row["category"]) == (item["id"], item["quad"], item["answer_type"])


def test_a_picture_that_looks_like_an_index_is_refused(
    items: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny: Callable[[Source], Any] = lambda source: iter([(key, b"GIF") for key in set(source.table["image_key"])])  # noqa: E731
    monkeypatch.setattr(Source, "pictures", tiny)
    with pytest.raises(BadInput, match="the image has 3 bytes"):
        vlmevalkit.write(items, tmp_path)
