"""A corpus that is broken is told in sentences with a remedy, and status 2; never by a traceback.

Claim: a bad input names the file, the row, what is wrong, what is allowed and what to do.
Attack: corpora below links, empty and absolute file options, hidden files of macOS, bytes of another encoding, tables
of which no row tells its split, cells of a million characters.
Before (c6c42d3): `hf` below a link, empty patterns and a split column without a readable row ended in tracebacks or in
wrong advice; `._test.csv` became a split; one byte made a whole file unusable; lists of bad rows printed whole cells.
Now: each ends in a sentence with a remedy, and a row that is broken costs no other. Files of every kind were damaged at
random places: what comes is rows, bad rows or such a sentence.
"""

from __future__ import annotations

import base64
import gzip
import io
import json
import random
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from twokeys.builder.read.corpora import reader
from twokeys.builder.read.pictures import read_bytes
from twokeys.builder.read.source import find
from twokeys.builder.read.stage import BadRows, read
from twokeys.builder.recipe import Recipe
from twokeys.builder.run.stages import Run
from twokeys.core.errors import BadInput
from twokeys.core.items import Row

HEADER = "question,answer,image\n"


def draw(place: Path) -> None:
    Image.new("RGB", (8, 8), (1, 2, 3)).save(place)


def plan(form: str = "table", bad_rows: str = "set aside", **corpus: Any) -> Recipe:
    usual = {"format": form, "name": "c", "path": "c", "revision": "r", "license": "mit"}
    return Recipe.model_validate({"name": "c", "title": "c", "bad_rows": bad_rows, "corpora": [usual | corpus]})


def read_all(folder: Path, recipe: Recipe) -> Any:
    return read(Run(folder / "run"), recipe, [find(corpus, folder) for corpus in recipe.corpora])


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    (tmp_path / "c").mkdir()
    draw(tmp_path / "c" / "a.png")
    return tmp_path / "c"


def test_a_dataset_below_a_link_is_read(tmp_path: Path) -> None:
    place = tmp_path / "disk" / "c" / "data"
    place.mkdir(parents=True)
    draw(tmp_path / "a.png")
    image = {"bytes": (tmp_path / "a.png").read_bytes(), "path": "a.png"}
    table = pa.table({"question": ["Is it?"], "answer": ["yes"], "image": [image]})
    pq.write_table(table, place / "test-00000-of-00001.parquet")
    (tmp_path / "corpora").symlink_to(tmp_path / "disk")
    assert len(read_all(tmp_path / "corpora", plan("hf")).items) == 1


@pytest.mark.parametrize(
    "files",
    ["", " ", [], {}, {"test": ""}, {"test": []}, "/etc/passwd", ["../c/test.csv"], "a/**b", "**/", "x\0", ".", "[",
     {"test": ["test.csv", ""]}, "~/x.csv", "*.xlsx"],
)  # fmt: skip
def test_files_that_name_nothing_are_told(tmp_path: Path, corpus: Path, files: Any) -> None:
    (corpus / "test.csv").write_text(f"{HEADER}Is it?,yes,a.png\n")
    with pytest.raises(BadInput) as error:
        find(plan(options={"files": files}).corpora[0], tmp_path, published=False)
    assert error.value.remedy


@pytest.mark.parametrize("files", [None, "*.csv", "**/*.csv", {"test": "*"}])
def test_hidden_files_are_no_tables(tmp_path: Path, corpus: Path, files: Any) -> None:
    (corpus / "test.csv").write_text(f"{HEADER}Is it?,yes,a.png\n")
    (corpus / "a.png").rename(tmp_path / "a.png")
    for name in ("._test.csv", ".test.csv.swp", "__MACOSX/._test.csv"):
        (corpus / name).parent.mkdir(exist_ok=True)
        (corpus / name).write_bytes(b"\x00\x05\x16\x07\x00\x02")
    found = find(plan(options={} if files is None else {"files": files}).corpora[0], tmp_path, published=False)
    assert list(found.files) == ["test.csv"]


def test_a_hidden_file_that_is_named_is_read(tmp_path: Path, corpus: Path) -> None:
    (corpus / ".hidden.csv").write_text(f"{HEADER}Is it?,yes,a.png\n")
    assert list(find(plan(options={"files": ".hidden.csv"}).corpora[0], tmp_path, published=False).files) == [
        ".hidden.csv"
    ]


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_a_row_of_another_encoding_is_set_aside_alone(tmp_path: Path, corpus: Path, form: str) -> None:
    words = ["Is it?", "Is it a café?", "Why?"]
    rows = [f"{word},yes,a.png" for word in words] if form == "csv" else [
        json.dumps({"question": word, "answer": "yes", "image": "a.png"}, ensure_ascii=False) for word in words
    ]  # fmt: skip
    text = "\n".join([HEADER.strip(), *rows] if form == "csv" else rows)
    (corpus / f"test.{form}").write_bytes(text.encode("latin-1"))
    done = read_all(tmp_path, plan())
    assert sorted(done.items["question"]) == ["Is it?", "Why?"]
    (problem,) = done.set_aside["problem"]
    assert "is no UTF-8" in problem
    with pytest.raises(BadRows, match="row 2: the byte 0xe9"):
        read_all(tmp_path, plan(bad_rows="stop"))


@pytest.mark.parametrize("rows", ["a,b\nc,d\n", "\xe9,x,y,z\n"])
def test_a_column_of_splits_that_no_row_tells_is_told(tmp_path: Path, corpus: Path, rows: str) -> None:
    (corpus / "test.csv").write_bytes(f"question,answer,image,part\n{rows}".encode("latin-1"))
    with pytest.raises(BadInput, match="no row can be read that tells a split; row 1"):
        find(plan(columns={"split": "part"}).corpora[0], tmp_path, published=False)


def test_a_table_without_rows_tells_no_split(tmp_path: Path, corpus: Path) -> None:
    pq.write_table(pa.table({"part": pa.array([], pa.string())}), corpus / "test.parquet")
    with pytest.raises(BadInput, match="there are no rows"):
        find(plan(columns={"split": "part"}).corpora[0], tmp_path, published=False)


@pytest.mark.parametrize("column", ["question", "answer", "image"])
def test_lists_of_bad_rows_cut_long_cells(tmp_path: Path, corpus: Path, column: str) -> None:
    record = {"question": "Is it?", "answer": "yes", "image": "a.png", "options": ["yes", "no"]}
    (corpus / "test.jsonl").write_text(json.dumps(record | {column: {"x": "y" * 1_000_000}}) + "\n")
    with pytest.raises(BadRows) as error:
        read_all(tmp_path, plan(bad_rows="stop", columns={"choices": "options"}))
    assert len(str(error.value)) < 1500
    (corpus / "test.jsonl").write_text(json.dumps(record | {column: "y" * 1_000_000}) + "\n")
    done = read_all(tmp_path, plan(columns={"choices": "options"}))
    assert all(len(problem) < 1500 for problem in done.set_aside["problem"])


# ------------------------------------------------------------------------------------- damaged at random places


def _png(shade: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (6, 6), (shade, 0, 0)).save(buffer, "PNG")
    return buffer.getvalue()


def _records(in_cells: bool) -> list[dict[str, Any]]:
    images = [base64.b64encode(_png(n)).decode() if in_cells else f"{n}.png" for n in range(4)]
    return [{"question": f"Is it {n}?", "answer": "yes", "image": image} for n, image in enumerate(images)]


def _table(between: str, in_cells: bool) -> bytes:
    rows = [between.join(record.values()) for record in _records(in_cells)]
    return "\n".join([between.join(["question", "answer", "image"]), *rows]).encode()


def _parquet() -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(_records(True)), buffer, row_group_size=2)
    return buffer.getvalue()


def _tar() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for n in range(4):
            info, data = tarfile.TarInfo(f"images/{n}.png"), _png(n)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def _zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for n in range(4):
            archive.writestr(f"images/{n}.png", _png(n))
    return buffer.getvalue()


LINES = "".join(f"{json.dumps(record)}\n" for record in _records(True)).encode()
KINDS: dict[str, dict[str, bytes]] = {
    "csv": {"test.csv": _table(",", False)},
    "base64 in tsv": {"test.tsv": _table("\t", True)},
    "json lines": {"test.jsonl": LINES},
    "json": {"test.json": json.dumps({"data": _records(True)}, indent=1).encode()},
    "gzip": {"test.csv.gz": gzip.compress(_table(",", True), mtime=0)},
    "zstandard": {"test.jsonl.zst": pa.compress(LINES, codec="zstd", asbytes=True)},
    "parquet": {"test.parquet": _parquet()},
    "zip": {"x.zip": _zip(), "test.csv": _table(",", False)},
    "tar": {"x.tar": _tar(), "test.csv": _table(",", False)},
}
INSERTED = [b'"', b"\0", b"\xff", b"[", b"{", b"\n", b"nan", b"../", b"#", b"@", b",", b"\\u", b"null", b"1e999", b"'"]


def damaged(data: bytes, seed: int) -> bytes:
    """The bytes with one to five places changed, cut or doubled."""
    chance, found = random.Random(seed), bytearray(data)
    for _ in range(chance.choice([1, 1, 2, 5])):
        place = chance.randrange(len(found) or 1)
        way = chance.randrange(5)
        if way == 0:
            found[place : place + 1] = bytes([chance.randrange(256)])
        elif way == 1:
            del found[place:]
        elif way == 2:
            del found[place : place + chance.randrange(1, 20)]
        elif way == 3:
            found[place:place] = chance.choice(INSERTED)
        else:
            found[place:place] = found[chance.randrange(len(found) or 1) :][:30]
    return bytes(found)


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_damaged_is_told(tmp_path: Path, kind: str) -> None:
    (tmp_path / "c").mkdir()
    files = KINDS[kind]
    first = next(iter(files))
    folder = {} if len(files) == 1 else {"image_folder": f"c/{first}"}
    whole, told = 0, []
    for seed in range(30):
        for name, data in files.items():
            (tmp_path / "c" / name).write_bytes(damaged(data, seed) if name == first and seed else data)
        try:
            source = find(plan(**folder).corpora[0], tmp_path, published=False)
            rows = [row for split in source.splits for row in reader("table").read(source.corpus, source.root, split)]
        except BadInput as error:
            told.append(error)
            continue
        for row in rows:
            try:
                whole += len(read_bytes(row.image, source.root)) > 0 if isinstance(row, Row) else 0
            except BadInput as error:
                told.append(error)
    assert told
    assert all(error.problem and len(str(error)) < 3000 for error in told)
    assert whole > 0 or kind == "csv"
