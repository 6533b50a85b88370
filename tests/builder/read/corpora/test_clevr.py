from __future__ import annotations

import json

import pytest

from twokeys.core.errors import BadInput


@pytest.fixture
def tiny(tiny_corpus):
    return tiny_corpus("clevr")


def one(**changed):
    record = {
        "question_index": 5,
        "image_index": 2,
        "image_filename": "CLEVR_train_000002.png",
        "question": "Is there a cube?",
        "answer": "yes",
        "program": [],
    }
    return json.dumps({"info": {}, "questions": [record | changed]})


def test_a_row_says_what_the_file_says(tiny, tmp_path):
    tiny.write(tmp_path)
    row = tiny.read(tmp_path)[2]
    assert (row.file, row.row, row.source_id, row.split) == ("questions/CLEVR_val_questions.json", 1, "0", "val")
    assert (row.question, row.answer) == ("What color is it?", "red")
    assert row.meta["question_family_index"] == 44
    assert [step["function"] for step in row.meta["program"]] == ["scene", "filter_color", "count"]


def test_questions_about_one_image_share_its_link(tiny, tmp_path):
    tiny.write(tmp_path)
    assert [row.links for row in tiny.read(tmp_path)] == [
        ("clevr:train:0",),
        ("clevr:train:0",),
        ("clevr:val:12",),
    ]


def test_answers_are_numbers_yes_no_or_open(tiny, tmp_path):
    tiny.write(tmp_path)
    assert [row.answer_type for row in tiny.read(tmp_path)] == ["number", "yes/no", "open"]


def test_images_lie_in_the_folder_of_their_split(tiny, tmp_path):
    tiny.write(tmp_path)
    assert tiny.read(tmp_path)[2].image == "file:images/val/CLEVR_val_000012.png"
    elsewhere = tiny.with_(image_folder="clevr/png").read(tmp_path)[2]
    assert elsewhere.image == "file:../clevr/png//val/CLEVR_val_000012.png"
    assert tiny.with_(images="names").read(tmp_path)[2].image == "name:val/CLEVR_val_000012.png"


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"image_filename": "../../home/private.png"}, "a path inside the image folder"),
        ({"image_filename": "/home/private.png"}, "a path inside the image folder"),
        ({"image_filename": None}, "the image is None"),
        ({"image_index": "2"}, "image_index is '2'"),
        ({"image_index": True}, "image_index is True"),
    ],
)
def test_a_bad_row_is_told_by_its_number(tiny, tmp_path, changed, says):
    tiny.holding(train=one(**changed)).write(tmp_path)
    bad = tiny.read(tmp_path)[0]
    assert isinstance(bad, BadInput)
    assert (bad.file, bad.row) == ("questions/CLEVR_train_questions.json", 1)
    assert says in str(bad)


@pytest.mark.parametrize("missing", ["question", "answer", "image_filename", "image_index", "question_index"])
def test_a_missing_field_is_named(tiny, tmp_path, missing):
    document = json.loads(one())
    del document["questions"][0][missing]
    tiny.holding(train=json.dumps(document)).write(tmp_path)
    assert f"there is no field {missing!r}" in str(tiny.read(tmp_path)[0])


@pytest.mark.parametrize("content", ["[]", "{}", '{"questions": {}}', "3"])
def test_a_document_without_a_list_of_questions_is_unusable(tiny, tmp_path, content):
    tiny.holding(train=content).write(tmp_path)
    with pytest.raises(BadInput, match="a list under the key 'questions'"):
        tiny.read(tmp_path)


def test_the_split_test_has_no_answers_and_is_not_offered(tiny, tmp_path):
    tiny.write(tmp_path)
    with pytest.raises(BadInput, match="there is no such file"):
        tiny.with_(splits=["test"]).read(tmp_path)
