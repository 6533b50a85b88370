from __future__ import annotations

import pytest

from twokeys.core.errors import BadInput


@pytest.fixture
def tiny(tiny_corpus):
    return tiny_corpus("nlvr")


def test_the_picture_is_named_by_split_directory_identifier_and_order(tiny, tmp_path):
    tiny.write(tmp_path)
    assert tiny.read(tmp_path)[1].image == "file:dev/images/2/dev-15-1-0.png"
    assert tiny.with_(options={"k": 5}).read(tmp_path)[1].image == "file:dev/images/2/dev-15-1-5.png"


def test_there_are_six_orders_of_the_boxes(tiny, tmp_path):
    tiny.write(tmp_path)
    with pytest.raises(BadInput, match=r"options\.k"):
        tiny.with_(options={"k": 6}).read(tmp_path)


def test_labels_stay_true_and_false_and_count_as_yes_no(tiny, tmp_path):
    tiny.write(tmp_path)
    assert [(row.answer, row.answer_type) for row in tiny.read(tmp_path)] == [
        ("true", "yes/no"),
        ("false", "yes/no"),
        ("true", "yes/no"),
    ]


def test_one_presentation_and_one_statement_make_links_and_splits_have_presentations_of_their_own(tiny, tmp_path):
    tiny.write(tmp_path)
    first, second, third = (set(row.links) for row in tiny.read(tmp_path))
    assert first == second == {"nlvr:presentation:dev:15", "nlvr:statement:there is a tower"}
    assert third == {"nlvr:presentation:test:15", "nlvr:statement:it is blue"}


def test_the_scene_is_kept(tiny, tmp_path):
    tiny.write(tmp_path)
    row = tiny.read(tmp_path)[0]
    assert set(row.meta) == {"directory", "structured_rep", "evals"}
    assert row.meta["structured_rep"][0][0]["color"] == "#0099ff"


def test_another_label_is_a_bad_row(tiny, tmp_path):
    content = tiny.files["test/test.json"].replace('"label": "true"', '"label": true')
    tiny.holding(test=content).write(tmp_path)
    bad = tiny.read(tmp_path)[2]
    assert (bad.file, bad.row, bad.problem) == ("test/test.json", 1, "the label is True")
