"""The index: facets, what items share, and where the image of a removed item stands."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twokeys.browsing.index import Index, hashed
from twokeys.core.errors import BadInput
from twokeys.data_cards.published import PublishedFolder

from .folders import balanced, published, write


@pytest.fixture
def index(folder: Path) -> Index:
    return Index(PublishedFolder(folder))


def test_facets_count_what_the_folder_holds(index: Index) -> None:
    assert len(index) == 15
    assert index.facets["set"].counts() == [("balanced", 12), ("removed", 3)]
    assert index.facets["answer type"].counts() == [("yes/no", 14)]
    assert index.facets["rule"].counts() == [("duplicate-item", 1)]
    reasons = ["more items share its answer", "the answer is empty", "the same item as ..., which is kept"]
    assert index.facets["reason"].counts() == [(reason, 1) for reason in reasons]


def test_no_text_of_an_item_is_read_for_the_index(index: Index) -> None:
    assert not {"question", "answer", "image", "meta", "choices"} & set(index.cells.tally)


def test_an_item_is_found_by_its_id(index: Index) -> None:
    assert [index.of(name) for name in ("q0i0", "q2i3", "r2", "none", "")] == [0, 11, 14, None, None]


def test_items_share_questions_images_and_quads(index: Index) -> None:
    shared = index.shared
    assert index.same("question_key", shared["question_key"][0]).tolist() == [0, 1, 4, 5, 8, 9, 12]
    assert index.same("image_key", shared["image_key"][0]).tolist() == [0, 2, 12]
    assert index.same("quad", shared["quad"][4]).tolist() == [4, 5, 6, 7]
    assert index.same("quad", shared["quad"][12]).tolist() == []  # a removed item is in no quad


def test_a_removed_item_shows_the_image_that_another_item_holds(index: Index) -> None:
    assert [index.picture(row) for row in (5, 12, 13, 14)] == [5, 0, None, None]


def test_an_item_of_two_tiers_is_one_item(folder: Path, tmp_path: Path) -> None:
    both = Path(shutil.copytree(folder, tmp_path / "both"))
    write(both, "audited", balanced()[:2])
    index = Index(PublishedFolder(both))
    assert index.twin.nonzero()[0].tolist() == [12, 13]
    assert index.facets["set"].counts(ordered=False) == [("balanced", 12), ("audited", 2), ("removed", 3)]
    assert [index.of("q0i1"), index.of("q0i1", "audited"), index.of("q2i3", "audited")] == [1, 13, 11]


def test_a_folder_without_items_or_without_a_column_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="holds no published items"):
        Index(PublishedFolder(tmp_path))
    write(tmp_path, "balanced", [{"id": "a", "question": "b"}])
    with pytest.raises(BadInput, match="no column 'answer'"):
        Index(PublishedFolder(tmp_path))


@pytest.mark.parametrize(
    "changes",
    [
        {"answer": ["a"]}, {"image_width": "wide"}, {"quad": 3}, {"group": 1.5},
        {"choices": "abc"}, {"choices": [1]}, {"image": "a.png"},
        {"edit_boxes": [1, 2]}, {"edit_boxes": "abcd"}, {"question": 5}, {"meta": {"a": 1}}, {"answers": [["a"]]},
    ],
)  # fmt: skip
def test_a_column_of_another_type_is_bad_input(tmp_path: Path, changes: dict[str, Any]) -> None:
    published(tmp_path / "odd", **changes)
    with pytest.raises(BadInput, match=next(iter(changes))):
        Index(PublishedFolder(tmp_path / "odd"))


def test_columns_without_a_value_are_of_every_type(tmp_path: Path) -> None:
    published(tmp_path / "odd", **dict.fromkeys(("meta", "source", "choices", "image_width", "edit_boxes", "group")))
    index = Index(PublishedFolder(tmp_path / "odd"))
    assert index.of("q0i0") == 0
    assert index.same("group", index.shared["group"][0]).tolist() == []


@given(st.lists(st.text(max_size=8), max_size=20))
def test_equal_texts_have_equal_hashes_and_others_have_others(texts: list[str]) -> None:
    marks = hashed(texts)
    for text, mark in zip(texts, marks, strict=True):
        assert (mark == 0) == (text == "")
        assert hashed([text])[0] == mark
    assert len(np.unique(marks)) == len(set(texts))
