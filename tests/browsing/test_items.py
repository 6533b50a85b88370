"""An item beside what belongs to it: all by hand."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from twokeys.browsing.index import Index
from twokeys.browsing.items import Item, evidence, fields, partners, read
from twokeys.browsing.library import Library, opened
from twokeys.browsing.pairs import Pairs
from twokeys.core.errors import BadInput
from twokeys.data_cards.published import PublishedFolder

from .folders import balanced, item, write

WHOLE = (0.25, 0.25, 0.5, 0.5)
LEFT = (0.0, 0.0, 0.5, 1.0)


def shown(library: Library, name: str) -> Item:
    row = library.index.of(name)
    assert row is not None
    return read(library.index, [row])[0]


def test_partners_and_quad_stand_beside_an_item_once_each(library: Library) -> None:
    found = partners(library.index, library.pairs, shown(library, "q0i0"))
    assert [(side.relation, side.item.id) for side in found] == [
        ("image partner", "q0i1"), ("question partner", "q0i2"), ("of the same quad", "q0i3"),
    ]  # fmt: skip


def test_an_item_that_was_made_names_its_original(library: Library) -> None:
    found = partners(library.index, library.pairs, shown(library, "q0i1"))
    assert [(side.relation, side.item.id) for side in found][:2] == [
        ("image partner, made from", "q0i0"), ("question partner", "q0i3"),
    ]  # fmt: skip


def test_an_edit_is_outlined_in_both_images(library: Library) -> None:
    for name, other in (("q0i0", "q0i1"), ("q0i1", "q0i0")):
        (side,) = [one for one in partners(library.index, library.pairs, shown(library, name)) if one.item.id == other]
        assert (side.boxes, side.own) == ([WHOLE], [WHOLE])


def test_the_config_pairs_outlines_what_it_knows(library: Library) -> None:
    sides = partners(library.index, library.pairs, shown(library, "q1i1"))
    assert [(side.item.id, side.boxes, side.own) for side in sides if side.boxes] == [("q1i0", [LEFT], [LEFT])]
    assert not any(side.boxes for side in partners(library.index, library.pairs, shown(library, "q2i0")))


def test_what_a_retrieved_image_was_chosen_for_is_outlined_in_it_alone(tmp_path: Path) -> None:
    made = {"edit_of": "a", "edit_kind": "retrieved.coco", "edit_boxes": [[4, 4, 12, 12]], "image_partner": "a"}
    none = {"edit_of": None, "edit_kind": None, "edit_boxes": None, "image_partner": "b"}
    write(tmp_path, "balanced", [item("a", "red", "red", **none), item("b", "red", "blue", **made)])
    published = PublishedFolder(tmp_path)
    index = Index(published)
    for row, places in ((0, ([WHOLE], [])), (1, ([], [WHOLE]))):
        (side,) = partners(index, Pairs(published), read(index, [row])[0])
        assert (side.boxes, side.own) == places


def test_what_gives_a_removed_item_away(library: Library) -> None:
    found = evidence(library.index, library.wordings, shown(library, "r0"))
    assert found.asked == [("no", 3), ("yes", 3)]
    assert found.pictured == [("no", 1), ("yes", 1)]
    assert [one.id for one in found.named] == ["q0i0"]
    assert found.same == []  # it is named already
    assert [one.id for one in found.questions] == ["q0i1", "q1i0", "q1i1", "q2i0", "q2i1"]
    assert [one.id for one in found.images] == ["q0i2"]
    assert [one.id for one in found.group] == ["q0i3"]
    assert [one.id for one in found.worded] == ["q0i2", "r1"]


def test_an_item_that_stands_alone_has_no_neighbours(library: Library) -> None:
    found = evidence(library.index, library.wordings, shown(library, "r1"))
    assert (found.asked, found.pictured, found.named, found.same, found.group) == ([], [], [], [], [])


def test_a_row_that_could_not_be_read_says_why(library: Library) -> None:
    bad = shown(library, "r2")
    assert (bad.question, bad.answer, bad.reason) == ("", "", "the answer is empty")
    assert partners(library.index, library.pairs, bad) == []


def test_what_adversaries_said_is_compared_with_the_gold(library: Library) -> None:
    said = library.adversaries.of(shown(library, "q0i0"))
    assert [(one.view, one.family, one.answer, one.right, one.sure) for one in said] == [
        ("question", "tfidf", "yes", True, 0.75), ("image", "probe", "no", False, 0.25),
    ]  # fmt: skip
    assert [one.fit for one in said] == [
        "a blind baseline, cross-fitted on all items read", "a blind baseline, fitted anew on the balanced set",
    ]  # fmt: skip


def test_of_a_removed_item_its_own_row_says_what_adversaries_said(library: Library) -> None:
    (one,) = library.adversaries.of(shown(library, "r0"))
    assert (one.family, one.answer, one.right, one.sure) == ("tfidf", "yes", True, 0.875)
    assert library.adversaries.of(shown(library, "r1")) == []


def test_a_folder_without_measurements_pairs_and_removed_items_is_shown_all_the_same(
    folder: Path, tmp_path: Path
) -> None:
    small = Path(shutil.copytree(folder, tmp_path / "small"))
    for config in ("measurements", "pairs", "removed"):
        shutil.rmtree(small / config)
    library = opened(small)
    first = shown(library, "q0i0")
    assert library.adversaries.of(first) == []
    assert len(partners(library.index, library.pairs, first)) == 3


@pytest.mark.parametrize("config", ["measurements", "pairs"])
def test_a_config_without_ids_is_bad_input(folder: Path, tmp_path: Path, config: str) -> None:
    odd = Path(shutil.copytree(folder, tmp_path / "odd"))
    write(odd, config, [{"first": "a"}])
    with pytest.raises(BadInput, match="no column 'id'"):
        opened(odd).pairs.boxes("a", "b")


@pytest.mark.parametrize("meta", [None, "", "no json", "[1]", "3", '{"a": {"b": 1}}', "[" * 100_000])
def test_other_fields_may_be_anything(meta: str | None) -> None:
    assert fields(Item(0, "balanced", "test", {"meta": meta})) == ([("a", "{'b': 1}")] if meta and "b" in meta else [])


def test_boxes_of_an_image_without_a_size_are_not_drawn(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [row | {"image_width": 0, "image_height": None} for row in balanced()]
    write(tmp_path, "balanced", rows)
    published = PublishedFolder(tmp_path)
    index = Index(published)
    assert not any(side.boxes for side in partners(index, Pairs(published), read(index, [1])[0]))
