from __future__ import annotations

import json

import pytest

from twokeys.core.errors import BadInput


@pytest.fixture
def tiny(tiny_corpus):
    return tiny_corpus("gqa")


def test_a_row_is_known_by_its_key(tiny, tmp_path):
    tiny.write(tmp_path)
    row = tiny.read(tmp_path)[0]
    assert (row.file, row.row, row.source_id, row.split) == ("data/head.json", "201", "201", "head")
    assert (row.question, row.answer) == ("What is it?", "couch")
    assert set(row.meta) == {"types", "groups", "semantic"}
    assert row.meta["semantic"] == [{"operation": "select", "argument": "couch", "dependencies": []}]


def test_entailed_questions_share_a_link_in_both_directions(tiny, tmp_path):
    tiny.write(tmp_path)
    first, second, alone = (set(row.links) for row in tiny.read(tmp_path))
    assert first & second == {"gqa:n54424", "gqa:question:202"}
    assert alone == {"gqa:n54424", "gqa:question:7"}


def test_a_program_is_kept_without_ids_since_a_dash_in_their_place_says_no(tiny, tmp_path):
    entry = json.loads(tiny.files["data/tail.json"])["7"]
    arguments = ["tie,wearing,o (-)", "person (11,10)", "_,on top of,s (722335)", "male ", "?", "wood (dark)"]
    entry["semantic"] = [{"operation": "x", "dependencies": [], "argument": argument} for argument in arguments]
    tiny.holding(tail=json.dumps({"7": entry})).write(tmp_path)
    kept = [step["argument"] for step in tiny.read(tmp_path)[2].meta["semantic"]]
    assert kept == ["tie,wearing,o", "person", "_,on top of,s", "male", "?", "wood (dark)"]


def test_a_file_without_programs_is_read_without_them(tiny, tmp_path):
    entry = json.loads(tiny.files["data/tail.json"])["7"]
    del entry["semantic"]
    tiny.holding(tail=json.dumps({"7": entry})).write(tmp_path)
    assert set(tiny.read(tmp_path)[2].meta) == {"types", "groups"}


def test_pictures_lie_in_images_or_in_the_named_folder(tiny, tmp_path):
    tiny.write(tmp_path)
    assert tiny.read(tmp_path)[0].image == "file:images/n54424.jpg"
    assert tiny.with_(image_folder="gqa/pictures").read(tmp_path)[0].image == "file:../gqa/pictures//n54424.jpg"
    assert tiny.with_(images="names").read(tmp_path)[0].image == "name:n54424.jpg"


def test_a_key_that_comes_twice_is_told_and_its_first_entry_counts(tiny, tmp_path):
    entry = json.loads(tiny.files["data/tail.json"])["7"]
    other = entry | {"answer": "work"}
    tiny.holding(tail=f'{{"7": {json.dumps(entry)}, "7": {json.dumps(other)}}}').write(tmp_path)
    first, bad = tiny.read(tmp_path)[2:]
    assert first.answer == "fun"
    assert (bad.file, bad.row, bad.problem) == ("data/tail.json", "7", "the key comes twice")


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("[]", "an object with a field 'imageId'"),
        ('{"imageId": "n1", "answer": "yes"}', "there is no field 'question' beside answer, imageId"),
        ('{"imageId": "n1", "question": "Is it?"}', "there is no field 'answer' beside imageId, question"),
        (
            '{"imageId": "n1", "question": "Is it?", "answer": "yes", "entailed": "202"}',
            "a list of question ids",
        ),
        (
            '{"imageId": "n1", "question": "Is it?", "answer": "yes", "semantic": [{"operation": "select"}]}',
            "a list of steps with operation, dependencies and argument",
        ),
        ('{"imageId": "n1", "question": "Is it?", "answer": "yes", "semantic": "select"}', "semantic is 'select'"),
    ],
)
def test_a_bad_entry_is_told_by_its_key(tiny, tmp_path, entry, says):
    tiny.holding(tail=f'{{"x": {entry}, "y": {{"imageId": "n1", "question": "Is it?", "answer": "no"}}}}').write(
        tmp_path
    )
    bad, good = tiny.read(tmp_path)[2:]
    assert bad.row == "x"
    assert says in str(bad)
    assert good.source_id == "y"


def test_a_split_without_a_file_in_the_options_is_an_error(tiny, tmp_path):
    tiny.write(tmp_path)
    with pytest.raises(BadInput, match=r"no split 'train'\. Allowed: head, tail"):
        tiny.with_(splits=["train"]).read(tmp_path)
