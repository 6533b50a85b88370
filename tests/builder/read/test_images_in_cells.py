"""Images that stand in cells, as base64, data URIs, bytes and objects: located, read again, and told from names."""

from __future__ import annotations

import base64
import gzip
import io
import json
import random
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from twokeys.builder.read.corpora import reader
from twokeys.builder.read.embedded import holds_image, image_bytes, name_of
from twokeys.builder.read.pictures import read_bytes
from twokeys.builder.read.source import find
from twokeys.builder.read.stage import read
from twokeys.builder.recipe import Columns, Corpus, Recipe
from twokeys.builder.run.stages import Run
from twokeys.core.errors import BadInput


def picture(shade: int, kind: str = "PNG", size: int = 9) -> bytes:
    noise = random.Random(shade)
    image = Image.frombytes("RGB", (size, size), bytes(noise.randrange(256) for _ in range(3 * size * size)))
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


DRESSES = {
    "base64": b64,
    "with line ends": lambda data: base64.encodebytes(data).decode(),
    "without padding": lambda data: b64(data).rstrip("="),
    "for addresses": lambda data: base64.urlsafe_b64encode(data).decode(),
    "data URI": lambda data: f"data:image/png;base64,{b64(data)}",
    "data URI with a parameter": lambda data: f"DATA:image/png;name=a.png;base64,{b64(data)}",
    "Python's bytes": repr,
    "Python's object": lambda data: repr({"bytes": data, "path": "a.png"}),
    "Python's object, path first": lambda data: repr({"path": None, "bytes": data}),
    "an object": lambda data: {"bytes": b64(data), "path": None},
    "a list of one": lambda data: [b64(data)],
}


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "PPM"])
@pytest.mark.parametrize("dress", [name for name in DRESSES if name != "a list of one"])
def test_an_image_is_known_in_every_dress(kind, dress):
    data = picture(1, kind)
    cell = DRESSES[dress](data)
    assert holds_image(cell)
    assert image_bytes(cell, "f", 1) == data


@pytest.mark.parametrize(
    "name",
    ["a.png", "photos/val2014/COCO_val2014_000000000042.jpg", "9j/4AAQSkZJRgABAQAAAQABAAD.jpg", "Q" * 60, "UDXQ", "7",
     "https://example.org/iVBORw0KGgo.png", "iVBORw0KGgo", "R0lGODlh/x", "b.png", "{id}.png", "", "a" * 250],
)  # fmt: skip
def test_a_name_is_no_image(name):
    assert not holds_image(name)
    assert name_of(name) == name


def test_an_object_without_bytes_names_a_file():
    for cell in ({"bytes": None, "path": "a.png"}, "{'bytes': None, 'path': 'a.png'}"):
        assert not holds_image(cell)
        assert name_of(cell) == "a.png"


@pytest.mark.parametrize("text", ["data:image/png;base64", "data:image/png;base64,####", "iVBORw0KGgo" + "A" * 2002])
def test_what_only_seems_to_be_an_image_is_told_in_a_short_sentence(text):
    assert holds_image(text)
    with pytest.raises(BadInput, match="no whole base64") as error:
        image_bytes(text, "f.csv", 3)
    assert len(str(error.value)) < 400


@given(st.binary(min_size=40, max_size=300))
def test_whatever_follows_the_head_of_an_image_comes_back(body):
    data = b"\x89PNG\r\n\x1a\n" + body
    for dress in ("base64", "with line ends", "for addresses", "data URI", "Python's bytes"):
        assert image_bytes(DRESSES[dress](data), "f", 1) == data


# ------------------------------------------------------------------------------------------------------- in tables


def corpus(**fields: Any) -> Corpus:
    return Corpus(**({"format": "table", "name": "c", "path": "c", "revision": "r", "license": "mit"} | fields))


def rows_of(folder: Path, **fields: Any) -> list[Any]:
    made = corpus(**fields)
    form = reader("table")
    root = form.root(made, folder)
    return [row for split in form.splits(made, root) for row in form.read(made, root, split)]


def write(folder: Path, name: str, records: list[dict[str, Any]]) -> None:
    path = folder / "c" / name
    path.parent.mkdir(exist_ok=True)
    if name.endswith(".parquet"):
        pq.write_table(pa.Table.from_pylist(records), path, row_group_size=2)
        return
    plain = name.removesuffix(".gz").removesuffix(".zst")
    frame = pd.DataFrame(records)
    if plain.endswith((".csv", ".tsv")):
        text = frame.to_csv(index=False, sep="\t" if plain.endswith("tsv") else ",")
    elif plain.endswith(".jsonl"):
        text = "".join(f"{json.dumps(record)}\n\n" for record in records)
    else:
        text = json.dumps({"info": {}, "data": records}, indent=1)
    data = text.encode("utf-8-sig")
    data = gzip.compress(data) if name.endswith(".gz") else data
    path.write_bytes(pa.compress(data, codec="zstd", asbytes=True) if name.endswith(".zst") else data)


FILES = ["test.tsv", "test.csv", "test.jsonl", "test.json", "test.parquet", "test.tsv.gz", "test.jsonl.zst"]


@pytest.mark.parametrize("dress", DRESSES)
@pytest.mark.parametrize("name", FILES)
def test_a_cell_s_image_is_found_again_whatever_the_file(tmp_path, name, dress):
    images = [picture(shade) for shade in range(5)]
    texts = ["a", 'b, "c"\n\nd', "é\u2028", "", "e\tf"]
    records = [
        {"question": f"Is it {text}?", "answer": "yes", "image": DRESSES[dress](data)}
        for text, data in zip(texts, images, strict=True)
    ]  # fmt: skip
    write(tmp_path, name, records)
    rows = rows_of(tmp_path)
    assert [read_bytes(row.image, tmp_path / "c") for row in reversed(rows)] == images[::-1]
    assert [row.question for row in rows] == [record["question"] for record in records]


def test_names_and_images_may_stand_in_one_column(tmp_path):
    records = [{"question": "Is it?", "answer": "yes", "image": cell} for cell in (b64(picture(1)), "b.png")]
    write(tmp_path, "test.csv", records)
    first, second = rows_of(tmp_path)
    assert (first.image, second.image) == ("cell:test.csv#image#1.0", "file:b.png")


def test_fields_inside_records_and_records_under_a_key(tmp_path):
    document = {"data": {"val": {"7": {"question": "Is it?", "answer": "no", "item": {"image": b64(picture(3))}}}}}
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "test.json").write_text(json.dumps(document))
    (row,) = rows_of(tmp_path, columns=Columns(image="item.image"), options={"records": "data.val"})
    assert read_bytes(row.image, tmp_path / "c") == picture(3)


@pytest.mark.parametrize("name", ["test.csv", "test.parquet", "test.jsonl"])
def test_several_images_as_text_keep_their_order(tmp_path, name):
    images = [picture(1), picture(2), picture(3)]
    cells = [b64(data) for data in images]
    listed: Any = json.dumps(cells) if name.endswith("csv") else [cells[0], None, *cells[1:]]
    write(tmp_path, name, [{"question": "Is it?", "answer": "yes", "image": listed}])
    (row,) = rows_of(tmp_path)
    assert [read_bytes(locator, tmp_path / "c") for locator in row.images] == images


def test_mmbench_s_tsv_is_read_and_built(tmp_path):
    """Its form: index, question, hint, options in A to D of which some are nan, answer by letter, image in base64."""
    large = picture(7, size=260)
    assert len(b64(large)) > 131_072
    records = [
        {"index": number, "question": "Which\tone?", "hint": "nan", "A": "red", "B": "blue", "C": hole, "D": hole,
         "answer": "B", "category": "color", "image": b64(data), "split": "dev"}
        for number, data, hole in ((241, large, float("nan")), (252, picture(2), "nan"))
    ]  # fmt: skip
    write(tmp_path, "mmbench.tsv", records)
    made = corpus(
        columns=Columns(id="index", choices=["A", "B", "C", "D"], answer_is="letter"), splits={"mmbench": "dev"}
    )
    recipe = Recipe.model_validate({"name": "c", "title": "c", "corpora": [made.model_dump()]})
    done = read(Run(tmp_path / "run"), recipe, [find(made, tmp_path)])
    assert sorted(done.items["id"]) == ["c:dev:241", "c:dev:252"]
    assert set(done.items["answer"]) == {"blue"}
    assert sorted(map(len, done.items["choices"])) == [2, 2]
    assert sorted(done.pictures["size"]) == sorted([len(large), len(picture(2))])


def test_a_broken_image_is_a_bad_row_with_a_short_sentence(tmp_path):
    cells = [b64(picture(1)), b64(picture(2))[:-30], "iVBORw0KGgo" + "!" * 50_000]
    write(tmp_path, "test.tsv", [{"question": "Is it?", "answer": "yes", "image": cell} for cell in cells])
    recipe = {"name": "c", "title": "c", "bad_rows": "set aside", "corpora": [corpus().model_dump()]}
    done = read(Run(tmp_path / "run"), Recipe.model_validate(recipe), [find(corpus(), tmp_path)])
    assert len(done.items) == 1
    assert len(done.set_aside) == 2
    assert all(len(problem) < 900 for problem in done.set_aside["problem"])


def test_a_file_that_has_changed_is_looked_through_anew(tmp_path):
    import os

    for shade in (1, 2):
        write(tmp_path, "test.tsv", [{"question": "x" * shade, "answer": "yes", "image": b64(picture(shade))}])
        os.utime(tmp_path / "c" / "test.tsv", ns=(shade, shade))
        assert read_bytes("cell:test.tsv#image#1.0", tmp_path / "c") == picture(shade)


@pytest.mark.parametrize("locator", ["cell:test.tsv#image#9.0", "cell:test.tsv#image#1.1", "cell:gone.tsv#image#1.0",
                                     "cell:../home/test.tsv#image#1.0", "cell:test.tsv#nope#1.0"])  # fmt: skip
def test_a_locator_that_leads_nowhere_is_told(tmp_path, locator):
    write(tmp_path, "test.tsv", [{"question": "Is it?", "answer": "yes", "image": b64(picture(1))}])
    with pytest.raises(BadInput):
        read_bytes(locator, tmp_path / "c")


def test_names_alone_are_no_images(tmp_path):
    write(tmp_path, "test.tsv", [{"question": "Is it?", "answer": "yes", "image": b64(picture(1))}])
    (bad,) = rows_of(tmp_path, images="names")
    assert "images: required" in bad.remedy


# ------------------------------------------------------------------------------------------------- names of files


@pytest.mark.parametrize(
    "name",
    ["https://example.org/a.png", "HTTP://example.org/a.png", "s3://bucket/a.png", "gs://b/a.png", "hf://datasets/x/a",
     "file:///etc/passwd", "ftp://x/a.png", " https://x/a.png", "zip://a.png::photos.zip"],
)  # fmt: skip
@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_an_address_is_refused_with_how_to_fetch_it(tmp_path, name, ending):
    write(tmp_path, f"test.{ending}", [{"question": "Is it?", "answer": "yes", "image": name}])
    (bad,) = rows_of(tmp_path)
    assert "nothing is fetched" in bad.problem
    assert ("ARCHIVE.zip/NAME" if name.startswith("zip") else "wget --input-file") in bad.remedy


@pytest.mark.parametrize(
    ("name", "locator"),
    [("photos\\a.png", "file:photos/a.png"), (".\\a.png", "file:a.png"), ("a/b\\c.png", "file:a/b/c.png")],
)
def test_windows_separators_are_separators(tmp_path, name, locator):
    write(tmp_path, "test.csv", [{"question": "Is it?", "answer": "yes", "image": name}])
    assert [row.image for row in rows_of(tmp_path)] == [locator]


@pytest.mark.parametrize("name", ["C:\\a.png", "c:a.png", "\\\\host\\share\\a.png", "..\\a.png", "a\\..\\..\\b.png"])
def test_windows_paths_lead_out_no_more_than_others(tmp_path, name):
    write(tmp_path, "test.csv", [{"question": "Is it?", "answer": "yes", "image": name}])
    (bad,) = rows_of(tmp_path)
    assert "a path inside the image folder" in bad.allowed


@pytest.mark.parametrize("name", ["https://example.org/a.png", "hf://datasets/x/a.png"])
def test_an_address_beside_missing_bytes_is_refused_too(tmp_path, name):
    (tmp_path / "c").mkdir()
    pq.write_table(pa.table({"image": [{"bytes": None, "path": name}]}), tmp_path / "c" / "x.parquet")
    with pytest.raises(BadInput, match="nothing is fetched") as error:
        read_bytes("parquet:x.parquet#image#0", tmp_path / "c")
    assert "wget --input-file" in error.value.remedy


def test_a_parquet_file_whose_names_are_no_utf_8_is_told(tmp_path):
    (tmp_path / "c").mkdir()
    buffer = io.BytesIO()
    pq.write_table(pa.table({"answers": ["a"], "image": [b"x"]}), buffer)
    (tmp_path / "c" / "x.parquet").write_bytes(buffer.getvalue().replace(b"answers", b"answ\xadrs"))
    with pytest.raises(BadInput, match="no whole Parquet file"):
        rows_of(tmp_path)
