"""One bad row is one bad row: it is set aside with file, row, value and remedy, and the others are read.

Claim: a source row is published or listed with a reason; none is lost, and a bad one takes no other with it.
Attack: numbers beyond floats, half surrogates as keys and values, metadata of any depth, ids and pairs of wrong shape,
columns that come twice, texts and pages of Parquet that are broken, a byte of another encoding.
Before (ba22272): each stopped a whole file or ended in a traceback.
Now: bad rows; where a file has no readable structure at all, one sentence that names it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from tests.builder.read.corpora.conftest import TINY
from twokeys.builder.read.source import find
from twokeys.builder.read.stage import read_rows
from twokeys.builder.recipe import Corpus, Recipe
from twokeys.builder.run.stages import Run
from twokeys.core.errors import BadInput

GOOD = {"question": "Is it a bell?", "answer": "yes", "image": "a.png", "extra": 1}


def kept(folder: Path, **corpus: Any) -> list[dict[str, Any]]:
    """All rows of a table, good and bad, as a build keeps them."""
    Image.new("RGB", (8, 8)).save(folder / "c" / "a.png")
    usual = {"format": "table", "name": "c", "path": "c", "revision": "r", "license": "mit"}
    return rows_of(folder, Corpus.model_validate(usual | corpus))


def rows_of(folder: Path, corpus: Corpus) -> list[dict[str, Any]]:
    plan = Recipe.model_validate({"name": "c", "title": "c", "corpora": [corpus]})
    source = find(corpus, folder, published=False)
    table = read_rows(Run(folder / "run"), plan.text, [source], plan.images.max_per_item).table()
    rows: list[dict[str, Any]] = table.astype(object).where(table.notna(), None).to_dict("records")
    return rows


def rows_or_refusal(folder: Path, corpus: Corpus) -> list[dict[str, Any]] | BadInput:
    """All rows, or why the file as a whole is refused."""
    try:
        return rows_of(folder, corpus)
    except BadInput as refused:
        return refused


def bad(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = [json.loads(row["problem"]) for row in rows if row["problem"] is not None]
    assert all(problem["remedy"] and problem["file"] and problem["row"] is not None for problem in found)
    return found


LINES = {
    "number beyond floats": '{"question": "a?", "answer": 1e999, "image": "a.png", "extra": 1}',
    "number beyond floats in metadata": '{"question": "a?", "answer": "b", "image": "a.png", "extra": 1e999}',
    "half surrogate": '{"question": "\\ud800", "answer": "b", "image": "a.png", "extra": 1}',
    "half surrogate as a key": '{"question": "a?", "answer": "b", "image": "a.png", "extra": {"\\ud800": 1}}',
    "deep metadata": '{"question": "a?", "answer": "b", "image": "a.png", "extra": ' + "[" * 5000 + "]" * 5000 + "}",
    "deeper than a parser": '{"question": ' + "[" * 200_000 + "]" * 200_000 + "}",
    "long number": '{"question": "a?", "answer": ' + "9" * 6000 + ', "image": "a.png", "extra": 1}',
    "null byte": '{"question": "a\\u0000?", "answer": "b", "image": "a.png", "extra": 1}',
    "null byte in the image": '{"question": "a?", "answer": "b", "image": "a\\u0000.png", "extra": 1}',
    "a list": "[1, 2]",
    "nothing": "null",
}


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_a_line_of_json(tmp_path: Path, line: str) -> None:
    (tmp_path / "c").mkdir()
    text = "\n".join([json.dumps(GOOD), line, json.dumps(GOOD | {"question": "What?"})])
    (tmp_path / "c" / "test.jsonl").write_text(text)
    rows = kept(tmp_path, options={"meta": ["extra"]})
    assert len(rows) == 3
    assert len(bad(rows)) <= 1
    assert {"Is it a bell?", "What?"} <= {row["question"] for row in rows}


def test_what_is_bad_in_metadata_alone_costs_no_row(tmp_path: Path) -> None:
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "test.jsonl").write_text(LINES["number beyond floats in metadata"])
    assert not bad(kept(tmp_path, options={"meta": ["extra"]}))


@pytest.mark.parametrize("ending", ["csv", "tsv"])
def test_a_byte_of_another_encoding(tmp_path: Path, ending: str) -> None:
    (tmp_path / "c").mkdir()
    lines = [b"question,answer,image", b"Is it?,yes,a.png", b"Caf\xe9?,yes,a.png", b"What?,no,a.png"]
    text = b"\n".join(lines).replace(b",", b"\t" if ending == "tsv" else b",")
    (tmp_path / "c" / f"test.{ending}").write_bytes(text)
    rows = kept(tmp_path)
    assert (len(rows), len(bad(rows))) == (3, 1)
    assert "0xe9" in bad(rows)[0]["problem"]


def test_text_of_parquet_that_is_no_utf8(tmp_path: Path) -> None:
    (tmp_path / "c").mkdir()
    texts = pa.array([b"Is it?", b"Caf\xe9?", b"What?"], pa.binary()).cast(pa.binary())
    broken = pa.StringArray.from_buffers(3, texts.buffers()[1], texts.buffers()[2])
    table = pa.table({"question": broken, "answer": ["yes"] * 3, "image": ["a.png"] * 3})
    pq.write_table(table, tmp_path / "c" / "test.parquet")
    rows = kept(tmp_path)
    assert (len(rows), len(bad(rows))) == (3, 1)
    assert [row["question"] for row in rows if row["problem"] is None] == ["Is it?", "What?"]


def test_a_column_of_parquet_that_comes_twice(tmp_path: Path) -> None:
    (tmp_path / "c").mkdir()
    arrays = [pa.array(["Is it?"]), pa.array(["yes"]), pa.array(["no"]), pa.array(["a.png"])]
    pq.write_table(pa.Table.from_arrays(arrays, ["question", "answer", "answer", "image"]), tmp_path / "c/test.parquet")
    with pytest.raises(BadInput, match="answer") as error:
        kept(tmp_path)
    assert error.value.remedy


@pytest.mark.parametrize("place", [0.2, 0.5, 0.8])
def test_a_broken_page_of_parquet_is_a_sentence(tmp_path: Path, place: float) -> None:
    (tmp_path / "c").mkdir()
    path = tmp_path / "c" / "test.parquet"
    table = pa.table({name: [f"{name} {number}" for number in range(2000)] for name in ("question", "answer", "image")})
    pq.write_table(table, path, compression="zstd", write_page_checksum=True)
    data = bytearray(path.read_bytes())
    data[int(len(data) * place)] ^= 0xFF
    path.write_bytes(data)
    told = rows_or_refusal(tmp_path, Corpus(format="table", name="c", path="c", revision="r", license="mit"))
    assert "test.parquet" in str(told) if isinstance(told, BadInput) else len(told) == 2000


SHAPES: list[Any] = [None, "x", -1, 1.5, 1e300, [], {}, [1], {"a": 1}, True, "9" * 40, 10**30]


@pytest.mark.parametrize("value", SHAPES, ids=repr)
@pytest.mark.parametrize("field", ["image_id", "question_id", "question", "answers", "multiple_choice_answer"])
def test_a_field_of_vqa_v2_of_a_wrong_shape(tmp_path: Path, field: str, value: Any) -> None:
    tiny = TINY["vqa-v2"]()
    tiny.write(tmp_path)
    where = "questions" if field in ("image_id", "question_id", "question") else "annotations"
    (path,) = (tmp_path / "official").glob(f"*_{where}.json")
    said = json.loads(path.read_text())
    said[where][1][field] = value
    path.write_text(json.dumps(said))
    rows = rows_of(tmp_path, tiny.corpus)
    assert len(rows) >= 3
    assert sum(row["problem"] is None for row in rows) >= 2
    bad(rows)


@pytest.mark.parametrize(
    "value", [*SHAPES, [[9000]], [[9000, 25001, 25002]], [["9000", "25001"]], [[[9000], 1]]], ids=repr
)
def test_pairs_of_vqa_v2_of_a_wrong_shape(tmp_path: Path, value: Any) -> None:
    tiny = TINY["vqa-v2"]()
    tiny.write(tmp_path)
    (path,) = (tmp_path / "official").glob("*_pairs.json")
    path.write_text(json.dumps(value))
    told = rows_or_refusal(tmp_path, tiny.corpus)
    assert path.name in str(told) if isinstance(told, BadInput) else len(told) == 3
