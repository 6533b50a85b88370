from __future__ import annotations

import pytest

from twokeys.builder.read.source import find
from twokeys.core.errors import BadInput


@pytest.fixture
def tiny(tiny_corpus):
    return tiny_corpus("pope")


def test_a_row_says_what_the_line_says(tiny, tmp_path):
    tiny.write(tmp_path)
    row = tiny.read(tmp_path)[1]
    assert (row.file, row.row, row.source_id) == ("output/coco/coco_pope_random.json", 2, "2")
    assert (row.question, row.answer, row.answer_type) == ("Is there a chair in the image?", "no", "yes/no")


def test_splits_come_in_official_order_and_share_pictures(tiny, tmp_path):
    tiny.write(tmp_path)
    rows = tiny.read(tmp_path)
    assert [row.split for row in rows[::2]] == ["random", "popular", "adversarial"]
    assert {row.image for row in rows} == {"file:../coco//val2014/COCO_val2014_000000310196.jpg"}
    assert {row.links for row in rows} == {("coco:310196",)}


def test_photos_without_coco_s_folders_are_taken_as_they_lie_and_found_again_if_they_move(tiny, tmp_path):
    root = tiny.write(tmp_path)
    name = "COCO_val2014_000000310196.jpg"
    photos = root.parent / "coco"
    photos.mkdir()
    before = find(tiny.corpus, tmp_path).key
    (photos / name).write_bytes(b"")
    assert tiny.read(tmp_path)[0].image == f"file:../coco//{name}"
    flat = find(tiny.corpus, tmp_path).key
    (photos / "val2014").mkdir()
    assert tiny.read(tmp_path)[0].image == f"file:../coco//val2014/{name}"
    # Rows that were read with another layout are read again.
    assert len({before, flat, find(tiny.corpus, tmp_path).key}) == 3


def test_pictures_that_are_not_coco_have_no_link_and_no_subset(tiny, tmp_path, jsonl):
    line = {"question_id": 1, "image": "2384440.jpg", "text": "Is there a cat?", "label": "no"}
    tiny.holding(random=jsonl(line)).write(tmp_path)
    row = tiny.read(tmp_path)[0]
    assert (row.image, row.links) == ("file:../coco//2384440.jpg", ())


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('{"question_id": 1', "the line '{\"question_id\": 1' is no JSON (Expecting ',' delimiter)"),
        ("[1]", "of type list"),
        (
            '{"question_id": 1, "image": "a.jpg", "text": "Is it?"}',
            "no field 'label' beside image, question_id, text",
        ),
        ('{"question_id": 1, "image": "a.jpg", "text": "Is it?", "label": "maybe"}', "the label is 'maybe'"),
        ('{"question_id": 1, "image": "../a.jpg", "text": "Is it?", "label": "no"}', "the image is '../a.jpg'"),
        ('{"question_id": 1, "image": "\\ud800.jpg", "text": "Is it?", "label": "no"}', "surrogates"),
    ],
)
def test_a_bad_line_is_told_by_its_number_and_the_others_are_read(tiny, tmp_path, line, found):
    content = tiny.files["output/coco/coco_pope_random.json"]
    tiny.holding(random=f"\n{line}\n{content}").write(tmp_path)
    bad, *rows = tiny.read(tmp_path)
    assert isinstance(bad, BadInput)
    assert (bad.file, bad.row) == ("output/coco/coco_pope_random.json", 2)
    assert found in bad.problem
    assert [row.row for row in rows[:2]] == [3, 4]
