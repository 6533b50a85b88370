"""Folders that `datasets` writes and reads: class labels, what was saved to disk, and an ImageFolder with metadata."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import ClassLabel, Dataset, DatasetDict, Features, Image, List, Sequence, Value
from PIL import Image as Pictures

from twokeys.builder.read.corpora import reader
from twokeys.builder.read.pictures import read_bytes
from twokeys.builder.recipe import Columns, Corpus
from twokeys.core.errors import BadInput

YES_NO = ClassLabel(names=["no", "yes"])


def corpus(form: str = "hf", **fields: Any) -> Corpus:
    return Corpus(**({"format": form, "name": "c", "path": "c", "revision": "r", "license": "mit"} | fields))


def read(folder: Path, **fields: Any) -> dict[str, list[Any]]:
    made = corpus(**fields)
    form = reader(made.format)
    root = form.root(made, folder)
    list(form.files(made, root))
    return {split: list(form.read(made, root, split)) for split in form.splits(made, root)}


def png(place: Path, shade: int) -> bytes:
    place.parent.mkdir(parents=True, exist_ok=True)
    Pictures.new("RGB", (5, 4), (shade, 0, 9)).save(place, "PNG")
    return place.read_bytes()


@pytest.fixture
def labelled(tmp_path: Path) -> Dataset:
    """Labels at the top, in a list, in an object, and in a list of objects."""
    data = png(tmp_path / "a.png", 1)
    inner = {"who": Value("string"), "answer": YES_NO}
    features = Features(
        {"question": Value("string"), "answer": YES_NO, "image": Image(), "tags": List(ClassLabel(names=["a", "b"])),
         "deep": {"kind": ClassLabel(names=["p", "q"])}, "people": List(inner), "old": Sequence(inner)}
    )  # fmt: skip
    people = [{"who": "x", "answer": 1}, {"who": "y", "answer": 0}, {"who": "z", "answer": 1}]
    rows = {
        "question": ["Is it?", "Was it?", "Will it?"],
        "answer": [1, 0, None],
        "image": [{"bytes": data, "path": "a.png"}] * 3,
        "tags": [[0, 1], [], [1]],
        "deep": [{"kind": 0}, {"kind": 1}, {"kind": 1}],
        "people": [people] * 3,
        "old": [{"who": ["x", "y", "z"], "answer": [1, 0, 1]}] * 3,
    }
    return Dataset.from_dict(rows, features=features)


COLUMNS = Columns(answers="people.answer", links=["tags", "deep.kind"])


def told(rows: list[Any]) -> None:
    first, second, hole = rows
    assert (first.answer, second.answer) == ("yes", "no")
    assert first.answers == ("yes", "no", "yes")
    assert first.links == ("c:tags:a", "c:tags:b", "c:deep.kind:p")
    assert second.links == ("c:deep.kind:q",)
    assert isinstance(hole, BadInput)
    assert hole.problem == "the answer is missing"


@pytest.mark.parametrize("form", ["hf", "table"])
def test_class_labels_of_parquet_are_names_at_any_depth(labelled, tmp_path, form):
    (tmp_path / "c").mkdir()
    labelled.to_parquet(tmp_path / "c" / "test.parquet")
    told(read(tmp_path, format=form, columns=COLUMNS)["test"])
    rows = read(tmp_path, format=form, columns=COLUMNS.model_copy(update={"answers": "old.answer"}))["test"]
    assert rows[0].answers == ("yes", "no", "yes")


@pytest.mark.parametrize("splits", [None, ["train", "test"]])
def test_what_was_saved_to_disk_is_read(labelled, tmp_path, splits):
    if splits is None:
        labelled.save_to_disk(tmp_path / "c", num_shards=2)
    else:
        DatasetDict(dict.fromkeys(splits, labelled)).save_to_disk(tmp_path / "c")
    found = read(tmp_path, columns=COLUMNS)
    assert list(found) == (splits or ["train"])
    for rows in found.values():
        told(rows)
        assert rows[0].image.endswith(".arrow#image#0")
        assert read_bytes(rows[1].image, tmp_path / "c") == (tmp_path / "a.png").read_bytes()


def test_files_of_a_cache_beside_what_was_saved_are_left_out(labelled, tmp_path):
    labelled.save_to_disk(tmp_path / "c")
    (tmp_path / "c" / "cache-0123456789abcdef.arrow").write_bytes(b"left over")
    told(read(tmp_path, columns=COLUMNS)["train"])


@pytest.mark.parametrize("state", ["{", "[]", '{"_data_files": [{"filename": "../../home/x.arrow"}]}', "{}"])
def test_a_broken_list_of_what_was_saved_is_told(labelled, tmp_path, state):
    labelled.save_to_disk(tmp_path / "c")
    (tmp_path / "c" / "state.json").write_text(state)
    if state in ("[]", "{}"):
        told(read(tmp_path, columns=COLUMNS)["train"])
    else:
        with pytest.raises(BadInput):
            read(tmp_path, columns=COLUMNS)


def test_a_cut_arrow_file_is_told(labelled, tmp_path):
    labelled.save_to_disk(tmp_path / "c")
    (path,) = (tmp_path / "c").glob("*.arrow")
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(BadInput, match="no whole Arrow file"):
        read(tmp_path, columns=COLUMNS)


def test_a_readme_alone_may_name_the_classes(tmp_path):
    """As on the Hub: `dataset_info` of the card, and a Parquet file that says nothing itself."""
    (tmp_path / "c" / "data").mkdir(parents=True)
    table = pa.table({"question": ["a", "b"], "answer": [0, 1], "image": [b"x", b"y"]})
    pq.write_table(table, tmp_path / "c" / "data" / "test-00000-of-00001.parquet")
    (tmp_path / "c" / "README.md").write_text(
        "---\ndataset_info:\n  features:\n  - name: question\n    dtype: string\n  - name: answer\n    dtype:\n"
        "      class_label:\n        names:\n          '0': left\n          '1': right\n  - name: image\n"
        "    dtype: binary\nconfigs:\n- config_name: default\n  data_files:\n  - split: test\n    path: data/*\n---\n"
    )
    assert [row.answer for row in read(tmp_path)["test"]] == ["left", "right"]


def with_label(values: Any, names: Any) -> pa.Table:
    features = {"answer": {"names": names, "_type": "ClassLabel"}}
    table = pa.table({"question": ["q"] * len(values), "answer": values, "image": ["a.png"] * len(values)})
    return table.replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})


@pytest.mark.parametrize(
    ("values", "names", "answers"),
    [
        (["yes", "no"], ["no", "yes"], ["yes", "no"]),  # the schema says labels, the file holds names
        ([0, -1], ["no", "yes"], ["no", None]),
        ([1, 2], ["no", "yes"], ["yes", None]),
        ([1, 0], None, [1, 0]),
        ([1, 0], [], [None, None]),
    ],
)
def test_odd_labels(tmp_path, values, names, answers):
    (tmp_path / "c").mkdir()
    pq.write_table(with_label(values, names), tmp_path / "c" / "test.parquet")
    rows = read(tmp_path, format="table")["test"]
    assert [None if isinstance(row, BadInput) else row.answer for row in rows] == answers


def test_a_label_without_a_name_is_a_bad_row_of_its_own(tmp_path):
    (tmp_path / "c").mkdir()
    pq.write_table(with_label([0, 7, 1], ["no", "yes"]), tmp_path / "c" / "test.parquet")
    first, bad, last = read(tmp_path, format="table")["test"]
    assert (first.answer, last.answer) == ("no", "yes")
    assert (bad.row, bad.problem) == (2, "the column 'answer' holds the class 7, and has 2 classes")


@pytest.mark.parametrize("raw", [b"{", b"[]", b'{"info": 5}', b'{"info": {"features": []}}', b'{"info": null}'])
def test_features_that_say_nothing_change_nothing(tmp_path, raw):
    (tmp_path / "c").mkdir()
    pq.write_table(with_label([0], ["no"]).replace_schema_metadata({"huggingface": raw}), tmp_path / "c" / "x.parquet")
    assert [row.answer for row in read(tmp_path, format="table")["x"]] == [0]


def test_labels_that_are_letters_are_letters(tmp_path):
    (tmp_path / "c").mkdir()
    table = with_label([1], ["A", "B"]).append_column("o", pa.array([["red", "blue"]]))
    pq.write_table(table, tmp_path / "c" / "test.parquet")
    (row,) = read(tmp_path, format="table", columns=Columns(choices="o", answer_is="letter"))["test"]
    assert row.answer == "blue"


# ---------------------------------------------------------------------------------------------------- ImageFolder


def image_folder(folder: Path) -> dict[str, bytes]:
    """Two splits; one describes its images as JSON Lines, one as CSV; images also in a folder below."""
    images = {name: png(folder / name, shade) for shade, name in enumerate(
        ["train/1.png", "train/deep/2.png", "test/1.png"]
    )}  # fmt: skip
    rows = [{"file_name": "1.png", "question": "Is it?", "answer": "yes"},
            {"file_name": "deep\\2.png", "question": "Why?", "answer": "fun"}]  # fmt: skip
    (folder / "train/metadata.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    (folder / "test/metadata.csv").write_text("file_name,question,answer\n1.png,Is it?,no\n")
    return images


def test_an_image_folder_is_read_split_by_split(tmp_path):
    images = image_folder(tmp_path / "c")
    found = read(tmp_path)
    assert {split: [row.answer for row in rows] for split, rows in found.items()} == {
        "train": ["yes", "fun"], "test": ["no"]
    }  # fmt: skip
    assert [read_bytes(row.image, tmp_path / "c") for row in found["train"]] == list(images.values())[:2]
    assert read_bytes(found["test"][0].image, tmp_path / "c") == images["test/1.png"]
    assert read(tmp_path, columns=Columns(image="file_name")) == found


def test_its_rows_are_those_that_datasets_loads(tmp_path):
    from datasets import load_dataset

    image_folder(tmp_path / "c")
    (tmp_path / "c/test/metadata.csv").unlink()
    (tmp_path / "c/test/metadata.jsonl").write_text('{"file_name": "1.png", "question": "Is it?", "answer": "no"}\n')
    (tmp_path / "c/train/metadata.jsonl").write_text('{"file_name": "1.png", "question": "Is it?", "answer": "yes"}\n')
    (tmp_path / "c/train/deep/2.png").unlink()
    loaded = load_dataset(str(tmp_path / "c"), cache_dir=str(tmp_path / "cache"))
    for split, rows in read(tmp_path).items():
        assert [row.question for row in rows] == list(loaded[split]["question"])
        assert [row.answer for row in rows] == list(loaded[split]["answer"])


def test_metadata_in_parquet_with_several_images(tmp_path):
    for name in ("a.png", "b.png"):
        png(tmp_path / "c" / name, len(name))
    table = pa.table(
        {"first_file_name": ["a.png"], "second_file_name": ["b.png"], "question": ["Same?"], "answer": ["no"]}
    )
    pq.write_table(table, tmp_path / "c" / "metadata.parquet")
    (row,) = read(tmp_path, columns=Columns(image=["first_file_name", "second_file_name"]))["train"]
    assert row.images == ("file:a.png", "file:b.png")


def test_a_split_without_metadata_asks_nothing(tmp_path):
    image_folder(tmp_path / "c")
    (tmp_path / "c/test/metadata.csv").unlink()
    assert list(read(tmp_path)) == ["train"]
    (tmp_path / "c/train/metadata.jsonl").unlink()
    with pytest.raises(BadInput, match="nothing that asks about them"):
        read(tmp_path)


def test_metadata_above_the_splits_is_told_with_what_to_do(tmp_path):
    image_folder(tmp_path / "c")
    (tmp_path / "c/test/metadata.csv").unlink()
    (tmp_path / "c/train/metadata.jsonl").unlink()
    (tmp_path / "c/metadata.csv").write_text("file_name,question,answer\ntrain/1.png,Is it?,yes\n")
    with pytest.raises(BadInput, match=r"files: metadata\.csv") as error:
        read(tmp_path)
    assert "above the folders of the splits" in error.value.problem
    rows = read(tmp_path, format="table", options={"files": "metadata.csv"}, columns=Columns(image="file_name"))
    assert [row.image for row in rows["metadata"]] == ["file:train/1.png"]


@pytest.mark.parametrize("name", ["../test/1.png", "/etc/passwd", "https://x/1.png", "", "C:\\x.png"])
def test_metadata_names_no_file_elsewhere(tmp_path, name):
    image_folder(tmp_path / "c")
    (tmp_path / "c/test/metadata.csv").write_text(f"file_name,question,answer\n{name},Is it?,no\n")
    (bad,) = read(tmp_path)["test"]
    assert isinstance(bad, BadInput)
