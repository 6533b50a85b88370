from __future__ import annotations

import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from twokeys.builder.read.corpora import reader
from twokeys.builder.read.pictures import read_bytes
from twokeys.builder.recipe import Corpus
from twokeys.core.errors import BadInput
from twokeys.core.items import Row

RECORDS = [
    {"q": "Is it red?", "a": "yes", "img": "a.png", "n": 7},
    {"q": "What is it?", "a": "cat", "img": "b.png", "n": 8},
]
LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"


def as_csv(records):
    text = io.StringIO()
    import csv

    writer = csv.DictWriter(text, list(records[0]))
    writer.writeheader()
    writer.writerows(records)
    return text.getvalue()


def as_lines(records):
    return "".join(f"{json.dumps(record)}\n" for record in records)


FORMS = {
    "csv": as_csv,
    "tsv": lambda records: as_csv(records).replace(",", "\t"),
    "jsonl": as_lines,
    "ndjson": as_lines,
    "json": json.dumps,
    "parquet": pa.Table.from_pylist,
}


@pytest.mark.parametrize("ending", FORMS)
def test_every_kind_of_table_gives_the_same_rows(table, ending):
    rows = table({f"test.{ending}": FORMS[ending](RECORDS)})
    assert [(row.question, row.answer, row.image) for row in rows] == [
        ("Is it red?", "yes", "file:a.png"),
        ("What is it?", "cat", "file:b.png"),
    ]
    assert [(row.file, row.row, row.split, row.source_id) for row in rows] == [
        (f"test.{ending}", 1, "test", "1"),
        (f"test.{ending}", 2, "test", "2"),
    ]
    assert {row.answer_type for row in rows} == {None}


def test_splits_are_named_by_the_files_and_shards_join(table):
    shards = {f"train-0000{n}-of-00002.jsonl": as_lines(RECORDS) for n in range(2)}
    rows = table({"dev.csv": as_csv(RECORDS), **shards, "notes.txt": "no table"})
    assert table.splits == ["dev", "train"]
    assert [row.source_id for row in rows if row.split == "train"] == ["1", "2", "3", "4"]


def test_counted_ids_do_not_depend_on_how_the_table_is_cut(table):
    cut = table({"x/1.jsonl": as_lines(RECORDS[:1]), "x/2.jsonl": as_lines(RECORDS[1:])}, options={"files": "x/*"})
    assert table.splits == ["all"]
    whole = table({"y.jsonl": as_lines(RECORDS)}, options={"files": ["y.jsonl"]})
    assert [row.source_id for row in cut] == [row.source_id for row in whole]
    assert table.splits == ["y"]


@pytest.mark.parametrize("splits", [["test"], {"test": "dev"}])
def test_files_without_a_split_are_the_one_split_that_the_recipe_names(table, splits):
    rows = table({"x.csv": as_csv(RECORDS)}, options={"files": "x.csv"}, splits=splits)
    assert table.splits == ["test"]
    assert [row.split for row in rows] == ["test", "test"]


def test_files_of_each_split_can_be_given(table):
    files = {"a.csv": as_csv(RECORDS), "b/c.csv": as_csv(RECORDS)}
    rows = table(files, options={"files": {"one": "a.csv", "two": ["b/*.csv"]}}, splits={"two": "test"})
    assert table.splits == ["one", "two"]
    assert table.files == ["b/c.csv"]
    assert [row.split for row in rows] == ["two", "two"]


def test_a_pattern_without_files_is_an_error(table):
    with pytest.raises(BadInput, match=r"missing-\*\.csv"):
        table({"a.csv": as_csv(RECORDS)}, options={"files": "missing-*.csv"})


def test_a_folder_without_tables_says_how_it_should_look(table):
    with pytest.raises(BadInput, match=r"train\.csv"):
        table({"readme.txt": ""})


def test_a_split_column_divides_the_rows(table):
    records = [
        record | {"part": part} for record, part in zip(RECORDS * 2, ["dev", "test", "test", "dev"], strict=True)
    ]
    rows = table({"all.csv": as_csv(records)}, {"split": "part"})
    assert table.splits == ["dev", "test"]
    assert [(row.split, row.row, row.source_id) for row in rows] == [
        ("dev", 1, "1"),
        ("dev", 4, "4"),
        ("test", 2, "2"),
        ("test", 3, "3"),
    ]


def test_a_row_without_split_cannot_be_passed_over(table):
    with pytest.raises(BadInput, match="row 2: the column 'part' holds no split"):
        table(
            {"all.jsonl": as_lines([RECORDS[0] | {"part": "a"}, RECORDS[1] | {"part": " "}])},
            {"split": "part"},
        )


@pytest.mark.parametrize("splits", [None, ["b", "a"], ["b"]])
def test_a_broken_line_of_a_divided_table_is_told_once(table, splits):
    lines = as_lines([RECORDS[0] | {"part": "a"}]) + "{\n" + as_lines([RECORDS[1] | {"part": "b"}])
    rows = table({"all.jsonl": lines}, {"split": "part"}, splits=splits)
    assert [row.row for row in rows if isinstance(row, BadInput)] == [2]


def test_names_with_dots_go_into_fields_and_through_lists(table):
    record = {
        "item": {"q": "Why?", "image": {"path": "c.png"}},
        "answers": [{"answer": "fun", "id": 1}, {"answer": "joy", "id": 2}],
        "gold.text": "fun",
    }
    columns = {
        "question": "item.q",
        "image": "item.image.path",
        "answer": "gold.text",
        "answers": "answers.answer",
    }
    for ending in ("jsonl", "parquet"):
        rows = table({f"{ending}.{ending}": FORMS[ending]([record])}, columns, options={"files": f"{ending}.{ending}"})
        assert [(row.question, row.answer, row.answers, row.image) for row in rows] == [
            ("Why?", "fun", ("fun", "joy"), "file:c.png")
        ]


@pytest.mark.parametrize(
    ("answer_is", "answer", "gold"),
    [
        ("letter", "B", "two"),
        ("letter", " (b) ", "two"),
        ("letter", "B.", "two"),
        ("index", 1, "two"),
        ("index", "1", "two"),
        ("index", 1.0, "two"),
        ("text", "two", "two"),
    ],
)
def test_a_gold_option_can_be_told_in_three_ways(table, answer_is, answer, gold):
    record = RECORDS[0] | {"a": answer, "o": ["one", "two", "three"]}
    (row,) = table({"test.jsonl": as_lines([record])}, {"choices": "o", "answer_is": answer_is})
    assert (row.answer, row.choices) == (gold, ("one", "two", "three"))


@pytest.mark.parametrize(
    ("answer_is", "answer"),
    [
        ("letter", "D"),
        ("letter", "two"),
        ("letter", None),
        ("letter", "1"),
        ("index", 3),
        ("index", -1),
        ("index", "B"),
    ],
)
def test_a_gold_that_is_no_option_is_a_bad_row(table, answer_is, answer):
    record = RECORDS[0] | {"a": answer, "o": ["one", "two", "three"]}
    (bad,) = table({"test.jsonl": as_lines([record])}, {"choices": "o", "answer_is": answer_is})
    assert isinstance(bad, BadInput)
    assert f"the {answer_is} of an option" in bad.allowed


def test_options_in_columns_of_their_own_may_be_missing_at_any_place(table):
    rows = [
        {"q": "1", "a": "C", "img": "a.png", "o1": "x", "o2": "", "o3": "z"},
        {"q": "2", "a": "B", "img": "a.png", "o1": "x", "o2": "", "o3": "z"},
        {"q": "3", "a": "free", "img": "a.png", "o1": "", "o2": "", "o3": ""},
    ]
    first, bad, last = table({"test.csv": as_csv(rows)}, {"choices": ["o1", "o2", "o3"], "answer_is": "letter"})
    assert (first.answer, first.choices) == ("z", ("x", "z"))
    assert isinstance(bad, BadInput)
    assert (last.answer, last.choices) == ("free", ())


@pytest.mark.parametrize("cell", ['["one", "two"]', "['one', 'two']"])
def test_a_cell_may_hold_a_list_as_json_or_python_writes_it(table, cell):
    (row,) = table({"test.csv": as_csv([RECORDS[0] | {"a": "0", "o": cell}])}, {"choices": "o", "answer_is": "index"})
    assert (row.answer, row.choices) == ("one", ("one", "two"))


def test_a_cell_that_only_begins_like_a_list_is_a_bad_row_and_nothing_in_it_is_run(table):
    (bad,) = table({"test.csv": as_csv([RECORDS[0] | {"o": "[__import__('os').getcwd()]"}])}, {"choices": "o"})
    assert "a list as JSON, Python or numpy writes it" in bad.allowed


def test_links_carry_corpus_and_column_and_a_list_gives_one_each(table):
    records = [RECORDS[0] | {"scene": 5, "tags": ["x", None, "y"]}, RECORDS[1] | {"scene": None, "tags": []}]
    first, second = table({"test.jsonl": as_lines(records)}, {"links": ["scene", "tags"]})
    assert first.links == ("mine:scene:5", "mine:tags:x", "mine:tags:y")
    assert second.links == ()


def test_ids_of_a_column_become_text_and_a_missing_one_is_a_bad_row(table):
    first, second = table({"test.jsonl": as_lines([RECORDS[0], RECORDS[1] | {"n": None}])}, {"id": "n"})
    assert first.source_id == "7"
    assert second.problem == "the column 'n' holds no id"


def test_answer_types_are_ours_or_vqa_v2s(table):
    kinds = ["yes/no", "number", "choice", "open", "other", None, "binary"]
    *rows, bad = table({"test.jsonl": as_lines([RECORDS[0] | {"k": kind} for kind in kinds])}, {"answer_type": "k"})
    assert [row.answer_type for row in rows] == ["yes/no", "number", "choice", "open", "open", None]
    assert bad.problem == "the answer type is 'binary'"


def test_truth_values_become_words_and_numbers_stay(table):
    rows = table({"test.jsonl": as_lines([RECORDS[0] | {"a": value} for value in (True, False, 4, 2.5)])})
    assert [row.answer for row in rows] == ["true", "false", 4, 2.5]


def test_further_columns_are_kept_as_json(table):
    import datetime as dt

    record = RECORDS[0] | {"day": dt.date(2024, 5, 1), "score": float("nan"), "deep": {"x": [1]}}
    (row,) = table({"test.parquet": FORMS["parquet"]([record])}, options={"meta": ["day", "score", "deep", "deep.x"]})
    assert row.meta == {"day": "2024-05-01", "score": None, "deep": {"x": [1]}, "deep.x": [1]}


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_column_that_is_not_there_is_named_with_those_that_are(table, ending):
    with pytest.raises(
        BadInput, match=r"no column colour, which `columns\.id` of the recipe names\. Allowed: q, a, img, n"
    ):
        table({f"test.{ending}": FORMS[ending](RECORDS)}, {"id": "colour"})


def test_a_line_without_a_column_is_a_bad_row(table):
    bad, good = table({"test.jsonl": as_lines([{"q": "Is it?", "a": "no"}, RECORDS[1]])})
    assert (bad.row, bad.problem) == (1, "there is no field 'img' beside a, q")
    assert good.row == 2


def test_a_list_member_that_is_no_object_is_a_bad_row(table):
    bad, good = table({"test.json": json.dumps(["x", RECORDS[1]])})
    assert (bad.row, bad.problem) == (1, "the entry is of type str")
    assert good.answer == "cat"


def test_no_picture_column_is_an_error(table):
    with pytest.raises(BadInput, match=r"columns\.image"):
        table({"test.csv": as_csv(RECORDS)}, {"image": None})


def test_pictures_lie_beside_the_table_or_in_the_named_folder(table):
    files = {"test.csv": as_csv(RECORDS)}
    assert table(files)[0].image == "file:a.png"
    assert table(files, image_folder="pictures")[0].image == "file:../pictures//a.png"
    assert table(files, images="names")[0].image == "name:a.png"


EMBEDDED = {
    "struct": [{"bytes": f"{n}".encode(), "path": f"{n}.png"} for n in range(5)],
    "binary": [f"{n}".encode() for n in range(5)],
}


@pytest.mark.parametrize("kind", EMBEDDED)
def test_embedded_pictures_are_located_where_their_bytes_are(table, tmp_path, kind):
    content = pa.table({"q": list("abcde"), "a": list("abcde"), "img": EMBEDDED[kind]})
    rows = table({"part/test.parquet": content}, options={"files": "part/*"})
    assert [row.image for row in rows] == [f"parquet:part/test.parquet#img#{n}" for n in range(5)]
    assert [read_bytes(row.image, tmp_path / "t") for row in rows] == [b"0", b"1", b"2", b"3", b"4"]


def test_picture_bytes_are_not_read_with_the_rows(table, monkeypatch):
    asked = []
    original = pq.ParquetFile.iter_batches

    def iter_batches(self, *args, **options):
        asked.append(options["columns"])
        return original(self, *args, **options)

    monkeypatch.setattr(pq.ParquetFile, "iter_batches", iter_batches)
    content = pa.table({"q": list("abcde"), "a": list("abcde"), "img": EMBEDDED["struct"], "rest": list("abcde")})
    rows = table({"test.parquet": content}, {"id": "img.path"})
    assert [row.source_id for row in rows] == [f"{n}.png" for n in range(5)]
    assert asked == [["a", "img.path", "q"]]


def test_embedded_pictures_have_names_where_names_are_enough(table):
    content = pa.table({"q": list("abcde"), "a": list("abcde"), "img": EMBEDDED["struct"]})
    assert table({"test.parquet": content}, images="names")[4].image == "name:4.png"


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        (EMBEDDED["binary"][:2], {"images": "names"}),
        ([1, 2], {}),
        ([[1], [2]], {}),
    ],
)
def test_a_column_that_can_hold_no_pictures_is_told_with_its_type(table, values, fields):
    with pytest.raises(BadInput, match="of type"):
        table({"test.parquet": pa.table({"q": ["a", "b"], "a": ["a", "b"], "img": values})}, **fields)


def test_a_locator_cannot_hold_a_column_named_with_its_own_mark(table):
    content = pa.table({"q": ["a"], "a": ["a"], "img#1": EMBEDDED["binary"][:1]})
    with pytest.raises(BadInput, match="'img#1' is of type binary"):
        table({"test.parquet": content}, {"image": "img#1"})


def test_a_truncated_parquet_file_is_unusable(table, tmp_path):
    table({"test.parquet": FORMS["parquet"](RECORDS)})
    path = tmp_path / "t/test.parquet"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(BadInput, match="no whole Parquet file"):
        table({})


@pytest.mark.parametrize("name", ["test.csv", "test.jsonl", "test.json", "test.parquet", "test.arrow"])
def test_a_pointer_in_the_place_of_a_table_is_told(table, name):
    with pytest.raises(BadInput, match="git lfs pull"):
        table({name: LFS})


def test_a_pointer_in_the_place_of_an_image_is_told(table, tmp_path):
    row, _ = table({"test.csv": as_csv(RECORDS), "a.png": LFS})
    with pytest.raises(BadInput, match="git lfs pull"):
        read_bytes(row.image, tmp_path / "t")


def test_a_file_of_another_kind_is_told(table):
    with pytest.raises(BadInput, match=r"the file ends in '\.xlsx'"):
        table({"test.xlsx": ""}, options={"files": "test.xlsx"})


def test_without_a_mapping_the_usual_names_are_taken(tmp_path):
    (tmp_path / "test.csv").write_text("question,answer,image\nIs it?,no,a.png\n")
    corpus = Corpus(format="table", name="mine", path=".", revision="r", license="mit")
    (row,) = reader("table").read(corpus, tmp_path, "test")
    assert isinstance(row, Row)
    assert (row.question, row.answer, row.image) == ("Is it?", "no", "file:a.png")
