from __future__ import annotations

import json

import pytest

from twokeys.builder.read.corpora import reader
from twokeys.core.errors import BadInput


@pytest.fixture
def tiny(tiny_corpus):
    return tiny_corpus("sugarcrepe")


def test_the_caption_is_right_and_the_negative_caption_is_the_other_option(tiny, tmp_path):
    tiny.write(tmp_path)
    row = tiny.read(tmp_path)[0]
    assert (row.answer, row.choices) == ("A drawing. ", ("A drawing. ", "A tattooed drawing."))
    assert (row.question, row.answer_type) == ("Which caption describes the image?", "choice")


def test_seven_files_are_one_split_and_ids_name_the_file(tiny, tmp_path):
    tiny.write(tmp_path)
    rows = tiny.read(tmp_path)
    assert {row.split for row in rows} == {"test"}
    assert [row.source_id for row in rows[:4]] == ["add_att:0", "add_att:2", "add_obj:0", "add_obj:2"]
    assert {row.meta["kind"] for row in rows} == {name[5:-5] for name in tiny.files}


def test_each_file_can_be_a_split(tiny, tmp_path):
    root = tiny.write(tmp_path)
    corpus = tiny.with_(options={"by_kind": True}, splits=["swap_obj"]).corpus
    form = reader("sugarcrepe")
    assert len(form.splits(corpus, root)) == 7
    assert form.files(corpus, root) == [root / "data/swap_obj.json"]
    assert [row.source_id for row in form.read(corpus, root, "swap_obj")] == ["swap_obj:0", "swap_obj:2"]


def test_refined_and_unrefined_pairs_of_a_photo_share_a_link(tiny, tmp_path):
    tiny.write(tmp_path)
    (tmp_path / "official/data").rename(tmp_path / "official/data_unrefined")
    unrefined = tiny.with_(options={"folder": "data_unrefined"}).read(tmp_path)
    tiny.write(tmp_path)
    assert {row.links for row in unrefined} == {row.links for row in tiny.read(tmp_path)} == {("coco:85329",)}
    assert unrefined[0].file == "data_unrefined/add_att.json"


def test_pictures_lie_in_val2017(tiny, tmp_path):
    tiny.write(tmp_path)
    assert tiny.read(tmp_path)[0].image == "file:../coco//val2017/000000085329.jpg"


def test_two_equal_captions_are_a_bad_row(tiny, tmp_path):
    pair = {"filename": "000000085329.jpg", "caption": "One.", "negative_caption": "One."}
    tiny.holding(swap_obj=json.dumps({"5": pair})).write(tmp_path)
    bad = tiny.read(tmp_path)[-1]
    assert isinstance(bad, BadInput)
    assert (bad.file, bad.row) == ("data/swap_obj.json", "5")
