from __future__ import annotations

import json

import pytest

from twokeys.core.errors import BadInput


@pytest.fixture
def tiny(tiny_corpus):
    return tiny_corpus("vqa-rad")


def test_the_test_split_is_that_of_the_phrase_type(tiny, tmp_path):
    tiny.write(tmp_path)
    assert [(row.split, row.source_id, row.row) for row in tiny.read(tmp_path)] == [
        ("train", "0", 1),
        ("train", "2", 3),
        ("test", "1", 2),
    ]


def test_answers_stay_what_they_are_also_numbers(tiny, tmp_path):
    tiny.write(tmp_path)
    assert [row.answer for row in tiny.read(tmp_path)] == ["Yes", "left", 4]


def test_null_and_missing_fields_are_absent_and_blanks_are_stripped(tiny, tmp_path):
    tiny.write(tmp_path)
    for row in tiny.read(tmp_path):
        assert row.meta["answer_type"] == "CLOSED"
        assert row.meta["question_type"] == "POS, PRES"
        assert "question_rephrase" not in row.meta


def test_linked_questions_share_a_link_and_null_links_nothing(tiny, tmp_path):
    tiny.write(tmp_path)
    assert [row.links for row in tiny.read(tmp_path)] == [
        ("vqa-rad:linked:03f4-ca",),
        (),
        ("vqa-rad:linked:03f4-ca",),
    ]


def test_pictures_lie_in_the_official_folder_or_the_named_one(tiny, tmp_path):
    tiny.write(tmp_path)
    assert tiny.read(tmp_path)[0].image == "file:VQA_RAD Image Folder/a.jpg"
    assert tiny.with_(image_folder="scans").read(tmp_path)[0].image == "file:../scans//a.jpg"
    assert tiny.with_(images="names").read(tmp_path)[0].image == "name:a.jpg"


def test_a_record_of_no_split_is_told_once(tiny, tmp_path):
    records = json.loads(tiny.files["VQA_RAD Dataset Public.json"])
    tiny.holding(Public=json.dumps([*records, 5])).write(tmp_path)
    problems = [row for row in tiny.read(tmp_path) if isinstance(row, BadInput)]
    assert [(problem.row, problem.problem) for problem in problems] == [(4, "the entry is of type int")]


def test_a_missing_field_is_named(tiny, tmp_path):
    records = json.loads(tiny.files["VQA_RAD Dataset Public.json"])
    del records[0]["image_name"]
    tiny.holding(Public=json.dumps(records)).write(tmp_path)
    bad, *rows = tiny.read(tmp_path)
    assert bad.row == 1
    assert bad.problem.startswith("there is no field 'image_name' beside ")
    assert len(rows) == 2


def test_a_document_that_is_no_list_is_unusable(tiny, tmp_path):
    tiny.holding(Public="{}").write(tmp_path)
    with pytest.raises(BadInput, match="a value of type dict"):
        tiny.read(tmp_path)
