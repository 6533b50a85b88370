from __future__ import annotations

import importlib.util
import json
from collections import Counter
from pathlib import Path

import pytest

from twokeys.builder import recipe
from twokeys.builder.read.corpora import easy_vqa, reader
from twokeys.core.errors import BadInput, MissingPackage


@pytest.fixture(scope="module")
def package():
    corpus = recipe.load("easy-vqa").corpora[0]
    root = reader("easy-vqa").root(corpus, None)
    return (
        corpus,
        root,
        {split: list(reader("easy-vqa").read(corpus, root, split)) for split in ("train", "test")},
    )


def test_the_package_holds_48_248_questions_and_13_answers(package):
    _, _, rows = package
    assert {split: len(found) for split, found in rows.items()} == {"train": 38_575, "test": 9_673}
    assert len({row.answer for found in rows.values() for row in found}) == 13


def test_the_answer_types_are_those_of_the_package_description(package):
    _, _, rows = package
    types = {split: Counter(row.answer_type for row in found) for split, found in rows.items()}
    assert types == {"train": {"yes/no": 28_407, "open": 10_168}, "test": {"yes/no": 7_136, "open": 2_537}}
    answers = Counter(row.answer for found in rows.values() for row in found if row.answer_type == "yes/no")
    assert answers == {"yes": 17_840, "no": 17_703}


def test_every_picture_of_the_package_is_asked_about_and_is_there(package):
    _, root, rows = package
    for split, count in (("train", 4_000), ("test", 1_000)):
        locators = {row.image for row in rows[split]}
        assert len(locators) == count
        assert all((root / locator.removeprefix("file:")).is_file() for locator in locators)
        assert all(locator.startswith(f"file:{split}/images/") for locator in locators)


def test_a_row_says_what_the_file_says(package):
    _, root, rows = package
    question, answer, image = json.loads((root / "test/questions.json").read_text())[4_836]
    row = rows["test"][4_836]
    assert (row.question, row.answer, row.image) == (question, answer, f"file:test/images/{image}.png")
    assert (row.file, row.row, row.source_id) == ("test/questions.json", 4_837, "4837")


def test_a_choice_of_answer_types_keeps_ids_and_order(package):
    _, root, rows = package
    corpus = recipe.load("easy-vqa-yes-no").corpora[0]
    chosen = list(reader("easy-vqa").read(corpus, root, "test"))
    assert chosen == [row for row in rows["test"] if row.answer_type == "yes/no"]


def test_the_package_is_found_without_importing_it(tmp_path):
    import subprocess
    import sys

    code = (
        "import sys; from twokeys.builder import recipe; from twokeys.builder.read.corpora import reader; "
        "reader('easy-vqa').root(recipe.load('easy-vqa').corpora[0], None); "
        "print('easy_vqa' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "False\n"


def test_a_missing_package_comes_with_its_install_command(monkeypatch):
    monkeypatch.setattr(easy_vqa, "find_spec", lambda name: None)
    with pytest.raises(MissingPackage, match=r'pip install "twokeys\[offline\]"'):
        reader("easy-vqa").root(recipe.load("easy-vqa").corpora[0], None)


def test_a_folder_takes_the_place_of_the_package(tiny_corpus, tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    tiny = tiny_corpus("easy-vqa")
    tiny.write(tmp_path)
    assert [row.answer for row in tiny.read(tmp_path)] == ["yes", "red", "no"]


def test_a_row_of_two_fields_is_set_aside_and_its_neighbours_keep_their_ids(tiny_corpus, tmp_path):
    tiny = tiny_corpus("easy-vqa").holding(train=json.dumps([["a?", "yes", 0], ["b?", "no"], ["c?", "no", 1]]))
    tiny.write(tmp_path)
    first, bad, last = tiny.read(tmp_path)[:3]
    assert (first.source_id, last.source_id) == ("1", "3")
    assert (bad.file, bad.row, bad.allowed) == ("train/questions.json", 2, "[question, answer, image id]")


def test_a_document_that_is_no_list_is_unusable(tiny_corpus, tmp_path):
    tiny = tiny_corpus("easy-vqa").holding(train="{}")
    tiny.write(tmp_path)
    with pytest.raises(BadInput, match="a value of type dict"):
        tiny.read(tmp_path)


def test_the_repository_path_of_the_package_is_not_stated_in_rows(package):
    _, root, rows = package
    assert not any(str(root) in str(row) for row in rows["test"][:50])
    assert isinstance(root, Path)
