from __future__ import annotations

import json

import pytest

from twokeys.builder.read.corpora import reader
from twokeys.core.errors import BadInput

FILE = "data/test.jsonl"


@pytest.fixture
def tiny(tiny_corpus):
    return tiny_corpus("math-vision")


def changed(tiny, **fields):
    first, *rest = tiny.files[FILE].splitlines(keepends=True)
    return tiny.holding(test=json.dumps(json.loads(first) | fields) + "\n" + "".join(rest))


def test_a_gold_letter_becomes_the_text_of_its_option(tiny, tmp_path):
    tiny.write(tmp_path)
    rows = tiny.read(tmp_path)
    assert (rows[2].answer, rows[2].choices[3], rows[2].answer_type) == ("$4$", "$4$", "choice")
    assert (rows[1].answer, rows[1].choices) == ("A", ("A", "B", "C", "D", "E"))


def test_options_that_are_other_letters_are_still_counted_by_position(tiny, tmp_path):
    changed(tiny, options=["K", "E", "N", "G", "U"], answer="D").write(tmp_path)
    assert tiny.read(tmp_path)[0].answer == "G"


def test_without_options_the_answer_is_open(tiny, tmp_path):
    tiny.write(tmp_path)
    row = tiny.read(tmp_path)[0]
    assert (row.answer, row.choices, row.answer_type) == ("60", (), None)
    assert row.meta == {"level": 2, "subject": "logic"}


def test_a_single_image_tag_is_dropped(tiny, tmp_path):
    tiny.write(tmp_path)
    assert tiny.read(tmp_path)[0].question == "Which number?"


def test_several_image_tags_stay_since_the_picture_shows_them_as_captions(tiny, tmp_path):
    tiny.write(tmp_path)
    rows = tiny.read(tmp_path)
    assert rows[2].question == "What goes <image1> into <image2>?"
    assert (rows[3].answer, rows[3].choices) == ("<image3>", ("<image2>", "<image3>"))


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"options": ["1", "2 ", "2"], "answer": "A"}, "two of the options ['1', '2', '2'] are the same"),
        ({"options": ["1", "2"], "answer": "C"}, "the answer is 'C'"),
        ({"options": ["1", "2"], "answer": "AB"}, "the answer is 'AB'"),
        ({"options": ["1", "2"], "answer": ""}, "the answer is ''"),
        ({"options": None}, "question and options are [None]"),
        ({"options": [1, 2]}, "question and options are ['Which number?\\n<image1>', 1, 2]"),
        ({"question": "<image1>\n"}, "the question has no words"),
        ({"image": None}, "the image is None"),
    ],
)
def test_a_bad_field_spoils_one_row(tiny, tmp_path, fields, found):
    changed(tiny, **fields).write(tmp_path)
    bad, *rows = tiny.read(tmp_path)
    assert isinstance(bad, BadInput)
    assert (bad.file, bad.row, bad.problem) == (FILE, 1, found)
    assert [row.source_id for row in rows] == ["2", "3", "4"]


def test_the_small_file_can_be_read_instead(tiny, tmp_path):
    root = tiny.write(tmp_path)
    (root / FILE).rename(root / "data/testmini.jsonl")
    corpus = tiny.with_(options={"files": {"testmini": "data/testmini.jsonl"}}).corpus
    assert reader("math-vision").splits(corpus, root) == ["testmini"]
    assert len(list(reader("math-vision").read(corpus, root, "testmini"))) == 4
