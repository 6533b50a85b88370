"""Parquet and Arrow files by the kinds of their columns: those that other programmes write, too."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from twokeys.builder.read.corpora import reader
from twokeys.builder.read.golds import asked_of
from twokeys.builder.read.pictures import read_bytes
from twokeys.builder.recipe import Columns, Corpus
from twokeys.core.errors import BadInput
from twokeys.core.items import TextRule

USUAL = {"question": ["Q?", "R?"], "answer": ["a", "b"], "image": [b"0", b"1"]}


@pytest.fixture
def read(tmp_path):
    """Write a table, read its rows."""

    def made(columns, ending="parquet", **said):
        table = pa.table(USUAL | columns)
        if ending == "parquet":
            pq.write_table(table, tmp_path / "test.parquet")
        else:
            with pa.OSFile(str(tmp_path / "test.arrow"), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
                writer.write_table(table)
        corpus = Corpus(format="table", name="m", path=".", revision="r", license="mit", columns=Columns(**said))
        return list(reader("table").read(corpus, tmp_path, "test"))

    return made


@pytest.mark.parametrize("ending", ["parquet", "arrow"])
@pytest.mark.parametrize(
    "kind", [pa.binary(), pa.large_binary(), pa.binary(1), pa.binary_view(), pa.dictionary(pa.int8(), pa.binary())]
)
def test_images_are_bytes_of_any_kind(read, tmp_path, kind, ending):
    values = pa.array(USUAL["image"])
    values = values.dictionary_encode() if pa.types.is_dictionary(kind) else values.cast(kind)
    found = read({"image": values}, ending)
    assert [read_bytes(row.image, tmp_path) for row in found] == [b"0", b"1"]


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.string_view()])
def test_names_of_images_are_texts_of_any_kind(read, kind):
    found = read({"image": pa.array(["0.png", "1.png"], kind), "answer": pa.array(["a", "b"], kind)}, "arrow")
    assert [(row.image, row.answer) for row in found] == [("file:0.png", "a"), ("file:1.png", "b")]


@pytest.mark.parametrize("kind", [pa.list_(pa.binary(), 2), pa.large_list(pa.binary()), pa.list_view(pa.binary())])
def test_lists_of_images_of_any_kind(read, tmp_path, kind):
    found = read({"image": pa.array([[b"0", b"1"], [b"2", None]], kind)}, "arrow")
    assert [[read_bytes(image, tmp_path) for image in row.images] for row in found] == [[b"0", b"1"], [b"2"]]


def test_numbers_of_32_bits_are_the_decimals_that_were_written(read):
    found = read({"answer": pa.array([0.1, 12.7], pa.float32())})
    assert [row.answer for row in found] == [0.1, 12.7]
    lists = pa.array([[0.1, None], [7.25]], pa.list_(pa.float32()))
    deep = pa.array([{"x": 0.3}, None], pa.struct([("x", pa.float32())]))
    found = read({"answers": lists, "answer": deep}, answers="answers", answer="answer.x")
    assert [row.answers if not isinstance(row, BadInput) else row.problem for row in found] == [
        (0.1,),
        "the answer is missing",
    ]
    assert found[0].answer == 0.3


def test_whole_numbers_are_one_id_and_one_link_whatever_their_column_holds(read):
    said = {"id": "n", "links": ["n"], "image": "image"}
    floats = read({"n": pa.array([12.0, 13.0])}, **said)
    wholes = read({"n": pa.array([12, 13])}, **said)
    assert [row.source_id for row in floats] == ["12", "13"]
    assert [row.links for row in floats] == [row.links for row in wholes] == [("m:n:12",), ("m:n:13",)]


def test_a_map_is_an_object(read):
    options = pa.array([[("A", "x"), ("B", "y")], [("B", "z"), ("A", "w")]], pa.map_(pa.string(), pa.string()))
    found = read({"options": options, "answer": ["B", "B"]}, choices="options", answer_is="letter")
    assert [row.answer for row in found] == ["y", "z"]
    twice = pa.array([[("A", "x"), ("A", "y")], [("A", "z"), ("B", "w")]], pa.map_(pa.string(), pa.string()))
    bad, good = read({"options": twice, "answer": ["B", "B"]}, choices="options", answer_is="letter")
    assert (bad.row, bad.problem, good.answer) == (1, "a map holds a key twice", "w")


def test_options_in_an_object_of_other_keys_are_named_by_their_fields(read):
    options = [{"0": "x", "1": "y"}] * 2
    bad, _ = read({"options": options, "answer": ["0", "1"]}, choices="options", answer_is="index")
    assert bad.remedy == "name the field of the texts, or one for each option: 'options.0', 'options.1'"
    said = {"choices": ["options.0", "options.1"], "answer_is": "index"}
    assert [row.answer for row in read({"options": options, "answer": ["0", "1"]}, **said)] == ["x", "y"]


def test_decimals_keep_their_digits(read):
    row, _ = read({"answer": pa.array([Decimal("1.50"), Decimal("2.00")])})
    assert asked_of(row, TextRule()).answer == "1.50"
